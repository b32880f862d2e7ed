import type { SQL } from 'drizzle-orm'
import type { Deps, PrincipalUser } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { commit, recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened, noteEvent } from '../../core/events/queries.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { type Ceremony, type CeremonyName, readCeremony } from './ceremony.ts'
import { userHandle } from './options.ts'
import { consumeChallenge, flagPasskey, passkeyForCheck, passkeyUsed, usePasskey } from './queries.ts'
import type { PasskeyAnswer } from './schema.ts'
import { verifyAssertion } from './verify-credential.ts'

export type CheckPasskeyDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'tickets' | 'principals' | 'queue'>

/** The purpose of a passkey check. */
export interface Asked {
  ceremony: CeremonyName
  /** The user that the passkey must belong to. Absent: any user. */
  userId?: string
  /** Other claims of the options, such as the session that they were for. */
  about?: Record<string, string>
  /** Runs in parallel with the look-up. If it throws, the whole check throws. */
  limit?: () => Promise<void>
}

/** A verified passkey. It counts after `steps` are committed, if `condition` holds after the last step. */
export interface CheckedPasskey {
  user: PrincipalUser
  /**
   * RFC 8176. `hwk`: the key is on one device. `swk`: an account elsewhere synchronises the key. With user
   * verification it is two factors.
   */
  amr: readonly ['hwk' | 'swk', 'user', 'mfa']
  steps: readonly [Step, Step]
  condition: SQL
}

/**
 * Checks the answer to `navigator.credentials.get()`, in one round trip. The check itself does not use up the
 * challenge; the returned steps do. If several requests commit steps for the same challenge, one succeeds.
 *
 * Throws `passkey.invalid` for every kind of failure: a challenge that is expired, already answered or for another
 * purpose; an unknown passkey or one of another user; a wrong origin, domain, signature or user handle; missing user
 * verification; an account that may not sign in. If the signature is valid but the counter went back, it also flags
 * the passkey and tells its owner.
 */
export async function checkPasskey(
  deps: CheckPasskeyDeps,
  cause: Cause,
  { challenge: token, credential }: PasskeyAnswer,
  { ceremony: name, userId, about, limit }: Asked,
): Promise<CheckedPasskey> {
  const { config, db, clock } = deps
  const ceremony = await readCeremony(deps, name, token, about)
  if (ceremony === undefined) throw problem('passkey.invalid') // without a database query
  const [[found]] = await Promise.all([passkeyForCheck(db, credential.id, ceremony.challenge), limit?.()])
  if (found === undefined) throw await refused(deps, cause, 'unknown_passkey', null)
  const { passkey, user, anonymous, answered } = found
  if (answered) throw await refused(deps, cause, 'answered_challenge', user.id)
  const assertion = await verifyAssertion(config, credential, passkey.publicKey, ceremony.challenge)
  if (assertion === undefined) throw await refused(deps, cause, 'wrong_assertion', user.id)
  if (!isHandleOf(user.id, credential, name)) throw await refused(deps, cause, 'wrong_user_handle', user.id)
  if (userId !== undefined && user.id !== userId) throw await refused(deps, cause, 'passkey_of_another', userId)
  const mustBeVerified = config.emailVerification === 'required'
  if (user.status !== 'active') throw await refused(deps, cause, 'disabled', user.id)
  if (mustBeVerified && !user.emailVerified && !anonymous) throw await refused(deps, cause, 'unverified_email', user.id)
  const { signCount, backedUp, singleDevice } = assertion
  if (signCount <= passkey.signCount && (signCount > 0 || passkey.signCount > 0))
    throw await regressed(deps, cause, ceremony, { ...passkey, userId: user.id })
  const use = { id: passkey.id, signCount, backedUp, now: clock.now() }
  return {
    user,
    amr: [singleDevice ? 'hwk' : 'swk', 'user', 'mfa'],
    steps: [consumeChallenge(db, ceremony), usePasskey(db, use, { verifiedOnly: mustBeVerified })],
    condition: passkeyUsed,
  }
}

/** If the options named no user, the answer must contain the user handle (WebAuthn Level 3, §7.2, step 6). */
function isHandleOf(userId: string, { response }: PasskeyAnswer['credential'], ceremony: CeremonyName): boolean {
  const handle = response.userHandle || undefined // '' and null mean absent
  return handle === undefined ? ceremony !== 'sign-in' : handle === userHandle(userId)
}

const failedEvent = (deps: Pick<Deps, 'clock' | 'random'>, cause: Cause, reason: string, userId: string | null) =>
  newEvent(deps, cause, 'auth.failed', { userId, result: 'failure', data: { reason, factor: 'passkey' } })

/** The only error for all failures. The reason is recorded only in the audit log. */
async function refused(deps: CheckPasskeyDeps, cause: Cause, reason: string, userId: string | null): Promise<Problem> {
  await commit(deps, [noteEvent(deps.db, failedEvent(deps, cause, reason, userId))])
  return problem('passkey.invalid')
}

/**
 * The signature is valid, but the counter is not higher: two authenticators have this key, or one counts wrongly
 * (WebAuthn Level 3, §6.1.1). The owner gets a mail the first time.
 */
async function regressed(
  deps: CheckPasskeyDeps,
  cause: Cause,
  ceremony: Ceremony,
  { id, name, userId }: { id: string; name: string; userId: string },
): Promise<Problem> {
  const { db, clock } = deps
  const now = clock.now()
  const flagged = newEvent(deps, cause, 'passkey.counter_regressed', {
    userId,
    result: 'failure',
    data: { passkeyId: id },
  })
  const content = { template: 'passkey-flagged', data: { passkey: name, at: now } } as const
  await commit(deps, [
    consumeChallenge(db, ceremony),
    recorded(flagPasskey(db, id, now), flagged),
    await queueMail(deps, { userId, eventId: flagged.id, content, cause }, happened(flagged)),
    noteEvent(db, failedEvent(deps, cause, 'counter_regressed', userId)),
  ])
  return problem('passkey.invalid')
}
