/** Whom a notification is for, and who may send it there. */

import type { NotificationTarget } from '../../../db/tables/notifications.ts'
import { isAllowed } from '../../core/authz/authorize.ts'
import { forbidden } from '../../core/authz/forbidden.ts'
import { instanceIn, scopesById } from '../../core/authz/load-scopes.ts'
import { refusalInOrg } from '../../core/authz/refusal-in-org.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import type { Actor, Deps } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { MAX_TARGET_ORGS } from './schema.ts'

export const READ = 'notifications:read'
export const WRITE = 'notifications:write'

/** The organisation of every target; null: they are not all of one, so it is sent in the instance. */
export function placeOf(targets: readonly NotificationTarget[]): string | null {
  const [first, ...others] = targets
  const orgId = first?.orgId
  return orgId === undefined || others.some((target) => target.orgId !== orgId) ? null : orgId
}

/** A target that is one person is reached with the request itself. Jobs reach the others. */
export const isOnePerson = ({ userId }: NotificationTarget): boolean => userId !== undefined

/**
 * Why this principal may not send to these targets, by the rules of now; undefined if it may. To one organisation it needs the
 * permission there. Otherwise it needs the permission in the instance, and each organisation that is named must admit it too. One
 * round trip at most. `request.invalid` for too many organisations, or a role that does not exist.
 */
export async function refusalOf(
  deps: Pick<Deps, 'db' | 'principals' | 'clock'>,
  actor: Actor,
  targets: readonly NotificationTarget[],
): Promise<Problem | undefined> {
  const orgIds = [...new Set(targets.flatMap(({ orgId }) => orgId ?? []))]
  if (orgIds.length > MAX_TARGET_ORGS)
    return invalid('/to', `Expected at most ${MAX_TARGET_ORGS} different organisations`)
  const scopes = await scopesById(deps, [INSTANCE, ...orgIds])
  const instance = instanceIn(scopes)
  if (placeOf(targets) === null && !isAllowed(actor, WRITE, instance)) return forbidden(actor, WRITE, instance)
  const now = deps.clock.now()
  for (const orgId of orgIds) {
    const scope = scopes.get(orgId)
    const refusal = scope === undefined ? problem('org.not_found') : refusalInOrg(actor, WRITE, instance, scope, now)
    if (refusal !== undefined) return refusal
  }
  const unknown = targets.findIndex(({ orgId, role }) => {
    const scope = orgId === undefined ? instance : scopes.get(orgId)
    return role !== undefined && scope?.policies.permissionsByRole.has(role) !== true
  })
  return unknown < 0 ? undefined : invalid(`/to/${unknown}/role`, 'Expected the name of a role that exists')
}

const invalid = (path: string, message: string): Problem => problem('request.invalid', { errors: [{ path, message }] })
