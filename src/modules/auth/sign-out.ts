import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { hashToken } from '../../lib/tokens.ts'
import { commit, recorded } from '../events/commit.ts'
import { newEvent } from '../events/new-event.ts'
import type { Cause } from '../events/queries.ts'
import { endSession, endSessionByCookie, ownerOfSession, tokenExists } from '../sessions/queries.ts'
import { ownerOfToken, sessionOfToken } from '../sessions/rotation-queries.ts'

export type SignOutCredential = { sessionId: string } | { cookie: string }

/**
 * Ends the session, in one round trip, after one more that looks for a cookie: the statement that ends it is also the check that it lived. Its access tokens
 * are refused from the next request on. Throws `session.expired` when there was nothing to end.
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
        }
      : await byCookie(credential.cookie)
  const ended = newEvent(deps, cause, 'session.ended', { ...step.subject, actorId: step.subject.userId })
  const [rows] = await commit(deps, [recorded(step.statement, ended)])
  if (rows.length === 0) throw problem('session.expired')

  async function byCookie(cookie: string) {
    const hash = await hashToken(cookie)
    // Whoever sends cookies that are none costs a read, and no write.
    const [known] = await tokenExists(db, hash)
    if (known === undefined) throw problem('session.expired')
    return {
      statement: endSessionByCookie(db, hash, now),
      subject: { userId: ownerOfToken(hash), sessionId: sessionOfToken(hash) },
    }
  }
}
