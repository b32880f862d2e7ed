import { reads, requires } from '../../core/authz/denied.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { hashToken, isToken } from '../../lib/tokens.ts'
import {
  acceptInvitation,
  giveInvitedRoles,
  giveMemberRole,
  joinByInvitation,
  orgOfInvitation,
  outcomeOf,
} from './queries.ts'
import type { Chosen } from './chosen-queries.ts'

/** What both routes that accept may answer in the place of 200. */
export const acceptRefusals = [
  'invitation.not_found',
  'invitation.already_member',
  'invitation.email_unverified',
  'invitation.domain_refused',
  'org.too_many',
  'auth.fresh_session_required',
] as const

type AcceptDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>

/**
 * Makes a person a member by the token of an invitation to their verified address, once. One round trip. The roles are
 * those of the invitation that the organisation still has; `member` if it has none of them.
 *
 * Throws `invitation.not_found` for a token that is unknown, used, revoked or expired, for the invitation of another
 * address, of a deleted organisation, and of a person who may not give its roles any more. Throws
 * `invitation.already_member`, `invitation.email_unverified`, `invitation.domain_refused`, `org.too_many`. Throws
 * `auth.fresh_session_required` in an impersonated session: an administrator must not get into an organisation that they do not
 * lead, under the name of somebody who was invited.
 */
export async function acceptByToken(deps: AcceptDeps, cause: Cause, session: SessionPrincipal, token: string) {
  if (!isToken(token)) throw problem('invitation.not_found')
  return accept(deps, cause, session, { hash: await hashToken(token) })
}

/** The same for an invitation of the list `GET /v1/me/invitations`: its reader has the verified address, as the mail proves it. */
export async function accept(
  deps: AcceptDeps,
  cause: Cause,
  { user: { id: userId }, impersonatorId }: SessionPrincipal,
  chosen: Chosen,
) {
  if (impersonatorId !== null) cause.requireFresh()
  const { db, clock } = deps
  const acceptance = { chosen, userId, now: clock.now() }
  const about = { userId, orgId: orgOfInvitation(chosen) }
  const accepted = newEvent(deps, cause, 'invitation.accepted', about)
  const added = newEvent(deps, cause, 'member.added', { ...about, data: { by: 'invitation' } })
  const { used, outcomes } = await commit(deps, {
    used: recorded(acceptInvitation(db, acceptance), accepted),
    joined: recorded(joinByInvitation(db, acceptance, accepted), added),
    roles: [giveInvitedRoles(db, acceptance, accepted), giveMemberRole(db, acceptance, accepted)],
    outcomes: outcomeOf(db, acceptance),
  })
  const [outcome] = outcomes
  if (outcome === undefined) throw problem('invitation.not_found')
  if (used.length === 1) return { org: outcome.org, roles: outcome.roles }
  // A second click, or a retry whose first answer was lost.
  if (outcome.member) throw problem('invitation.already_member')
  if (!outcome.living) throw problem('invitation.not_found')
  if (outcome.unverified)
    throw problem('invitation.email_unverified', { denied: requires('actor.emailVerified', true, false) })
  if (outcome.outside)
    throw problem('invitation.domain_refused', { denied: { orgId: outcome.org.id, ...reads('actor.email') } })
  if (!outcome.mayJoin) throw problem('org.too_many')
  throw problem('invitation.not_found')
}
