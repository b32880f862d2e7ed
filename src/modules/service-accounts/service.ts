import type { SQL } from 'drizzle-orm'
import { noSuchRoles } from '../../core/authz/authority.ts'
import { rolesExist, stillHolds, unknownRoles } from '../../core/authz/authority-queries.ts'
import { isAllowed } from '../../core/authz/authorize.ts'
import { scopesById } from '../../core/authz/load-scopes.ts'
import { reaches, reachOf, scopesOfActor } from '../../core/authz/reach.ts'
import { INSTANCE, type Reach, type Scope } from '../../core/authz/scope.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { always, both, type Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { sessionLives } from '../sessions/queries.ts'
import {
  accountById,
  accountOfKey,
  deleteAccount,
  insertAccount,
  insertAccountRoles,
  listAccounts,
  removeAccountRolesExcept,
  updateAccount,
} from './queries.ts'
import type { AccountRow, CreateServiceAccount, ListServiceAccounts, UpdateServiceAccount } from './schema.ts'

type ReadDeps = Pick<Deps, 'db' | 'principals'>
type WriteDeps = ReadDeps & Pick<Deps, 'clock' | 'random'>

const READ = 'service-accounts:read'
const WRITE = 'service-accounts:write'

/** Throws `org.not_found`, or `auth.forbidden` for a member, unless the permission reaches the organisation. */
function requireReach(reach: Reach, actor: Actor, orgId: string | null): void {
  if (reaches(reach, orgId)) return
  throw problem(orgId === null || actor.memberships.has(orgId) ? 'auth.forbidden' : 'org.not_found')
}

/** The session of the caller is still there in the batch. The operator and a made-up actor have none. */
const stillThere = ({ sessionId }: Pick<Actor, 'sessionId'>, now: number) =>
  sessionId === null ? always : sessionLives(sessionId, now)

/** For the batch that gives roles: they exist, and the caller has the roles by which they were judged. */
const mayStillGive = (actor: Actor, roles: readonly string[], orgId: string | null): SQL =>
  both(rolesExist(roles, orgId) ?? always, actor.sessionId === null ? always : stillHolds(actor.id, actor, orgId))

/** Throws `request.invalid` for a role that none of these scopes has. It does not repeat the name. */
function requireKnownRoles(roles: readonly string[], scopes: readonly Scope[]): void {
  const unknown = roles.flatMap((role, at) =>
    scopes.some(({ policies }) => policies.permissionsByRole.has(role)) ? [] : [at],
  )
  if (unknown.length === 0) return
  const message = 'Expected the name of a role that exists'
  throw problem('request.invalid', { errors: unknown.map((at) => ({ path: `/roles/${at}`, message })) })
}

/**
 * Throws `request.invalid` for a role that this scope does not have, and `serviceaccount.role_refused` for one with a
 * permission that the actor does not have there. Otherwise a service account would have more than its maker.
 */
function requireRoles(actor: Actor, roles: readonly string[], instance: Scope, org: Scope | undefined): void {
  const scope = org ?? instance
  requireKnownRoles(roles, [scope])
  const asked = new Set(roles.flatMap((role) => [...(scope.policies.permissionsByRole.get(role) ?? [])]))
  for (const permission of asked)
    if (!isAllowed(actor, permission, instance, org)) throw problem('serviceaccount.role_refused')
}

/**
 * The scopes of the instance and of this organisation. Throws `org.not_found` if it is not there or was deleted, but first
 * `request.invalid` for `roles` that cannot exist.
 */
async function scopesFor(
  deps: ReadDeps,
  orgId: string | null,
  roles: readonly string[] = [],
): Promise<{ instance: Scope; org: Scope | undefined }> {
  const scopes = await scopesById(deps, orgId === null ? [INSTANCE] : [INSTANCE, orgId])
  const [instance, org] = [scopes.get(INSTANCE), orgId === null ? undefined : scopes.get(orgId)]
  if (instance !== undefined && (orgId === null || org?.org?.deletedAt === null)) return { instance, org }
  requireKnownRoles(roles, [...scopes.values()])
  throw problem('org.not_found')
}

/**
 * Makes a service account of an organisation, or of the instance. Two round trips with the one for the principal. Throws
 * `serviceaccount.role_refused`, `serviceaccount.too_many`, `org.not_found`,
 * `auth.forbidden`, `auth.fresh_session_required`, `idempotency.key_reused`.
 */
export async function createAccount(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  { name, description = '', roles, ...given }: CreateServiceAccount,
  key?: IdempotencyKey,
): Promise<AccountRow> {
  cause.requireFresh()
  const { db, clock, random } = deps
  const orgId = given.orgId ?? null
  requireReach(reachOf(actor, WRITE, await scopesOfActor(deps, actor), actor.circumstances), actor, orgId)
  const { instance, org } = await scopesFor(deps, orgId, roles)
  requireRoles(actor, roles, instance, org)
  const now = clock.now()
  const id = random.id('sva')
  const row = { id, orgId, name, description, status: 'active' as const, version: 1, createdAt: now, updatedAt: now }
  const created = newEvent(deps, cause, 'service_account.created', { orgId, data: { serviceAccountId: id, roles } })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: id },
    {
      inserted: recorded(
        insertAccount(db, row, both(stillThere(actor, now), mayStillGive(actor, roles, orgId))),
        created,
      ),
      roles: insertAccountRoles(db, id, roles, created),
      unknown: unknownRoles(db, roles, orgId),
    },
  )
  if (!results) {
    const { account } = await replay(key, (name) => accountOfKey(db, name))
    if (!account) throw problem('serviceaccount.not_found')
    return account
  }
  if (results.inserted.length === 0) {
    if (results.unknown.length > 0) throw noSuchRoles(results.unknown)
    throw problem('serviceaccount.too_many')
  }
  return { ...row, roles: [...roles].sort() }
}

/** One round trip. Throws `org.not_found`, `auth.forbidden`, `request.invalid`. */
export async function pageOfAccounts(
  deps: ReadDeps,
  actor: Actor,
  { limit, cursor, ...given }: ListServiceAccounts,
): Promise<Page<AccountRow>> {
  const orgId = given.orgId ?? null
  requireReach(reachOf(actor, READ, await scopesOfActor(deps, actor), actor.circumstances), actor, orgId)
  return readNewest({ limit, cursor }, (before, rows) => listAccounts(deps.db, orgId, before, rows))
}

/** One round trip. Throws `serviceaccount.not_found`, also for an account that the principal may not see. */
export async function findAccount(
  deps: ReadDeps,
  actor: Actor,
  id: string,
  permission: typeof READ | typeof WRITE = READ,
): Promise<AccountRow> {
  const reach = reachOf(actor, permission, await scopesOfActor(deps, actor), actor.circumstances)
  const [account] = await accountById(deps.db, id)
  if (account === undefined || !reaches(reach, account.orgId)) throw problem('serviceaccount.not_found')
  return account
}

/**
 * Changes a service account. Its keys have the new roles from the next request on, and none work while it is disabled.
 * Two round trips besides the one for the principal. Throws `serviceaccount.not_found`, `serviceaccount.changed`,
 * `serviceaccount.role_refused`, `auth.fresh_session_required`.
 */
export async function changeAccount(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  id: string,
  { roles, ...changes }: UpdateServiceAccount,
  versions: readonly number[] | undefined,
): Promise<AccountRow> {
  cause.requireFresh()
  const { db, clock } = deps
  const scopes = await scopesOfActor(deps, actor)
  const [before] = await accountById(db, id)
  if (before === undefined || !reaches(reachOf(actor, WRITE, scopes, actor.circumstances), before.orgId)) {
    if (roles !== undefined) requireKnownRoles(roles, [...scopes.values()])
    throw problem('serviceaccount.not_found')
  }
  const { instance, org } = await scopesFor(deps, before.orgId)
  if (roles !== undefined) requireRoles(actor, roles, instance, org)
  const now = clock.now()
  const updated = newEvent(deps, cause, 'service_account.updated', {
    orgId: before.orgId,
    data: {
      serviceAccountId: id,
      fields: Object.keys(changes),
      ...(changes.status === undefined ? {} : { status: changes.status }),
      ...(roles === undefined ? {} : { roles: [...roles].sort() }),
    },
  })
  const condition =
    roles === undefined
      ? stillThere(actor, now)
      : both(stillThere(actor, now), mayStillGive(actor, roles, before.orgId))
  const { changed, found, unknown } = await commit(deps, {
    changed: recorded(updateAccount(db, id, changes, { versions, condition, now }), updated, [id]),
    roles:
      roles === undefined
        ? undefined
        : [removeAccountRolesExcept(db, id, roles, updated), insertAccountRoles(db, id, roles, updated)],
    found: accountById(db, id),
    unknown: roles && unknownRoles(db, roles, before.orgId),
  })
  const [account] = found
  if (account === undefined) throw problem('serviceaccount.not_found')
  if (changed.length > 0) return account
  if (unknown !== undefined && unknown.length > 0) throw noSuchRoles(unknown)
  const isStale = versions !== undefined && !versions.includes(account.version)
  throw problem(isStale ? 'serviceaccount.changed' : 'session.expired')
}

/**
 * Deletes a service account with its keys, which are refused from the next request on. Two round trips besides the one
 * for the principal. Throws `serviceaccount.not_found`, `auth.fresh_session_required`.
 */
export async function removeAccount(deps: WriteDeps, cause: Cause, actor: Actor, id: string): Promise<void> {
  cause.requireFresh()
  const { db, clock } = deps
  const before = await findAccount(deps, actor, id, WRITE)
  const reach = reachOf(actor, WRITE, await scopesOfActor(deps, actor), actor.circumstances)
  const deleted = newEvent(deps, cause, 'service_account.deleted', {
    orgId: before.orgId,
    data: { serviceAccountId: id },
  })
  const { rows } = await commit(deps, {
    rows: recorded(deleteAccount(db, id, reach, stillThere(actor, clock.now())), deleted, [id]),
  })
  if (rows.length === 0) throw problem('serviceaccount.not_found')
}
