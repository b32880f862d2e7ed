import { assertMeets } from '../../core/authz/unmet-in-org.ts'
import { scopesById } from '../../core/authz/load-scopes.ts'
import type { ScopedOrg } from '../../core/authz/scope.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { ActiveOrg } from '../sessions/open-session.ts'
import { setActiveOrg } from './queries.ts'

/** The organisation that is active now, and the roles of the person there. */
export interface Switched {
  org: ScopedOrg | null
  active: ActiveOrg | null
}

/**
 * Makes an organisation of the person the active one of this session. Null leaves organisations. Refreshes and step-up
 * keep it. It has no effect when the person is no member any more, or the session does not meet the settings of the
 * organisation. Throws `org.not_found`, `session.expired`, and the errors of `unmetInOrg`.
 *
 * Two round trips with the principal, and a third one if the organisation is not in memory: its settings decide before
 * anything is written.
 */
export async function switchOrg(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  actor: SessionPrincipal,
  orgId: string | null,
): Promise<Switched> {
  const { sessionId, user, memberships } = actor
  const roles = orgId === null ? undefined : memberships.get(orgId)
  const scope = orgId === null || roles === undefined ? undefined : (await scopesById(deps, [orgId])).get(orgId)
  const org = scope?.org ?? null
  if (orgId !== null && (org === null || org.deletedAt !== null)) throw problem('org.not_found')
  if (scope !== undefined) assertMeets(actor, scope, deps.clock.now())
  const switched = newEvent(deps, cause, 'session.org_changed', { userId: user.id, sessionId, orgId, data: { orgId } })
  const wanted = { sessionId, userId: user.id, orgId, now: deps.clock.now() }
  const { changed } = await commit(deps, { changed: recorded(setActiveOrg(deps.db, wanted), switched) })
  // Between the load of the principal and the write, the session or the membership ended.
  if (changed.length === 0) throw problem(orgId === null ? 'session.expired' : 'org.not_found')
  return { org, active: org && { id: org.id, roles: roles ?? [] } }
}
