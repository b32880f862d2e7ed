import { assertMayGiveRoles, authorityOf, noSuchRoles } from '../../core/authz/authority.ts'
import { rolesExist, unknownRoles } from '../../core/authz/authority-queries.ts'
import { reachOf, scopesOfActor } from '../../core/authz/reach.ts'
import { hidden, type Place, placeAt, refusalAt, requirePermission } from '../../core/authz/require-permission.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { always, type Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
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

type ReadDeps = Pick<Deps, 'db' | 'principals' | 'clock'>
type WriteDeps = ReadDeps & Pick<Deps, 'random'>

const READ = 'service-accounts:read'
const WRITE = 'service-accounts:write'

/**
 * Throws `request.invalid` for a role that this scope does not have. It does not repeat the name. Throws
 * `serviceaccount.role_refused` for a role that the actor may not give (`core/authz/authority.ts`).
 */
function requireRoles(actor: Actor, roles: readonly string[], { instance, org }: Place): void {
  const { permissionsByRole } = (org ?? instance).policies
  const unknown = roles.flatMap((role, at) => (permissionsByRole.has(role) ? [] : [{ at }]))
  if (unknown.length > 0) throw noSuchRoles(unknown)
  assertMayGiveRoles(authorityOf(actor, instance, org), roles, (options) =>
    problem('serviceaccount.role_refused', options),
  )
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
  requireRoles(actor, roles, await requirePermission(deps, actor, WRITE, orgId))
  const now = clock.now()
  const id = random.id('sva')
  const row = { id, orgId, name, description, status: 'active' as const, version: 1, createdAt: now, updatedAt: now }
  const created = newEvent(deps, cause, 'service_account.created', { orgId, data: { serviceAccountId: id, roles } })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: id },
    {
      inserted: recorded(insertAccount(db, row, rolesExist(roles, orgId) ?? always), created),
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
  await requirePermission(deps, actor, READ, orgId)
  return readNewest({ limit, cursor }, (before, rows) => listAccounts(deps.db, orgId, before, rows))
}

/** One round trip. Throws `serviceaccount.not_found`, also for an account that the principal may not see. */
export async function findAccount(
  deps: ReadDeps,
  actor: Actor,
  id: string,
  permission: typeof READ | typeof WRITE = READ,
): Promise<AccountRow> {
  return (await foundAt(deps, actor, id, permission)).account
}

async function foundAt(
  deps: ReadDeps,
  actor: Actor,
  id: string,
  permission: typeof READ | typeof WRITE,
): Promise<{ account: AccountRow; place: Place }> {
  const [account] = await accountById(deps.db, id)
  const place = account && (await placeAt(deps, account.orgId))
  const refusal = place && refusalAt(actor, permission, place, deps.clock.now())
  if (!account || !place || refusal !== undefined) throw hidden(refusal, 'serviceaccount.not_found')
  return { account, place }
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
  const { account: before, place } = await foundAt(deps, actor, id, WRITE)
  if (roles !== undefined) requireRoles(actor, roles, place)
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
  const condition = (roles && rolesExist(roles, before.orgId)) ?? always
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
  throw problem('serviceaccount.changed')
}

/**
 * Deletes a service account with its keys, which are refused from the next request on. Two round trips besides the one
 * for the principal. Throws `serviceaccount.not_found`, `auth.fresh_session_required`.
 */
export async function removeAccount(deps: WriteDeps, cause: Cause, actor: Actor, id: string): Promise<void> {
  cause.requireFresh()
  const { db, clock } = deps
  const before = await findAccount(deps, actor, id, WRITE)
  const now = clock.now()
  const reach = reachOf(actor, WRITE, await scopesOfActor(deps, actor, [before.orgId]), now)
  const deleted = newEvent(deps, cause, 'service_account.deleted', {
    orgId: before.orgId,
    data: { serviceAccountId: id },
  })
  const { rows } = await commit(deps, {
    rows: recorded(deleteAccount(db, id, reach), deleted, [id]),
  })
  if (rows.length === 0) throw problem('serviceaccount.not_found')
}
