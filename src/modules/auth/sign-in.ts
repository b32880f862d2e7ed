import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { networkOf } from '../../lib/addresses.ts'
import { emailKey } from '../../lib/email.ts'
import { needsUpgrade } from '../../lib/phc.ts'
import { commit } from '../events/commit.ts'
import { newEvent } from '../events/new-event.ts'
import { type Cause, noteEvent } from '../events/queries.ts'
import { type OpenedSession, openSession, type SessionKind } from '../sessions/open-session.ts'
import { unchangedSince } from '../sessions/queries.ts'
import { credentialsByEmail, replacePasswordHash } from '../users/queries.ts'
import { assertMayGuess, assertMayGuessFromAfar, forgetGuesses, giveBackGuess } from './guesses.ts'

/** Argon2id of nothing anyone knows, at our cost: what a stranger's password is compared with. */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$ws/Yb78Xt7Lb61PoK5u9hpZLLYaabdC5SGAOseKfLFo$yLj5Bpb1dNNiKWdFApWMJHUE1MF3ohb6Sps7zpqtaP0'

type SignInDeps = Pick<
  Deps,
  'config' | 'db' | 'clock' | 'random' | 'passwords' | 'principals' | 'queue' | 'limiter' | 'defer'
>

/**
 * Opens a session for an e-mail and a password, in two round trips with the hash between them.
 *
 * Hash even when the user is absent, disabled or has no password: equal time hides who exists. The session is inserted
 * only while the hash is the one that was verified, so a password changed or an account disabled meanwhile wins. A weak
 * hash, or one of another system, is replaced in the same batch (docs/import.md says what its time tells until then).
 * Throws `auth.invalid_credentials` for every kind of failure, `request.rate_limited` before anything is hashed, and
 * `server.busy`.
 */
export async function signIn(
  deps: SignInDeps,
  cause: Cause,
  credentials: { email: string; password: string },
  kind: SessionKind,
): Promise<OpenedSession> {
  const { config, db, passwords } = deps
  const key = emailKey(credentials.email)
  // Together: where points are counted in a database, taking them is a trip too.
  const [, [row]] = await Promise.all([
    assertMayGuess(deps, cause, key),
    credentialsByEmail(db, key, networkOf(cause.address)),
  ])
  const knownNetwork = row?.knownNetwork === true
  if (!knownNetwork) await assertMayGuessFromAfar(deps, key)
  const stored = row?.passwordHash ?? NOBODY
  const matches = await passwords.verify(credentials.password, stored).catch((error: unknown) => {
    deps.defer(() => giveBackGuess(deps, cause, key, knownNetwork)) // too many were waiting
    throw error
  })

  const refusal = refusalOf(row, matches, config.emailVerification)
  if (row === undefined || refusal !== undefined) {
    const failed = newEvent(deps, cause, 'auth.failed', {
      userId: row?.id ?? null,
      result: 'failure',
      data: { reason: refusal ?? 'unknown_email' },
    })
    await commit(deps, [noteEvent(db, failed)])
    throw problem('auth.invalid_credentials')
  }

  deps.defer(() => forgetGuesses(deps, cause, key, knownNetwork))
  const { passwordHash: _, knownNetwork: __, ...user } = row
  const { opened, steps } = await openSession(deps, {
    userId: user.id,
    kind,
    cause,
    condition: unchangedSince(user.id, stored),
  })
  const upgrade = needsUpgrade(stored)
  const [inserted] = upgrade
    ? await commit(deps, [
        ...steps,
        replacePasswordHash(db, user.id, stored, await passwords.hash(credentials.password)),
      ])
    : await commit(deps, steps)
  if (inserted.length > 0) return { ...opened, user }
  // Another sign-in has replaced the hash in the meantime: the password is compared with what stands there now.
  if (upgrade) return signIn(deps, cause, credentials, kind)
  throw problem('auth.invalid_credentials')
}

interface Account {
  passwordHash: string | null
  status: string
  emailVerified: boolean
}

/** Why not, for the audit log alone. */
function refusalOf(
  account: Account | undefined,
  matches: boolean,
  verification: 'required' | 'optional',
): string | undefined {
  if (!account) return 'unknown_email'
  if (account.passwordHash === null) return 'no_password'
  if (!matches) return 'wrong_password'
  if (account.status !== 'active') return 'disabled'
  if (verification === 'required' && !account.emailVerified) return 'unverified_email'
  return undefined
}
