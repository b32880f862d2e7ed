import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { OrgPermission } from '../permissions.ts'
import { isAllowed } from './authorize.ts'
import { forbidden } from './forbidden.ts'
import { scopesById } from './load-scopes.ts'
import { assertRoleFactor } from './role-factor.ts'
import { INSTANCE, type Scope } from './scope.ts'

/** The instance, and the organisation that a request concerns. */
export interface Place {
  instance: Scope
  /** Absent: the request concerns the instance itself. */
  org?: Scope
}

export const orgIdOf = ({ org }: Place): string | null => org?.id ?? null

/**
 * For a route whose body, query or row names the organisation (`orgId`), so that no guard can ask. Null: a permission in
 * the instance. From memory, or one round trip. Throws `auth.forbidden`, and `org.not_found` if the organisation does not
 * exist, was deleted, or has nothing to do with the caller.
 */
export async function requirePermission(
  deps: Pick<Deps, 'db' | 'principals'>,
  actor: Actor,
  permission: OrgPermission,
  orgId: string | null,
): Promise<Place> {
  const scopes = await scopesById(deps, orgId === null ? [INSTANCE] : [INSTANCE, orgId])
  const instance = scopes.get(INSTANCE)
  if (instance === undefined) throw problem('auth.forbidden')
  if (orgId === null) {
    if (!isAllowed(actor, permission, instance, undefined, actor.circumstances))
      throw forbidden(actor, permission, instance, undefined, actor.circumstances)
    return { instance }
  }
  const org = scopes.get(orgId)
  if (org?.org === null || org === undefined || org.org.deletedAt !== null) throw problem('org.not_found')
  assertRoleFactor(actor, org)
  if (isAllowed(actor, permission, instance, org, actor.circumstances)) return { instance, org }
  throw actor.memberships.has(orgId)
    ? forbidden(actor, permission, instance, org, actor.circumstances)
    : problem('org.not_found')
}
