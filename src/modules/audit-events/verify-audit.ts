/** The job that verifies the audit log when an administrator asks for it. Its result is an event of the log. */
import { commit } from '../../core/events/commit.ts'
import type { JobHandler } from '../../core/feature.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { noteEvent } from '../../core/events/queries.ts'
import type { Finding } from './verify-chain.ts'
import { type Verified, verifySeals } from './verify-seals.ts'

/** A job may take a minute. */
const LONGEST_MS = 45_000
const FIRST_FINDINGS = 20

/** `data` of `audit.verified`. */
export interface VerifiedData {
  result: 'intact' | 'changed' | 'key-unknown' | 'unfinished'
  events: number
  links: number
  pruned: number
  findings: number
  first: { kind: string; position: number; eventId?: string }[]
  head: string | null
}

export const verifyAudit: JobHandler = async (deps, { payload }) => {
  const { clock, accepting } = deps
  const startedAt = clock.now()
  const kinds = new Set<Finding['kind']>()
  const first: VerifiedData['first'] = []
  let [events, findings] = [0, 0]
  let verified: Verified | undefined
  for await (const reply of verifySeals(deps)) {
    if ('progress' in reply) events = reply.progress.done
    else if (reply.item.kind === 'verified') verified = reply.item
    else {
      const { kind, position } = reply.item
      findings++
      kinds.add(kind)
      const eventId = 'eventId' in reply.item ? { eventId: reply.item.eventId } : {}
      if (first.length < FIRST_FINDINGS) first.push({ kind, position, ...eventId })
    }
    if (!accepting()) throw new Error('the process was asked to stop') // it is done again
    if (Math.abs(clock.now() - startedAt) > LONGEST_MS) break
  }
  const foundOther = [...kinds].some((kind) => kind !== 'key.unknown')
  const data: VerifiedData = {
    result: foundOther ? 'changed' : verified === undefined ? 'unfinished' : kinds.size > 0 ? 'key-unknown' : 'intact',
    events: verified?.events ?? events,
    links: verified?.links ?? 0,
    pruned: verified?.pruned ?? 0,
    findings,
    first,
    head: verified?.head ?? null,
  }
  const cause = { ...systemCause, actorId: actorIn(payload) }
  const result = data.result === 'intact' ? 'success' : 'failure'
  const event = newEvent(deps, cause, 'audit.verified', { result, data: { ...data } })
  await commit(deps, [noteEvent(deps.db, event)])
  if (foundOther) deps.log.error('the audit log was changed after it was sealed', { findings, kinds: [...kinds] })
}

const actorIn = (payload: unknown): string | null =>
  typeof payload === 'object' && payload !== null && 'actorId' in payload && typeof payload.actorId === 'string'
    ? payload.actorId
    : null
