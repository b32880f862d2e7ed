import type { Actor, Deps } from '../../deps.ts'
import { type ErrorCode, type Problem, problem } from '../../errors.ts'
import type { OrgPermission } from '../permissions.ts'
import { isAllowed } from './authorize.ts'
import { forbidden } from './forbidden.ts'
import { instanceIn, scopesById } from './load-scopes.ts'
import { refusalInOrg } from './refusal-in-org.ts'
import { INSTANCE, type Scope } from './scope.ts'

/** The instance, and the organisation that a request concerns. */
export interface Place {
  instance: Scope
  /** Absent: the request concerns the instance itself. */
  org?: Scope
}

export const orgIdOf = ({ org }: Place): string | null => org?.id ?? null

/** The organisations that a commit about this one changes, none for the instance. */
export const orgIdsOf = (orgId: string | null): readonly string[] => (orgId === null ? [] : [orgId])

/**
 * For a route whose body, query or row names the organisation (`orgId`), so that no guard can ask. Null: a permission in
 * the instance. From memory, or one round trip. Throws what the guard of a path with the organisation throws
 * (`refusalInOrg`).
 */
export async function requirePermission(
  deps: Pick<Deps, 'db' | 'principals' | 'clock'>,
  actor: Actor,
  permission: OrgPermission,
  orgId: string | null,
): Promise<Place> {
  const place = await placeAt(deps, orgId)
  const refusal = place === undefined ? problem('org.not_found') : refusalAt(actor, permission, place, deps.clock.now())
  if (place === undefined || refusal !== undefined) throw refusal
  return place
}

/** A refusal about something that the principal may not know of. What a member must meet is said. */
export const hidden = (refusal: Problem | undefined, code: ErrorCode): Problem =>
  refusal === undefined || refusal.code === 'auth.forbidden' || refusal.code === 'org.not_found'
    ? problem(code)
    : refusal

/** From memory, or one round trip. Undefined if there is no such organisation. Null: the instance. */
export async function placeAt(deps: Pick<Deps, 'db' | 'principals'>, orgId: string | null): Promise<Place | undefined> {
  const scopes = await scopesById(deps, orgId === null ? [INSTANCE] : [INSTANCE, orgId])
  const instance = instanceIn(scopes)
  if (orgId === null) return { instance }
  const org = scopes.get(orgId)
  return org && { instance, org }
}

/** Why the permission does not let this principal in; undefined if it does, which `askedIn` of its request notes. `now` is ms UTC. */
export function refusalAt(
  actor: Actor,
  permission: OrgPermission,
  { instance, org }: Place,
  now: number,
): Problem | undefined {
  const refusal =
    org !== undefined
      ? refusalInOrg(actor, permission, instance, org, now)
      : isAllowed(actor, permission, instance)
        ? undefined
        : forbidden(actor, permission, instance)
  if (refusal === undefined) actor.askedIn?.add(org?.id ?? null)
  return refusal
}
