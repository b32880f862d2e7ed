/** The job of a replay of a time. */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { commit } from '../../core/events/commit.ts'
import { always } from '../../core/events/queries.ts'
import type { JobHandler } from '../../core/feature.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { endOfDeliveries, endOfEvents, type ReplaySlice, repeatDeliveries, sendMissed } from './delivery-queries.ts'

const Range = Type.Object({
  webhookId: Type.String(),
  only: Type.Union([Type.Literal('failed'), Type.Literal('all'), Type.Literal('missed')]),
  /** ms UTC. */
  since: Type.Integer(),
  until: Type.Integer(),
  /** The end of the slice before. */
  after: Type.String(),
  replayId: Type.String(),
})
export type Range = Static<typeof Range>

/** One write delays other writers by some ms only. */
const SLICE = 500

/**
 * The handler of `replay-webhooks` jobs: one slice, and a job for the next one. A job that is done twice repeats nothing twice,
 * because a replay has a key of the replay and its source.
 */
export const replayRange: JobHandler = async (deps, { payload }) => {
  if (!Value.Check(Range, payload)) throw new PermanentFailure('no replay of ours')
  const { webhookId, only, since, until, after, replayId }: Range = payload
  const { db, clock } = deps
  const slice: ReplaySlice = { webhookId, replayId, since, until, after, now: clock.now(), limit: SLICE }
  const [end] = await (only === 'missed' ? endOfEvents(db, slice) : endOfDeliveries(db, slice, only))
  const last = end?.last ?? null
  if (last === null) return
  const next: Range = { ...payload, after: String(last) }
  await commit(deps, {
    repeated: only === 'missed' ? sendMissed(db, slice) : repeatDeliveries(db, slice, only),
    next: await queueJob(deps, { kind: 'replay-webhooks', userId: null, payload: next }, always),
  })
}
