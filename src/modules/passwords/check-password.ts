import type { Deps, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { lineOf } from '../../core/limits/address-budgets.ts'
import { emailKey } from '../../lib/email.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, noteEvent } from '../../core/events/queries.ts'
import { credentialsById } from '../users/queries.ts'
import { assertMayGuessSignedIn, forgetGuessesSignedIn, giveBackGuessSignedIn } from '../../core/limits/guesses.ts'

export type CheckPasswordDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'passwords' | 'principals' | 'limiter' | 'defer'>

/**
 * Checks the password of a signed-in user. A guess costs points of the session and of sign-in, because a thief of the
 * session may guess too. One round trip, and the hash computation. The round trip is separate (the third of a request
 * whose caller is not cached): a principal never contains the hash, so no cache contains one.
 *
 * Returns the hash that matched. The following steps must hold only while this is still the stored hash
 * (`unchangedSince`). Throws `auth.invalid_credentials`, `user.no_password`, `request.rate_limited`, `server.busy`.
 */
export async function checkPassword(
  deps: CheckPasswordDeps,
  cause: Cause,
  { user, sessionId }: Pick<SessionPrincipal, 'user' | 'sessionId'>,
  password: string,
): Promise<string> {
  const { db, passwords } = deps
  const [guess, [row]] = await Promise.all([
    assertMayGuessSignedIn(deps, cause, { sessionId, key: emailKey(user.email) }),
    credentialsById(db, user.id),
  ])
  const stored = row?.passwordHash ?? null
  if (stored === null) throw problem('user.no_password')
  const matches = await passwords.verify(password, stored, lineOf(cause)).catch((error: unknown) => {
    deps.defer(() => giveBackGuessSignedIn(deps, cause, guess)) // the hash queue was full
    throw error
  })
  if (!matches) {
    const data = { reason: 'wrong_password', signedIn: true }
    await commit(deps, [
      noteEvent(db, newEvent(deps, cause, 'auth.failed', { userId: user.id, result: 'failure', data })),
    ])
    throw problem('auth.invalid_credentials')
  }
  deps.defer(() => forgetGuessesSignedIn(deps, cause, guess))
  return stored
}
