import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { lineOf } from '../../core/limits/address-budgets.ts'
import { decodeCursor, encodeCursor } from '../../core/paging/cursors.ts'
import { uniqueViolation } from '../../lib/database-errors.ts'
import { emailKey } from '../../lib/email.ts'
import { permissionsOf } from '../../core/permissions.ts'
import type { ErasurePayload } from '../erasure/erase-user.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened, type NewEvent } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { endSessionsOfUser } from '../sessions/queries.ts'
import { type ListBounds, listUsers, parseSort } from './list-queries.ts'
import { newUser } from './new-user.ts'
import { assertPasswordAcceptable } from './password-policy.ts'
import {
  deleteUser as deleteUserRow,
  insertRoles,
  insertUser,
  removeRolesExcept,
  type UserRow,
  updateUser as updateUserRow,
  userById,
  userOfKey,
} from './queries.ts'
import type { CreateUser, ListUsers, UpdateUser } from './schema.ts'
import { buryUntrusted, voidMoves } from './trust-queries.ts'

type WriteDeps = Pick<
  Deps,
  'config' | 'db' | 'clock' | 'random' | 'passwords' | 'principals' | 'fetch' | 'log' | 'queue'
>

/** Requests under way when an account is deleted may still write events of it. None takes so long. */
const ERASURE_DELAY_MS = 60_000

/**
 * Makes an account for somebody else. Throws `user.email_taken`, `user.password_refused`, `server.busy`, and
 * `auth.fresh_session_required` when a role is given that allows anything.
 *
 * Here and below: with a `key` the change takes effect once, and a repeat is answered with the user as it is now. That
 * costs one more round trip, on repeats alone. Throws `idempotency.key_reused`; `user.not_found` when deleted meanwhile.
 */
export async function createUser(
  deps: WriteDeps,
  cause: Cause,
  account: CreateUser,
  key?: IdempotencyKey,
): Promise<UserRow> {
  const { db, passwords } = deps
  const { password } = account
  if (permissionsOf(account.roles ?? []).size > 0) cause.requireFresh()
  if (password !== undefined) await assertPasswordAcceptable(deps, password, account)
  const { row, user } = newUser(
    deps,
    account,
    password === undefined ? null : await passwords.hash(password, lineOf(cause)),
  )
  const created = newEvent(deps, cause, 'user.created', { userId: user.id, data: { by: 'admin', roles: user.roles } })
  const results = await refusingTakenEmail(
    commitOnce(deps, key, { event: created, subjectId: user.id }, [
      recorded(insertUser(db, row), created),
      insertRoles(db, user.id, user.roles, created),
    ]),
  )
  return results ? user : replayedUser(deps, key)
}

export interface UserPageRows {
  items: UserRow[]
  nextCursor: string | null
}

/** One page. Throws `request.invalid` for a cursor of another sort or of nobody's making. */
export async function pageOfUsers(
  { db, longReads }: Pick<Deps, 'db' | 'longReads'>,
  query: ListUsers,
  within?: ListBounds,
): Promise<UserPageRows> {
  const { limit, sort, cursor, ...filter } = query
  const after = cursor === undefined ? undefined : decodeCursor(cursor, sort)
  if (cursor !== undefined && after === undefined)
    throw problem('request.invalid', {
      errors: [{ path: '/cursor', message: 'Expected nextCursor of a page with the same sort' }],
    })
  // What these read is not bounded by the page alone (`filteredPage`): in the meantime others are served.
  const reader = filter.q === undefined && filter.role === undefined ? db : longReads
  const rows = await listUsers(reader, { ...filter, sort, after, limit: limit + 1 }, within)
  const items = rows.slice(0, limit)
  const last = rows.length > limit ? items.at(-1) : undefined
  const { column } = parseSort(sort)
  const value = last && { createdAt: last.createdAt, name: last.name, email: last.emailKey }[column]
  return {
    items,
    nextCursor: last && value !== undefined ? encodeCursor({ order: sort, value, id: last.id }) : null,
  }
}

/**
 * Changes a user, in one round trip. A change of the address takes one more, because its mail goes to the address that
 * stood there before (ASVS 6.3.7). Throws `user.not_found`, `user.changed` when `versions` (If-Match) are not the
 * current one, `user.last_admin`, `user.email_taken`, and `auth.fresh_session_required` for an address, its verification
 * or roles.
 */
export async function updateUser(
  deps: WriteDeps,
  cause: Cause,
  id: string,
  { roles, ...changes }: UpdateUser,
  { versions, key }: { versions?: readonly number[] | undefined; key?: IdempotencyKey | undefined } = {},
): Promise<UserRow> {
  const { db, clock } = deps
  const { email, emailVerified } = changes
  if (email !== undefined || emailVerified !== undefined || roles !== undefined) cause.requireFresh()
  const keepsAdmin = roles === undefined || roles.includes('admin')
  const columns = { ...changes, ...(email === undefined ? {} : { emailKey: emailKey(email) }) }
  const updated = newEvent(deps, cause, 'user.updated', {
    userId: id,
    data: { fields: Object.keys(changes), ...(roles === undefined ? {} : { roles: [...roles].sort() }) },
  })
  const notices = email === undefined ? [] : await tellOldAddress(deps, cause, id, email, updated)
  const statement = updateUserRow(db, id, columns, clock.now(), { versions, keepsAdmin })
  const roleSteps =
    roles === undefined ? [] : [removeRolesExcept(db, id, roles, updated), insertRoles(db, id, roles, updated)]
  const results = await refusingTakenEmail(
    commitOnce(deps, key, { event: updated, subjectId: id }, [
      recorded(statement, updated),
      ...roleSteps,
      ...(changes.email === undefined
        ? []
        : [voidMoves(db, id, clock.now(), happened(updated)), ...buryUntrusted(db, id, clock.now(), updated)]),
      ...notices,
      userById(db, id),
    ]),
  )
  if (!results) return replayedUser(deps, key)
  const changed = results[0] as unknown[]
  const [user] = results.at(-1) as UserRow[] // the last step is userById
  return changedOr(user, changed.length > 0, versions)
}

/** The mail to the address an account leaves. None for another spelling of the same one. Index users_id. */
async function tellOldAddress(deps: WriteDeps, cause: Cause, userId: string, newEmail: string, updated: NewEvent) {
  const [before] = await userById(deps.db, userId)
  if (!before || emailKey(before.email) === emailKey(newEmail)) return []
  const content = { template: 'email-changed', data: { newEmail, at: updated.at } } as const
  return [await queueMail(deps, { userId, to: before.email, eventId: updated.id, content, cause }, happened(updated))]
}

/** Disables a user and ends every session. Repeating it changes nothing. Throws `user.not_found`, `user.last_admin`. */
export async function disableUser(deps: WriteDeps, cause: Cause, id: string, key?: IdempotencyKey): Promise<UserRow> {
  const { db, clock } = deps
  const now = clock.now()
  const disabled = newEvent(deps, cause, 'user.disabled', { userId: id })
  const results = await commitOnce(deps, key, { event: disabled, subjectId: id }, [
    recorded(updateUserRow(db, id, { status: 'disabled' }, now, { keepsAdmin: false }), disabled),
    endSessionsOfUser(db, id, now, happened(disabled)),
    userById(db, id),
  ])
  if (!results) return replayedUser(deps, key)
  const [changed, , [user]] = results
  return user?.status === 'disabled' ? user : changedOr(user, changed.length > 0)
}

/** Lets a user sign in again; sessions ended before stay ended. Repeating it changes nothing. Throws `user.not_found`. */
export async function enableUser(deps: WriteDeps, cause: Cause, id: string, key?: IdempotencyKey): Promise<UserRow> {
  const { db, clock } = deps
  const enabled = newEvent(deps, cause, 'user.enabled', { userId: id })
  const results = await commitOnce(deps, key, { event: enabled, subjectId: id }, [
    recorded(updateUserRow(db, id, { status: 'active' }, clock.now(), { keepsAdmin: true }), enabled),
    userById(db, id),
  ])
  if (!results) return replayedUser(deps, key)
  const [, [user]] = results
  if (!user) throw problem('user.not_found')
  return user
}

/**
 * Deletes a user with roles, sessions and tokens. Its events stay; a job erases from where they came (`modules/erasure`).
 * A mail tells the address the account had. That address is read first, which takes one more round trip; `tell` names it
 * where the caller knows it. Throws `user.not_found`, `user.last_admin`, `auth.fresh_session_required`.
 */
export async function deleteUser(
  deps: WriteDeps,
  cause: Cause,
  id: string,
  { key, tell }: { key?: IdempotencyKey | undefined; tell?: string } = {},
): Promise<void> {
  cause.requireFresh()
  const { db, clock } = deps
  const address = tell ?? (await userById(db, id))[0]?.email
  const deleted = newEvent(deps, cause, 'user.deleted', { userId: id })
  const payload: ErasurePayload = { eventId: deleted.id }
  const erasure = { kind: 'erasure', userId: id, payload, eventId: deleted.id, delayMs: ERASURE_DELAY_MS }
  const content = { template: 'account-deleted', data: { at: clock.now() } } as const
  const mail = { userId: id, eventId: deleted.id, content, cause, to: address }
  const results = await commitOnce(deps, key, { event: deleted, subjectId: id }, [
    recorded(deleteUserRow(db, id), deleted),
    userById(db, id),
    await queueJob(deps, erasure, happened(deleted)),
    ...(address === undefined ? [] : [await queueMail(deps, mail, happened(deleted))]),
  ])
  if (!results) return void (await replay(deps, key))
  const [rows, [survivor]] = results
  if (rows.length === 0) changedOr(survivor, false)
}

/** Ends every session of a user, in one round trip. Throws `user.not_found`. */
export async function endUserSessions(deps: WriteDeps, cause: Cause, id: string, key?: IdempotencyKey): Promise<void> {
  const { db, clock } = deps
  const ended = newEvent(deps, cause, 'session.ended', { userId: id, data: { sessions: 'all' } })
  const results = await commitOnce(deps, key, { event: ended, subjectId: id }, [
    recorded(endSessionsOfUser(db, id, clock.now()), ended),
    userById(db, id),
  ])
  if (!results) return void (await replay(deps, key))
  const [, [user]] = results
  if (!user) throw problem('user.not_found')
}

/** What the first request under the key concerned, as it is now; null once deleted. Throws `idempotency.key_reused`. */
async function replay({ db }: WriteDeps, key: IdempotencyKey | undefined): Promise<UserRow | null> {
  const [first] = key ? await userOfKey(db, key) : []
  // Taken a moment ago and gone already: its day ended in between.
  if (!key || !first) throw problem('server.busy', { retryAfterSeconds: 1 })
  if (first.fingerprint !== key.fingerprint) throw problem('idempotency.key_reused')
  key.replayed()
  return first.user
}

async function replayedUser(deps: WriteDeps, key: IdempotencyKey | undefined): Promise<UserRow> {
  const user = await replay(deps, key)
  if (!user) throw problem('user.not_found')
  return user
}

/** The user, if the change was made; else why it was not: gone, changed meanwhile, or the last administrator. */
function changedOr(user: UserRow | undefined, changed: boolean, versions?: readonly number[]): UserRow {
  if (!user) throw problem('user.not_found')
  if (changed) return user
  if (versions !== undefined && !versions.includes(user.version)) throw problem('user.changed')
  throw problem('user.last_admin')
}

async function refusingTakenEmail<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (uniqueViolation(error) === 'users.email_key') throw problem('user.email_taken', { cause: error })
    throw error
  }
}
