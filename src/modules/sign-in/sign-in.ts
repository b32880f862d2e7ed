import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { lineOf } from '../../core/limits/address-budgets.ts'
import { networkOf } from '../../lib/addresses.ts'
import { needsUpgrade } from '../../lib/phc.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, noteEvent } from '../../core/events/queries.ts'
import { type CompleteSignInDeps, completeSignIn, type SignedIn } from '../mfa/complete-sign-in.ts'
import type { SessionKind } from '../sessions/open-session.ts'
import { unchangedSince } from '../sessions/queries.ts'
import { accountKey } from '../users/account-key.ts'
import { credentialsByEmail, credentialsByUsername, replacePasswordHash } from '../users/queries.ts'
import { spellUsername } from '../users/usernames.ts'
import {
  assertMayGuess,
  assertMayGuessFromAfar,
  assertMayGuessNamed,
  assertMayTry,
  forgetGuesses,
  giveBackGuess,
  isKnownNetwork,
} from '../../core/limits/guesses.ts'

/**
 * The Argon2id hash of a random value that was not kept, with our parameters. The password is compared with it if
 * there is no account.
 */
const UNKNOWN_USER_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$ws/Yb78Xt7Lb61PoK5u9hpZLLYaabdC5SGAOseKfLFo$yLj5Bpb1dNNiKWdFApWMJHUE1MF3ohb6Sps7zpqtaP0'

type SignInDeps = CompleteSignInDeps & Pick<Deps, 'passwords' | 'limiter' | 'defer'>

/** What names the account. */
export type AccountName = { email: string } | { username: string }

export type Credentials = AccountName & {
  password: string
  /** The token of a remembered device, if the client sends one. */
  deviceToken?: string | undefined
}

/**
 * Opens a session for an e-mail or a username and a password, or asks for a second factor. Two round trips, with the
 * hash computation between them.
 *
 * It computes a hash even if the user is absent, disabled or has no password, so that the time of the answer does not
 * reveal which accounts exist. The session is inserted only while the stored hash is the one that was verified. So
 * the sign-in fails if the password is changed or the account is disabled meanwhile. The same batch replaces a weak
 * hash or a hash of another system (docs/import.md describes what the time of the answer reveals until then). Throws
 * `auth.invalid_credentials` for every kind of failure, `request.rate_limited` before it computes a hash, and
 * `server.busy`.
 */
export async function signIn(
  deps: SignInDeps,
  cause: Cause,
  credentials: Credentials,
  kind: SessionKind,
): Promise<SignedIn> {
  const { config, db, passwords } = deps
  const { password, deviceToken } = credentials
  const { key, row, knownNetwork } = await ('email' in credentials
    ? findByEmail(deps, cause, credentials.email)
    : findByUsername(deps, cause, credentials.username))
  const stored = row?.passwordHash ?? UNKNOWN_USER_HASH
  const matches = await passwords.verify(password, stored, lineOf(cause)).catch((error: unknown) => {
    deps.defer(() => giveBackGuess(deps, cause, key, knownNetwork)) // the hash queue was full
    throw error
  })

  const refusal = refusalOf(row, matches, config.emailVerification)
  if (row === undefined || refusal !== undefined) {
    const failed = newEvent(deps, cause, 'auth.failed', {
      userId: row?.id ?? null,
      result: 'failure',
      data: { reason: refusal ?? ('email' in credentials ? 'unknown_email' : 'unknown_username') },
    })
    await commit(deps, [noteEvent(db, failed)])
    throw problem('auth.invalid_credentials')
  }

  deps.defer(() => forgetGuesses(deps, cause, key, knownNetwork))
  const upgrade = needsUpgrade(stored)
  const hash = upgrade ? await passwords.hash(password, lineOf(cause)) : undefined
  const signedIn = await completeSignIn(deps, cause, {
    userId: row.id,
    kind,
    amr: ['pwd'],
    condition: unchangedSince(row.id, stored),
    deviceToken,
    after: () => (hash === undefined ? [] : [replacePasswordHash(db, row.id, stored, hash)]),
  })
  if (signedIn) return signedIn
  // Another sign-in has replaced the hash meanwhile. Compare the password with the new hash.
  if (upgrade) return signIn(deps, cause, credentials, kind)
  throw problem('auth.invalid_credentials')
}

/**
 * The account of an e-mail, and the key under which its guesses are counted. Takes the points of a guess. Throws
 * `request.rate_limited`.
 */
async function findByEmail(deps: SignInDeps, cause: Cause, email: string) {
  const { db } = deps
  const key = await accountKey(db, email)
  // In parallel: if the limiter uses a database, this is a round trip too.
  const [, [row]] = await Promise.all([
    assertMayGuess(deps, cause, key),
    credentialsByEmail(db, { emailKey: key, network: networkOf(cause.address) }),
  ])
  const knownNetwork = isKnownNetwork(cause, row)
  if (!knownNetwork) await assertMayGuessFromAfar(deps, key)
  return { key, row, knownNetwork }
}

/**
 * The same for a username. Its account has the same budget as under its e-mail. The key of a name without an account
 * has capitals, which no key of an e-mail has. Otherwise a guess at the e-mail with that text would tell, by the points
 * that it spends, that no account has the name.
 */
async function findByUsername(deps: SignInDeps, cause: Cause, typed: string) {
  const username = spellUsername(typed)
  const [, [row]] = await Promise.all([
    assertMayTry(deps, cause),
    credentialsByUsername(deps.db, { username, network: networkOf(cause.address) }),
  ])
  const key = row?.emailKey ?? `USERNAME ${username}`
  const knownNetwork = isKnownNetwork(cause, row)
  await assertMayGuessNamed(deps, cause, key, knownNetwork)
  return { key, row, knownNetwork }
}

interface Account {
  passwordHash: string | null
  status: string
  emailVerified: boolean
}

/** The reason why an account is refused, only for the audit log. */
function refusalOf(
  account: Account | undefined,
  matches: boolean,
  verification: 'required' | 'optional',
): string | undefined {
  if (!account) return undefined
  if (account.passwordHash === null) return 'no_password'
  if (!matches) return 'wrong_password'
  if (account.status !== 'active') return 'disabled'
  if (verification === 'required' && !account.emailVerified) return 'unverified_email'
  return undefined
}
