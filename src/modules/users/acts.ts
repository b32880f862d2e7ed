/**
 * The statements of one act on one account, for `commit`: the change with its event, and what follows from it. A request
 * about one account and a bulk action (`modules/bulk-actions`) use the same ones, so the same rules hold for both.
 */
import type { SQL } from 'drizzle-orm'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import type { ErasurePayload } from '../erasure/erase-user.ts'
import { type QueueJobDeps, queueJob } from '../jobs/queue-job.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { endSessionsOfUser } from '../sessions/queries.ts'
import { deleteUser, insertRoles, updateUser } from './queries.ts'
import { mayChangeRole, removeRole, roleChange, setStatus } from './act-queries.ts'

/** An act on the account `id`. */
export interface ActOn {
  id: string
  /** The act changes nothing unless this is true in the batch. Undefined: always. */
  only: SQL | undefined
  /** For the data of the event. */
  data?: Record<string, unknown>
}

/**
 * Delay of the erasure. Requests that run while an account is deleted may still write events of it. No request takes
 * this long.
 */
const ERASURE_DELAY_MS = 60_000

/** Also ends every session. Keeps the last administrator. */
export function disabling(deps: QueueJobDeps, cause: Cause, { id, only, data = {} }: ActOn) {
  const { db, clock } = deps
  const now = clock.now()
  const event = newEvent(deps, cause, 'user.disabled', { userId: id, data })
  return {
    event,
    steps: {
      changed: recorded(setStatus(db, id, 'disabled', now, only), event),
      ended: endSessionsOfUser(db, id, now, happened(event)),
    },
  }
}

export function enabling(deps: QueueJobDeps, cause: Cause, { id, only, data = {} }: ActOn) {
  const { db, clock } = deps
  const event = newEvent(deps, cause, 'user.enabled', { userId: id, data })
  return {
    event,
    steps: { changed: recorded(setStatus(db, id, 'active', clock.now(), only), event) },
  }
}

/**
 * Keeps the last administrator, and the last owner of an organisation. A job erases what remains, and a mail tells the
 * address `tell`.
 */
export async function deleting(
  deps: QueueJobDeps,
  cause: Cause,
  { id, only, data = {}, tell }: ActOn & { tell: string | undefined },
) {
  const { db, clock } = deps
  const event = newEvent(deps, cause, 'user.deleted', { userId: id, data })
  const payload: ErasurePayload = { eventId: event.id }
  const erasure = { kind: 'erasure', userId: id, payload, eventId: event.id, delayMs: ERASURE_DELAY_MS }
  const content = { template: 'account-deleted', data: { at: clock.now() } } as const
  const mail = { userId: id, eventId: event.id, content, cause, to: tell }
  return {
    event,
    steps: {
      changed: recorded(deleteUser(db, id, only), event),
      erasure: await queueJob(deps, erasure, happened(event)),
      notice: tell === undefined ? undefined : await queueMail(deps, mail, happened(event)),
    },
  }
}

export function endingSessions(deps: QueueJobDeps, cause: Cause, { id, only, data = {} }: ActOn) {
  const { db, clock } = deps
  const event = newEvent(deps, cause, 'session.ended', { userId: id, data: { sessions: 'all', ...data } })
  return { event, steps: { changed: recorded(endSessionsOfUser(db, id, clock.now(), only), event) } }
}

/**
 * Gives one role, or takes it away. Does nothing if the role does not exist, or for the last administrator. The event is
 * the one of a change of the roles, so it has the roles that the account has then.
 */
export function changingRole(
  deps: QueueJobDeps,
  cause: Cause,
  { id, only, data = {}, role, given }: ActOn & { role: string; given: boolean },
) {
  const { db, clock } = deps
  const event = newEvent(deps, cause, 'user.updated', { userId: id, data: roleChange(id, role, given, data) })
  const conditions = { keepsAdmin: given || role !== 'admin', only: [only, mayChangeRole(id, role, given)] }
  return {
    event,
    steps: {
      changed: recorded(updateUser(db, id, {}, clock.now(), conditions), event),
      roles: given ? insertRoles(db, id, [role], event) : removeRole(db, id, role, event),
    },
  }
}
