import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { orgPermissions, permissions } from '../../core/permissions.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { meanings } from './meanings.ts'
import { deletePermission, insertPermission, permissionOfKey, registered, withdraw } from './queries.ts'
import { type CreatePermission, isReserved, type ListedPermission } from './schema.ts'

type WriteDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>

/** Ours, then those of applications by name. One round trip. */
export async function listPermissions({ db }: Pick<Deps, 'db'>): Promise<ListedPermission[]> {
  const ours = permissions.map(
    (name): ListedPermission => ({
      name,
      description: meanings[name] ?? '',
      builtIn: true,
      validIn: Object.hasOwn(orgPermissions, name) ? ['instance', 'organisation'] : ['instance'],
    }),
  )
  return [...ours, ...(await registered(db)).map(ofApplication)]
}

const ofApplication = ({ name, description }: { name: string; description: string }): ListedPermission => ({
  name,
  description,
  builtIn: false,
  validIn: ['instance', 'organisation'],
})

/**
 * Registers a permission of an application. It gives nobody anything: roles and rules that name it do. Throws
 * `permission.name_taken`, `permission.limit_reached`, `request.invalid` for a noun of this server, `idempotency.key_reused`, and
 * `permission.not_found` for a repeat after the deletion.
 */
export async function createPermission(
  deps: WriteDeps,
  cause: Cause,
  { name, description = '' }: CreatePermission,
  key?: IdempotencyKey,
): Promise<ListedPermission> {
  if (isReserved(name))
    throw problem('request.invalid', {
      errors: [{ path: '/name', message: 'Expected a noun that this server does not use' }],
    })
  const { db, clock } = deps
  const created = newEvent(deps, cause, 'permission.created', { data: { permission: name } })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: name },
    { inserted: recorded(insertPermission(db, { name, description, createdAt: clock.now() }), created) },
  ).catch(whereTaken({ 'app_permissions.name': 'permission.name_taken' }))
  if (!results) {
    const { permission } = await replay(key, (asked) => permissionOfKey(db, asked))
    if (!permission) throw problem('permission.not_found')
    return ofApplication(permission)
  }
  if (results.inserted.length === 0) throw problem('permission.limit_reached')
  return ofApplication({ name, description })
}

/**
 * Deletes a permission of an application, and takes it out of every role and rule in the same batch. A rule that named it alone
 * stays and applies to nothing. Throws `permission.not_found`, `auth.fresh_session_required`.
 */
export async function removePermission(deps: WriteDeps, cause: Cause, name: string): Promise<void> {
  cause.requireFresh()
  const { db, clock } = deps
  const deleted = newEvent(deps, cause, 'permission.deleted', { data: { permission: name } })
  const { removed } = await commit(deps, {
    removed: recorded(deletePermission(db, name), deleted),
    withdrawn: withdraw(db, name, deleted, clock.now()),
  })
  if (removed.length === 0) throw problem('permission.not_found')
  // Roles and rules of every organisation may have changed.
  deps.principals.forgetAll()
}

/** The problem of permissions that the scope cannot name, at these positions. It does not repeat them. */
export const noSuchPermissions = (unknown: readonly { at: number }[]) =>
  problem('request.invalid', {
    errors: unknown.map(({ at }) => ({
      path: `/permissions/${at}`,
      message: 'Expected a permission that GET /v1/permissions lists as valid here',
    })),
  })
