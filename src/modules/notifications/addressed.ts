/** Whom a notification is for, and who may send it there. */

import type { NotificationTarget } from '../../../db/tables/notifications.ts'
import { instanceIn, scopesById } from '../../core/authz/load-scopes.ts'
import { refusalAt } from '../../core/authz/require-permission.ts'
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
  const now = deps.clock.now()
  const inInstance = placeOf(targets) === null ? refusalAt(actor, WRITE, { instance }, now) : undefined
  if (inInstance !== undefined) return inInstance
  for (const orgId of orgIds) {
    const org = scopes.get(orgId)
    const refusal = org === undefined ? problem('org.not_found') : refusalAt(actor, WRITE, { instance, org }, now)
    if (refusal !== undefined) return refusal
  }
  const unknown = targets.findIndex(({ orgId, role }) => {
    const scope = orgId === undefined ? instance : scopes.get(orgId)
    return role !== undefined && scope?.policies.permissionsByRole.has(role) !== true
  })
  return unknown < 0 ? undefined : invalid(`/to/${unknown}/role`, 'Expected the name of a role that exists')
}

const invalid = (path: string, message: string): Problem => problem('request.invalid', { errors: [{ path, message }] })
