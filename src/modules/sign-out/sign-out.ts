import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { personIn } from '../../lib/expected-user.ts'
import { hashToken, isToken } from '../../lib/tokens.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause, NewEvent } from '../../core/events/queries.ts'
import { actorOfSession } from '../sessions/impersonator-queries.ts'
import { endSession, endSessionByCookie, ownerOfSession } from '../sessions/queries.ts'
import { findToken } from '../refresh/queries.ts'

/** `expected`: the header `x-expected-user`. */
export type SignOutCredential = { sessionId: string } | { cookie: string; expected: string | null }

/**
 * Ends the session. The statement that ends it also checks that it was active. One round trip for an access token.
 * Two for a cookie: clients can invent cookies, and an unknown cookie must not cause a write. The access tokens are
 * refused from the next request. Throws `session.expired` if there was no session to end, and `session.other_user`.
 */
export async function signOut(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  credential: SignOutCredential,
): Promise<void> {
  const { db, clock } = deps
  const now = clock.now()
  const step =
    'sessionId' in credential
      ? {
          statement: endSession(db, credential.sessionId, now),
          subject: { userId: ownerOfSession(credential.sessionId), sessionId: credential.sessionId },
          by: actorOfSession(credential.sessionId),
        }
      : await byCookie(credential)
  const ended: NewEvent = { ...newEvent(deps, cause, 'session.ended', step.subject), ...step.by }
  const { sessions } = await commit(deps, { sessions: recorded(step.statement, ended) })
  if (sessions.length === 0) throw problem('session.expired')

  async function byCookie({ cookie, expected }: { cookie: string; expected: string | null }) {
    if (!isToken(cookie)) throw problem('session.expired')
    const hash = await hashToken(cookie)
    const [found] = await findToken(db, { hash })
    if (found?.kind !== 'cookie' || found.endedAt !== null) throw problem('session.expired')
    const { impersonatorId } = found
    if (expected !== null && expected !== personIn({ userId: found.user.id, impersonatorId }))
      throw problem('session.other_user')
    return {
      statement: endSessionByCookie(db, hash, now),
      subject: { userId: found.user.id, sessionId: found.sessionId },
      by: actorOfSession(found.sessionId),
    }
  }
}
