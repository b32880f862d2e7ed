/**
 * Sends a notification to organisations and roles, one slice in each job. A slice is one commit: some people, their events, their
 * count, and the job of the next slice. It begins by taking its turn, a random value that only its job knows, and every
 * other statement of the batch asks for the turn. So a process that is killed, and two that do the same job, neither
 * repeat nor skip a person.
 */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { actorInEvents } from '../../core/authz/operator.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import type { Deps } from '../../deps.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import { queueJob } from '../jobs/queue-job.ts'
import type { QueuedJob } from '../jobs/run-queue.ts'
import { isOnePerson, refusalOf } from './addressed.ts'
import { delivering, toldOf } from './deliver.ts'
import { countRecipients, hasTurn, type NotificationRow, nextOf, notificationToSend, takeTurn } from './queries.ts'
import { newTurn } from './send.ts'
import { standingSenders } from './standing.ts'

const SlicePayload = Type.Object({
  id: Type.String(),
  turn: Type.String(),
  /** Which of the targets that are not one person, and the last person there who was reached. */
  at: Type.Integer(),
  after: Type.String(),
})
export type SlicePayload = Static<typeof SlicePayload>

/** Other writers wait for a slice, for some ms. */
export const SLICE = 250

/** The handler of `notification` jobs. A repetition changes nothing. */
export async function runSlice(deps: Deps, { payload }: QueuedJob): Promise<void> {
  if (!Value.Check(SlicePayload, payload)) throw new PermanentFailure('no notification of ours')
  const { db, clock } = deps
  const { id, turn: from, at, after } = payload
  const [row] = await notificationToSend(db, id)
  if (row === undefined || row.turn !== from || row.finishedAt !== null) return
  if (!(await mayGoOn(deps, row))) return stop(deps, row)

  const targets = row.targets.filter((target) => !isOnePerson(target))
  const target = targets[at]
  const found = target === undefined ? [] : await nextOf(db, target, after, SLICE)
  const last = found.length === SLICE ? found.at(-1)?.id : undefined
  const next = last === undefined ? { at: at + 1, after: '' } : { at, after: last }
  const isLast = next.at >= targets.length
  const turn = newTurn(deps)
  const hasTaken = hasTurn(id, turn)
  const told = toldOf(
    deps,
    found.map((person) => person.id),
  )
  const job = { kind: 'notification', userId: null, payload: { id, turn, ...next } satisfies SlicePayload }
  await commit(deps, {
    taken: takeTurn(db, id, from, { turn }),
    people: delivering(deps, row, told, { when: hasTaken }),
    counted: told.length === 0 ? undefined : countRecipients(db, id, told),
    ended: isLast ? takeTurn(db, id, turn, { state: 'sent', finishedAt: clock.now() }) : undefined,
    next: isLast ? undefined : await queueJob(deps, job, hasTaken),
  })
}

/** Whoever sent it may still do so. What ends a thief ends what the thief was sending. */
async function mayGoOn(deps: Deps, row: NotificationRow): Promise<boolean> {
  const senders = await standingSenders(deps, row)
  if (senders === undefined) return false
  const refusals = await Promise.all(senders.map((sender) => refusalOf(deps, sender, row.targets)))
  return refusals.every((refusal) => refusal === undefined)
}

async function stop(deps: Deps, { id, turn, orgId, actorId }: NotificationRow): Promise<void> {
  const stopped = newEvent(deps, { ...systemCause, actorId: actorInEvents(actorId) }, 'notification.stopped', {
    orgId,
    result: 'failure',
    data: { notificationId: id },
  })
  const state = { state: 'stopped', finishedAt: deps.clock.now() } as const
  await commit(deps, { stopped: recorded(takeTurn(deps.db, id, turn, state), stopped) })
}
