import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { lineOf } from '../../core/limits/address-budgets.ts'
import { emailKey } from '../../lib/email.ts'
import { assertMayGiveRoles, authorityInInstance, noSuchRoles } from '../../core/authz/authority.ts'
import { rolesExist, unknownRoles } from '../../core/authz/authority-queries.ts'
import { orgsOwnedAlone } from '../../core/authz/owner-queries.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { deleting, disabling, enabling, endingSessions } from './acts.ts'
import { assertMetadata, assertNewMetadata, tooLarge } from './metadata.ts'
import { filterKeyOf } from './list-users.ts'
import { deriveFilter, metadataFits, metadataFitting } from './metadata-queries.ts'
import { newUser } from './new-user.ts'
import { assertPasswordAcceptable } from './password-policy.ts'
import {
  insertRoles,
  insertUserIf,
  type ManagedUserRow,
  removeRolesExcept,
  updateUser as updateUserRow,
  userById,
  userOfKey,
} from './queries.ts'
import { grantsNothing, type Rights, rightsOver } from './rights.ts'
import type { CreateUser, UpdateUser } from './schema.ts'
import { tellOfUsername, tellOldAddress } from './tell-owner.ts'
import { buryUntrusted, voidMoves } from './trust-queries.ts'
import { readUsername, usernameColumns } from './usernames.ts'

type WriteDeps = Pick<
  Deps,
  'config' | 'db' | 'clock' | 'random' | 'passwords' | 'principals' | 'fetch' | 'log' | 'queue'
>

/**
 * Creates an account for another person. Throws `user.email_taken`, `user.username_taken`, `user.username_refused`,
 * `user.metadata_too_large`, `user.password_refused`, `server.busy`, `request.invalid` for a role that does not exist,
 * `role.exceeds_own` for one with a permission that the caller lacks, and `auth.fresh_session_required` for any role that
 * may have permissions.
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
): Promise<ManagedUserRow> {
  const { db, passwords } = deps
  const { password } = account
  const given = account.roles ?? []
  if (!grantsNothing(given)) {
    cause.requireFresh()
    assertMayGiveRoles(await authorityInInstance(deps, cause), given)
  }
  const { publicMetadata, privateMetadata } = account
  assertNewMetadata(publicMetadata ?? {}, '/publicMetadata')
  assertNewMetadata(privateMetadata ?? {}, '/privateMetadata')
  const username = account.username === undefined ? undefined : await readUsername(account.username)
  if (password !== undefined) await assertPasswordAcceptable(deps, password, account)
  const { row, user } = newUser(
    deps,
    { ...account, username },
    password === undefined ? null : await passwords.hash(password, lineOf(cause)),
  )
  const created = newEvent(deps, cause, 'user.created', { userId: user.id, data: { by: 'admin', roles: user.roles } })
  const once = { key, event: created, subjectId: user.id }
  const results = await commitOnce(deps, once, {
    inserted: recorded(insertUserIf(db, row, rolesExist(user.roles, null)), created),
    unknown: grantsNothing(given) ? undefined : unknownRoles(db, given, null),
    roles: insertRoles(db, user.id, user.roles, created),
    filter: publicMetadata === undefined ? undefined : deriveFilter(db, user.id, filterKeyOf(deps)),
  }).catch(refuseTaken)
  if (!results) return replayedUser(deps, key)
  if (results.inserted.length === 0) throw noSuchRoles(results.unknown ?? [])
  return user
}

const refuseTaken = whereTaken({
  'users.email_key': 'user.email_taken',
  'users.username': 'user.username_taken',
  'users.username_skeleton': 'user.username_taken',
})

/**
 * Changes a user, in one round trip. A change of the address takes one more, because a mail goes to the earlier
 * address (ASVS 6.3.7). Throws `user.not_found`, `user.changed` if no version in `versions` (If-Match) is the current
 * one, `user.last_admin`, `user.email_taken`, `user.username_taken`, `user.username_refused`,
 * `user.metadata_too_large`, `auth.fresh_session_required` for a change of the address, its verification, the username or
 * the roles, and the errors of `createUser` about roles. Throws `user.exceeds_own` if the user has a permission that the
 * caller lacks; so do the functions below. A mail tells the owner of a change of the username. Metadata is merged with the
 * stored object by the statement that changes it.
 */
export async function updateUser(
  deps: WriteDeps,
  cause: Cause,
  id: string,
  { roles, ...fields }: UpdateUser,
  { versions, key }: { versions?: readonly number[] | undefined; key?: IdempotencyKey | undefined } = {},
): Promise<ManagedUserRow> {
  const { db, clock } = deps
  const { username, publicMetadata, privateMetadata, ...changes } = fields
  const { email, emailVerified } = changes
  if ([email, emailVerified, username, roles].some((value) => value !== undefined)) cause.requireFresh()
  if (roles !== undefined && !grantsNothing(roles)) assertMayGiveRoles(await authorityInInstance(deps, cause), roles)
  assertMetadata(publicMetadata, '/publicMetadata')
  assertMetadata(privateMetadata, '/privateMetadata')
  const metadata = { publicMetadata, privateMetadata }
  const rights = await rightsOver(deps, cause, id)
  const keepsAdmin = roles === undefined || roles.includes('admin')
  const only = [rights.only, roles && rolesExist(roles, null)]
  const columns = {
    ...changes,
    ...(email === undefined ? {} : { emailKey: emailKey(email) }),
    ...(username === undefined ? {} : await usernameColumns(username)),
  }
  const updated = newEvent(deps, cause, 'user.updated', {
    userId: id,
    data: { fields: Object.keys(fields), ...(roles === undefined ? {} : { roles: [...roles].sort() }) },
  })
  const now = clock.now()
  const once = { key, event: updated, subjectId: id }
  const results = await commitOnce(deps, once, {
    fitting: metadataFits(metadata).length === 0 ? undefined : metadataFitting(db, id, metadata),
    changed: recorded(updateUserRow(db, id, columns, now, { versions, keepsAdmin, only, metadata }), updated),
    filter: publicMetadata === undefined ? undefined : deriveFilter(db, id, filterKeyOf(deps)),
    roles:
      roles === undefined
        ? undefined
        : [removeRolesExcept(db, id, roles, updated), insertRoles(db, id, roles, updated)],
    untrusted:
      email === undefined
        ? undefined
        : [voidMoves(db, id, now, happened(updated)), ...buryUntrusted(db, id, now, updated)],
    renamed: username === undefined ? undefined : await tellOfUsername(deps, cause, id, updated),
    notice: email === undefined ? undefined : await tellOldAddress(deps, cause, id, email, updated),
    found: userById(db, id),
    unknown: roles === undefined ? undefined : unknownRoles(db, roles, null),
  }).catch(refuseTaken)
  if (!results) return replayedUser(deps, key)
  const { changed, found, unknown = [], fitting } = results
  if (found.length > 0 && unknown.length > 0) throw noSuchRoles(unknown)
  return changedOr(found[0], changed.length > 0, rights, { versions, fitting: fitting?.[0] })
}

/**
 * Disables a user and ends every session. A repeated call changes nothing. Throws `user.not_found`,
 * `user.last_admin`.
 */
export async function disableUser(
  deps: WriteDeps,
  cause: Cause,
  id: string,
  key?: IdempotencyKey,
): Promise<ManagedUserRow> {
  const rights = await rightsOver(deps, cause, id)
  const { event, steps } = disabling(deps, cause, { id, only: rights.only })
  const results = await commitOnce(deps, { key, event, subjectId: id }, { ...steps, found: userById(deps.db, id) })
  if (!results) return replayedUser(deps, key)
  const { changed, found } = results
  const [user] = found
  return changedOr(user, changed.length > 0 || hasAlready(user, 'disabled', rights), rights)
}

/**
 * Lets a user sign in again. Sessions that ended before stay ended. A repeated call changes nothing. Throws
 * `user.not_found`.
 */
export async function enableUser(
  deps: WriteDeps,
  cause: Cause,
  id: string,
  key?: IdempotencyKey,
): Promise<ManagedUserRow> {
  const rights = await rightsOver(deps, cause, id)
  const { event, steps } = enabling(deps, cause, { id, only: rights.only })
  const results = await commitOnce(deps, { key, event, subjectId: id }, { ...steps, found: userById(deps.db, id) })
  if (!results) return replayedUser(deps, key)
  const [user] = results.found
  return changedOr(user, results.changed.length > 0 || hasAlready(user, 'active', rights), rights)
}

/**
 * Deletes a user with roles, sessions and tokens. The events stay, and a job erases the addresses they came from
 * (`modules/erasure`). A mail tells the address of the account. Reading that address costs one more round trip,
 * unless the caller gives it as `tell`. Throws `user.not_found`, `user.last_admin`, `org.last_owner`,
 * `auth.fresh_session_required`.
 */
export async function deleteUser(
  deps: WriteDeps,
  cause: Cause,
  id: string,
  { key, tell }: { key?: IdempotencyKey | undefined; tell?: string } = {},
): Promise<void> {
  cause.requireFresh()
  const { db } = deps
  const rights = await rightsOver(deps, cause, id)
  const address = tell ?? (await userById(db, id))[0]?.email
  const { event, steps } = await deleting(deps, cause, { id, only: rights.only, tell: address })
  const results = await commitOnce(
    deps,
    { key, event, subjectId: id },
    { ...steps, survivor: userById(db, id), alone: orgsOwnedAlone(db, id) },
  )
  if (!results) return void (await replay(key, (name) => userOfKey(db, name)))
  if (results.changed.length > 0) return
  const [survivor] = results.survivor
  if (survivor && rights.exceededBy(survivor)) throw rights.refusal(survivor)
  const orgs = results.alone.map(({ orgId }) => orgId)
  if (survivor && orgs.length > 0)
    throw problem('org.last_owner', { detail: `The account is the only active owner of ${orgs.join(', ')}.` })
  changedOr(survivor, false, rights)
}

/** Ends every session of a user, in one round trip. Throws `user.not_found`. */
export async function endUserSessions(deps: WriteDeps, cause: Cause, id: string, key?: IdempotencyKey): Promise<void> {
  const { db } = deps
  const rights = await rightsOver(deps, cause, id)
  const { event, steps } = endingSessions(deps, cause, { id, only: rights.only })
  const results = await commitOnce(deps, { key, event, subjectId: id }, { ...steps, found: userById(db, id) })
  if (!results) return void (await replay(key, (name) => userOfKey(db, name)))
  const [user] = results.found
  if (!user) throw problem('user.not_found')
  if (rights.exceededBy(user)) throw rights.refusal(user)
}

/** The user of the first request with this key, in its current state. Throws `user.not_found` if it was deleted. */
async function replayedUser(deps: WriteDeps, key: IdempotencyKey | undefined): Promise<ManagedUserRow> {
  const { user } = await replay(key, (name) => userOfKey(deps.db, name))
  if (!user) throw problem('user.not_found')
  return user
}

/** Whether a repeated call changes nothing, because the user has this status. */
const hasAlready = (user: ManagedUserRow | undefined, status: ManagedUserRow['status'], rights: Rights): boolean =>
  user?.status === status && !rights.exceededBy(user)

/**
 * Returns the user if the change was made. Otherwise throws the reason: the user is gone, has rights that the caller
 * lacks, was changed meanwhile, would have too much metadata, or is the last administrator.
 */
function changedOr(
  user: ManagedUserRow | undefined,
  changed: boolean,
  rights: Rights,
  {
    versions,
    fitting = {},
  }: { versions?: readonly number[] | undefined; fitting?: Record<string, boolean> | undefined } = {},
): ManagedUserRow {
  if (!user) throw problem('user.not_found')
  if (changed) return user
  if (rights.exceededBy(user)) throw rights.refusal(user)
  if (versions !== undefined && !versions.includes(user.version)) throw problem('user.changed')
  const tooMuch = Object.keys(fitting).filter((name) => fitting[name] === false)
  if (tooMuch.length > 0) throw tooLarge(tooMuch.map((name) => `/${name}`))
  throw problem('user.last_admin')
}
