import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { Cause } from '../../core/events/queries.ts'
import { type CompleteSignInDeps, completeSignIn } from '../mfa/complete-sign-in.ts'
import { startCeremony } from './ceremony.ts'
import { requestOptions } from './options.ts'
import { type CheckPasskeyDeps, checkPasskey } from './check-passkey.ts'
import type { PasskeyAnswer } from './schema.ts'
import type { OpenedSession, SessionKind } from '../sessions/open-session.ts'
import { assertMayTry, giveBackTry } from '../../core/limits/guesses.ts'

/**
 * Options for a sign-in without a known user: the person chooses any of their passkeys. No round trip, so autofill
 * may ask on each page.
 */
export async function startPasskeySignIn(deps: Pick<Deps, 'config' | 'tickets' | 'random'>) {
  const ceremony = await startCeremony(deps, 'sign-in')
  return { challenge: ceremony.token, options: requestOptions(deps.config, ceremony) }
}

/**
 * Opens a session for a person who uses a passkey, in two round trips. The first reads the passkey and its user. The
 * second is the batch that uses up the challenge, saves the counter and opens the session. The authenticator has
 * verified the person, so it is two factors at once and no other factor is asked for. Throws `passkey.invalid` and
 * `request.rate_limited`.
 */
export async function signInWithPasskey(
  deps: CheckPasskeyDeps & CompleteSignInDeps & Pick<Deps, 'limiter' | 'defer'>,
  cause: Cause,
  answer: PasskeyAnswer,
  kind: SessionKind,
): Promise<OpenedSession> {
  const limit = () => assertMayTry(deps, cause)
  const { user, amr, steps, condition } = await checkPasskey(deps, cause, answer, { ceremony: 'sign-in', limit })
  deps.defer(() => giveBackTry(deps, cause))
  const signedIn = await completeSignIn(deps, cause, { userId: user.id, kind, amr, before: steps, condition })
  // Another request used the challenge meanwhile, or the account was disabled. A second factor is never missing:
  // `amr` contains `mfa`.
  if (signedIn === undefined || 'mfa' in signedIn) throw problem('passkey.invalid')
  return signedIn.session
}
