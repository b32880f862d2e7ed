import type { SQL } from 'drizzle-orm'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { commit, recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { type OpenedSession, type OpenSessionDeps, openSession } from './open-session.ts'
import { endSession } from './queries.ts'

/** What was proved anew, and what must still hold when the session is renewed. */
export interface Reauthentication {
  by: 'password' | 'email-code' | 'totp' | 'passkey'
  /** RFC 8176. What the session showed before is added to it. */
  amr: readonly string[]
  condition: SQL
  /** What comes first in the batch, such as using a code up; `condition` may ask for what its last statement did. */
  steps?: readonly Step[]
}

/**
 * Ends a session and opens one in its place, of the same kind and with a new id (ASVS 7.2.4), in one batch: of many at
 * once, one does. The tokens and the cookie of the old one are refused from the next request on.
 * Throws `session.expired` when it had ended, or `condition` no longer held.
 */
export async function renewSession(
  deps: OpenSessionDeps & Pick<Deps, 'principals'>,
  cause: Cause,
  { sessionId, sessionKind, amr: shown, user }: SessionPrincipal,
  { by, amr, condition, steps: before = [] }: Reauthentication,
): Promise<OpenedSession> {
  const { db, clock } = deps
  const steppedUp = newEvent(deps, cause, 'session.stepped_up', { userId: user.id, sessionId, data: { by } })
  const { opened, steps } = await openSession(deps, {
    userId: user.id,
    kind: sessionKind,
    cause,
    amr: [...new Set([...shown, ...amr])],
    condition: happened(steppedUp),
  })
  const { ended } = await commit(deps, {
    before,
    ended: recorded(endSession(db, sessionId, clock.now(), condition), steppedUp),
    session: steps,
  })
  if (ended.length === 0) throw problem('session.expired')
  return { ...opened, user }
}
