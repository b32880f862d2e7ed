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

/** What a passkey must be shown for. */
export interface Asked {
  ceremony: CeremonyName
  /** Whose it must be; absent: whoever comes. */
  userId?: string
  /** What the options said besides, such as the session they were for. */
  about?: Record<string, string>
  /** Runs beside the look-up. What it throws ends all. */
  limit?: () => Promise<void>
}

/** Somebody showed a passkey. It counts once `steps` are committed and `condition` holds after the last of them. */
export interface CheckedPasskey {
  user: PrincipalUser
  /** RFC 8176: the device has the key (`hwk`), or an account elsewhere does (`swk`). With user verification it is two factors. */
  amr: readonly ['hwk' | 'swk', 'user', 'mfa']
  steps: readonly [Step, Step]
  condition: SQL
}

/**
 * Checks the answer to `navigator.credentials.get()`, in one round trip. Nothing is used up yet: the steps do that, and of
 * many at once those of one do.
 *
 * Throws `passkey.invalid` for every kind of failure: a challenge that is expired, answered or for something else, a
 * passkey nobody knows or of somebody else, a wrong origin, domain, signature or user handle, no user verification, an
 * account that may not sign in. A right signature whose counter went back flags the passkey and tells its owner.
 */
export async function checkPasskey(
  deps: CheckPasskeyDeps,
  cause: Cause,
  { challenge: token, credential }: PasskeyAnswer,
  { ceremony: name, userId, about, limit }: Asked,
): Promise<CheckedPasskey> {
  const { config, db, clock } = deps
  const ceremony = await readCeremony(deps, name, token, about)
  if (ceremony === undefined) throw problem('passkey.invalid') // and asks the database nothing
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

/** A passkey that was chosen without saying whose must say it itself (WebAuthn Level 3, §7.2, step 6). */
function isHandleOf(userId: string, { response }: PasskeyAnswer['credential'], ceremony: CeremonyName): boolean {
  const handle = response.userHandle || undefined // '' and null are as good as absent
  return handle === undefined ? ceremony !== 'sign-in' : handle === userHandle(userId)
}

const failedEvent = (deps: Pick<Deps, 'clock' | 'random'>, cause: Cause, reason: string, userId: string | null) =>
  newEvent(deps, cause, 'auth.failed', { userId, result: 'failure', data: { reason, factor: 'passkey' } })

/** The one answer there is. Why, the audit log alone is told. */
async function refused(deps: CheckPasskeyDeps, cause: Cause, reason: string, userId: string | null): Promise<Problem> {
  await commit(deps, [noteEvent(deps.db, failedEvent(deps, cause, reason, userId))])
  return problem('passkey.invalid')
}

/**
 * The signature is right, and the counter is not ahead: there are two authenticators with this key, or one that does not
 * count as it should (WebAuthn Level 3, §6.1.1). The owner is told the first time.
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
