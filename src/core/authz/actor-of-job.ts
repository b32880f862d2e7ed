import type { Actor } from '../../deps.ts'
import { noMemberships } from './scope.ts'

/** Whoever began a background job, with the roles that they have now, and without a request. `kind`: the kind of the job. */
export const actorOfJob = (
  kind: string,
  id: string,
  roles: readonly string[],
  memberships: Actor['memberships'] = noMemberships,
): Actor => ({
  kind,
  id,
  sessionId: null,
  orgId: null,
  actingFor: null,
  roles,
  memberships,
  scopes: null,
  limiterKey: id,
})
