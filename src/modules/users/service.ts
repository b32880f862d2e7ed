import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { lineOf } from '../../core/limits/address-budgets.ts'
import { emailKey } from '../../lib/email.ts'
import { assertMayGiveRoles, authorityInInstance, noSuchRoles } from '../../core/authz/authority.ts'
import { rolesExist, unknownRoles } from '../../core/authz/authority-queries.ts'
import type { ErasurePayload } from '../erasure/erase-user.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened, type NewEvent } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { type Page, readPage } from '../../core/paging/pages.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { endSessionsOfUser } from '../sessions/queries.ts'
import { type ListBounds, type ListedUser, listUsers, parseSort } from './list-queries.ts'
import { newUser } from './new-user.ts'
import { assertPasswordAcceptable } from './password-policy.ts'
import {
  deleteUser as deleteUserRow,
  insertRoles,
  insertUserIf,
  removeRolesExcept,
  type UserRow,
  updateUser as updateUserRow,
  userById,
  userOfKey,
} from './queries.ts'
import { grantsNothing, type Rights, rightsOver } from './rights.ts'
import type { CreateUser, ListUsers, UpdateUser } from './schema.ts'
import { buryUntrusted, voidMoves } from './trust-queries.ts'

type WriteDeps = Pick<
  Deps,
  'config' | 'db' | 'clock' | 'random' | 'passwords' | 'principals' | 'fetch' | 'log' | 'queue'
>

/**
 * Delay of the erasure. Requests that run while an account is deleted may still write events of it. No request takes
 * this long.
 */
const ERASURE_DELAY_MS = 60_000

/**
 * Creates an account for another person. Throws `user.email_taken`, `user.password_refused`, `server.busy`,
 * `request.invalid` for a role that does not exist, `role.exceeds_own` for one with a permission that the caller lacks, and
 * `auth.fresh_session_required` for any role that may have permissions.
 *
 * For this function and those below: with a `key` the change takes effect once, and a repeated request gets the user
 * in its current state. A repeated request costs one more round trip. Throws `idempotency.key_reused`, and
 * `user.not_found` if the user was deleted meanwhile.
 */
export async function createUser(
  deps: WriteDeps,
  cause: Cause,
  account: CreateUser,
  key?: IdempotencyKey,
): Promise<UserRow> {
  const { db, passwords } = deps
  const { password } = account
  const given = account.roles ?? []
  if (!grantsNothing(given)) {
    cause.requireFresh()
    assertMayGiveRoles(await authorityInInstance(deps, cause), given)
  }
  if (password !== undefined) await assertPasswordAcceptable(deps, password, account)
  const { row, user } = newUser(
    deps,
    account,
    password === undefined ? null : await passwords.hash(password, lineOf(cause)),
  )
  const created = newEvent(deps, cause, 'user.created', { userId: user.id, data: { by: 'admin', roles: user.roles } })
  const once = { key, event: created, subjectId: user.id }
  const results = await commitOnce(deps, once, {
    inserted: recorded(insertUserIf(db, row, rolesExist(user.roles, null)), created),
    unknown: grantsNothing(given) ? undefined : unknownRoles(db, given, null),
    roles: insertRoles(db, user.id, user.roles, created),
  }).catch(whereTaken({ 'users.email_key': 'user.email_taken' }))
  if (!results) return replayedUser(deps, key)
  if (results.inserted.length === 0) throw noSuchRoles(results.unknown ?? [])
  return user
}

/** One page of users. Throws the errors of `readPage`. */
export function pageOfUsers(
  { db, longReads }: Pick<Deps, 'db' | 'longReads'>,
  { limit, sort, cursor, ...filter }: ListUsers,
  within?: ListBounds,
): Promise<Page<UserRow>> {
  // The number of rows that these lists read is not limited by the page (`filteredPage`). They run where other
  // requests are served meanwhile.
  const reader = filter.q === undefined && filter.role === undefined ? db : longReads
  const { column } = parseSort(sort)
  const order = {
    order: sort,
    sortedBy: ({ createdAt, name, emailKey }: ListedUser) => ({ createdAt, name, email: emailKey })[column],
  }
  return readPage({ limit, cursor }, order, (after, rows) =>
    listUsers(reader, { ...filter, sort, after, limit: rows }, within),
  )
}

/**
 * Changes a user, in one round trip. A change of the address takes one more, because a mail goes to the earlier
 * address (ASVS 6.3.7). Throws `user.not_found`, `user.changed` if no version in `versions` (If-Match) is the current
 * one, `user.last_admin`, `user.email_taken`, `auth.fresh_session_required` for a change of the address, its
 * verification or the roles, and the errors of `createUser` about roles. Throws `user.exceeds_own` if the user has a
 * permission that the caller lacks; so do the functions below.
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
  if (roles !== undefined && !grantsNothing(roles)) assertMayGiveRoles(await authorityInInstance(deps, cause), roles)
  const rights = await rightsOver(deps, cause, id)
  const keepsAdmin = roles === undefined || roles.includes('admin')
  const only = [rights.only, roles && rolesExist(roles, null)]
  const columns = { ...changes, ...(email === undefined ? {} : { emailKey: emailKey(email) }) }
  const updated = newEvent(deps, cause, 'user.updated', {
    userId: id,
    data: { fields: Object.keys(changes), ...(roles === undefined ? {} : { roles: [...roles].sort() }) },
  })
  const now = clock.now()
  const once = { key, event: updated, subjectId: id }
  const results = await commitOnce(deps, once, {
    changed: recorded(updateUserRow(db, id, columns, now, { versions, keepsAdmin, only }), updated),
    roles:
      roles === undefined
        ? undefined
        : [removeRolesExcept(db, id, roles, updated), insertRoles(db, id, roles, updated)],
    untrusted:
      email === undefined
        ? undefined
        : [voidMoves(db, id, now, happened(updated)), ...buryUntrusted(db, id, now, updated)],
    notice: email === undefined ? undefined : await tellOldAddress(deps, cause, id, email, updated),
    found: userById(db, id),
    unknown: roles === undefined ? undefined : unknownRoles(db, roles, null),
  }).catch(whereTaken({ 'users.email_key': 'user.email_taken' }))
  if (!results) return replayedUser(deps, key)
  const { changed, found, unknown = [] } = results
  if (found.length > 0 && unknown.length > 0) throw noSuchRoles(unknown)
  return changedOr(found[0], changed.length > 0, rights, versions)
}

/** The mail to the earlier address of an account. No mail for another spelling of the same address. Index users_id. */
async function tellOldAddress(deps: WriteDeps, cause: Cause, userId: string, newEmail: string, updated: NewEvent) {
  const [before] = await userById(deps.db, userId)
  if (!before || emailKey(before.email) === emailKey(newEmail)) return undefined
  const content = { template: 'email-changed', data: { newEmail, at: updated.at } } as const
  return queueMail(deps, { userId, to: before.email, eventId: updated.id, content, cause }, happened(updated))
}

/**
 * Disables a user and ends every session. A repeated call changes nothing. Throws `user.not_found`,
 * `user.last_admin`.
 */
export async function disableUser(deps: WriteDeps, cause: Cause, id: string, key?: IdempotencyKey): Promise<UserRow> {
  const { db, clock } = deps
  const now = clock.now()
  const rights = await rightsOver(deps, cause, id)
  const only = [rights.only]
  const disabled = newEvent(deps, cause, 'user.disabled', { userId: id })
  const once = { key, event: disabled, subjectId: id }
  const results = await commitOnce(deps, once, {
    changed: recorded(updateUserRow(db, id, { status: 'disabled' }, now, { keepsAdmin: false, only }), disabled),
    ended: endSessionsOfUser(db, id, now, happened(disabled)),
    found: userById(db, id),
  })
  if (!results) return replayedUser(deps, key)
  const { changed, found } = results
  const [user] = found
  return user?.status === 'disabled' ? user : changedOr(user, changed.length > 0, rights)
}

/**
 * Lets a user sign in again. Sessions that ended before stay ended. A repeated call changes nothing. Throws
 * `user.not_found`.
 */
export async function enableUser(deps: WriteDeps, cause: Cause, id: string, key?: IdempotencyKey): Promise<UserRow> {
  const { db, clock } = deps
  const rights = await rightsOver(deps, cause, id)
  const only = [rights.only]
  const enabled = newEvent(deps, cause, 'user.enabled', { userId: id })
  const once = { key, event: enabled, subjectId: id }
  const results = await commitOnce(deps, once, {
    changed: recorded(updateUserRow(db, id, { status: 'active' }, clock.now(), { keepsAdmin: true, only }), enabled),
    found: userById(db, id),
  })
  if (!results) return replayedUser(deps, key)
  const [user] = results.found
  return user?.status === 'active' ? user : changedOr(user, results.changed.length > 0, rights)
}

/**
 * Deletes a user with roles, sessions and tokens. The events stay, and a job erases the addresses they came from
 * (`modules/erasure`). A mail tells the address of the account. Reading that address costs one more round trip,
 * unless the caller gives it as `tell`. Throws `user.not_found`, `user.last_admin`, `auth.fresh_session_required`.
 */
export async function deleteUser(
  deps: WriteDeps,
  cause: Cause,
  id: string,
  { key, tell }: { key?: IdempotencyKey | undefined; tell?: string } = {},
): Promise<void> {
  cause.requireFresh()
  const { db, clock } = deps
  const rights = await rightsOver(deps, cause, id)
  const address = tell ?? (await userById(db, id))[0]?.email
  const deleted = newEvent(deps, cause, 'user.deleted', { userId: id })
  const payload: ErasurePayload = { eventId: deleted.id }
  const erasure = { kind: 'erasure', userId: id, payload, eventId: deleted.id, delayMs: ERASURE_DELAY_MS }
  const content = { template: 'account-deleted', data: { at: clock.now() } } as const
  const mail = { userId: id, eventId: deleted.id, content, cause, to: address }
  const once = { key, event: deleted, subjectId: id }
  const results = await commitOnce(deps, once, {
    deleted: recorded(deleteUserRow(db, id, rights.only), deleted),
    survivor: userById(db, id),
    erasure: await queueJob(deps, erasure, happened(deleted)),
    notice: address === undefined ? undefined : await queueMail(deps, mail, happened(deleted)),
  })
  if (!results) return void (await replay(key, (name) => userOfKey(db, name)))
  if (results.deleted.length === 0) changedOr(results.survivor[0], false, rights)
}

/** Ends every session of a user, in one round trip. Throws `user.not_found`. */
export async function endUserSessions(deps: WriteDeps, cause: Cause, id: string, key?: IdempotencyKey): Promise<void> {
  const { db, clock } = deps
  const rights = await rightsOver(deps, cause, id)
  const ended = newEvent(deps, cause, 'session.ended', { userId: id, data: { sessions: 'all' } })
  const once = { key, event: ended, subjectId: id }
  const results = await commitOnce(deps, once, {
    ended: recorded(endSessionsOfUser(db, id, clock.now(), rights.only), ended),
    found: userById(db, id),
  })
  if (!results) return void (await replay(key, (name) => userOfKey(db, name)))
  const [user] = results.found
  if (!user) throw problem('user.not_found')
  if (rights.exceededBy(user)) throw problem('user.exceeds_own')
}

/** The user of the first request with this key, in its current state. Throws `user.not_found` if it was deleted. */
async function replayedUser(deps: WriteDeps, key: IdempotencyKey | undefined): Promise<UserRow> {
  const { user } = await replay(key, (name) => userOfKey(deps.db, name))
  if (!user) throw problem('user.not_found')
  return user
}

/**
 * Returns the user if the change was made. Otherwise throws the reason: the user is gone, has rights that the caller
 * lacks, was changed meanwhile, or is the last administrator.
 */
function changedOr(user: UserRow | undefined, changed: boolean, rights: Rights, versions?: readonly number[]): UserRow {
  if (!user) throw problem('user.not_found')
  if (changed) return user
  if (rights.exceededBy(user)) throw problem('user.exceeds_own')
  if (versions !== undefined && !versions.includes(user.version)) throw problem('user.changed')
  throw problem('user.last_admin')
}
