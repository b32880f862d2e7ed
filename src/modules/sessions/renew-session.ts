import { requires } from '../../core/authz/denied.ts'
import type { SQL } from 'drizzle-orm'
import type { SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { unmetBySession } from '../../core/authz/unmet-setting.ts'
import { commit, recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { type OpenedSession, type OpenSessionDeps, openSession } from './open-session.ts'
import type { AskDeps } from '../actions/ask-actions.ts'
import { askForSession } from './ask-for-session.ts'
import { livingOrg } from './active-org-queries.ts'
import { endSession } from './queries.ts'

/** A new authentication, and the conditions under which the session is renewed. */
export interface Reauthentication {
  by: 'password' | 'email-code' | 'totp' | 'passkey'
  /** RFC 8176. The earlier methods of the session are added to it. */
  amr: readonly string[]
  condition: SQL
  /** The first statements of the batch, such as the use of a code. `condition` may check what the last of them did. */
  steps?: readonly Step[]
}

/**
 * Ends a session and opens a new one of the same kind with a new id (ASVS 7.2.4), in one batch. If several requests
 * run at once, one succeeds. The tokens and the cookie of the old session are refused from the next request. The active
 * organisation has no effect if the new session does not meet its settings. The tokens of OAuth clients go on with the new
 * session. Throws `session.expired` if the session had
 * ended, or if `condition` no longer holds.
 */
export async function renewSession(
  deps: OpenSessionDeps & AskDeps,
  cause: Cause,
  actor: SessionPrincipal,
  { by, amr, condition, steps: before = [] }: Reauthentication,
): Promise<OpenedSession> {
  const { sessionId, sessionKind, amr: shown, user, orgId, memberships, impersonatorId, hasFactor } = actor
  // The new session would not be marked as one of an administrator.
  if (impersonatorId !== null)
    throw problem('auth.forbidden', {
      detail: 'The owner alone can prove who they are.',
      denied: { actor, ...requires('actor.impersonated', false, true) },
    })
  const { db, clock } = deps
  const methods = [...new Set([...shown, ...amr])]
  const org = orgId === null ? null : { id: orgId, roles: memberships.get(orgId) ?? [] }
  // Before the earlier session ends: a refusal takes nothing from its holder.
  const asked = await askForSession(deps, {
    sessionId,
    kind: sessionKind,
    amr: methods,
    impersonatorId,
    cause,
    user,
    org,
  })
  const steppedUp = newEvent(deps, cause, 'session.stepped_up', { userId: user.id, sessionId, data: { by } })
  const { opened, steps } = await openSession(deps, {
    userId: user.id,
    kind: sessionKind,
    cause,
    amr: methods,
    org,
    condition: happened(steppedUp),
  })
  const { ended, active } = await commit(deps, {
    before,
    ended: recorded(endSession(db, sessionId, clock.now(), condition, opened.sessionId), steppedUp),
    session: steps,
    active: orgId === null ? undefined : livingOrg(db, orgId, user.id),
  })
  if (ended.length === 0) throw problem('session.expired')
  const [found] = active ?? []
  const isActive =
    found !== undefined && unmetBySession(found.settings, { ...opened, hasFactor }, clock.now()) === undefined
  return { ...opened, org: isActive ? opened.org : null, user, asked }
}
