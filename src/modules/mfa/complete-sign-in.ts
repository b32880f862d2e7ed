import type { SQL } from 'drizzle-orm'
import type { Deps, PrincipalUser } from '../../deps.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import { hashToken } from '../../lib/tokens.ts'
import { commit, type Step } from '../../core/events/commit.ts'
import { type Cause, type NewEvent, noteEventIf } from '../../core/events/queries.ts'
import { draftSession, type OpenedSession, type OpenSessionDeps } from '../sessions/open-session.ts'
import { CHALLENGE_TTL_SECONDS, signChallenge } from './challenges.ts'
import type { MfaRequired } from './schema.ts'
import {
  amrOnDevice,
  decideBy,
  decided,
  insertChallenge,
  noteRememberedDeviceUse,
  type Owner,
  type ShownDevice,
  signInOutcome,
  userOfEvent,
} from './sign-in-queries.ts'

export type CompleteSignInDeps = OpenSessionDeps & Pick<Deps, 'principals' | 'tickets'>

/** A first factor that was right, as far as is known before its batch. */
export interface FirstFactor {
  /** Whose it is; as SQL where the batch itself finds out. */
  userId: Owner
  kind: SessionKind
  /** RFC 8176. With `mfa` in it (a passkey that verified its user) no second factor is asked for. */
  amr: readonly string[]
  /** Who else vouched for them: the id of the identity provider. */
  provider?: string | undefined
  /** When its owner proved who they are, ms UTC; absent: now. 0 where nobody can tell: such a session is not fresh. */
  authenticatedAt?: number | undefined
  /**
   * Asked once, right after the last of `before`: it may ask for what that one did (`justChanged`). The account being
   * active is part of it.
   */
  condition: SQL
  /** What the client says it is remembered by. */
  deviceToken?: string | undefined
  /** What comes first in the batch, such as using a proof up. */
  before?: readonly Step[]
  /** What comes after; `happened(passed)` says that the condition held, whether a second factor is asked for or not. */
  after?: (passed: NewEvent) => readonly Step[]
}

/** A session, or the demand for a second factor; `user` is nothing to be shown before that. */
export type SignedIn = { session: OpenedSession } | { mfa: MfaRequired; user: PrincipalUser }

/**
 * Where every first factor ends: password, mail, passkey, another provider. One batch decides it, in one round trip: a
 * session is opened, or, for who has a second factor and is on no remembered device, a challenge to show it. Until then
 * whoever came this far has nothing.
 *
 * Returns undefined when `condition` failed: then nothing was written but what `before` wrote.
 */
export async function completeSignIn(
  deps: CompleteSignInDeps,
  cause: Cause,
  { userId, kind, amr, provider, authenticatedAt, condition, deviceToken, before = [], after = () => [] }: FirstFactor,
): Promise<SignedIn | undefined> {
  const { db, clock, random } = deps
  const now = clock.now()
  const device: ShownDevice = { hash: deviceToken === undefined ? null : await hashToken(deviceToken), now }
  const draft = await draftSession(deps, { kind, cause, authenticatedAt })
  // One event is written, and its type is the decision: all that follows goes by it.
  const shown = amrOnDevice(userId, amr, device)
  const passed = decideBy(draft.created(userId, { amr: shown, provider }), userId, device, amr.includes('mfa'))
  const owner = userOfEvent(passed)
  const challenge = {
    id: random.id('mfa'),
    kind,
    amr: JSON.stringify(amr),
    createdAt: now,
    expiresAt: now + CHALLENGE_TTL_SECONDS * 1000,
  }
  const { outcomes } = await commit(deps, {
    before,
    decided: noteEventIf(db, passed, condition),
    session: draft.insert({
      userId: owner,
      amr: amrOnDevice(owner, amr, device),
      condition: decided(passed, 'session.created'),
    }),
    following: draft.following,
    challenge: insertChallenge(db, { ...challenge, event: passed.id }),
    device:
      device.hash === null ? undefined : noteRememberedDeviceUse(db, { hash: device.hash, now, event: passed.id }),
    after: after(passed),
    outcomes: signInOutcome(db, { event: passed.id }),
  })
  const [outcome] = outcomes
  if (outcome === undefined) return undefined
  const { type, user, totp, recoveryCode, passkey } = outcome
  if (type === 'session.created') return { session: { ...draft.opened, user } }
  const factors = [
    ...(totp ? (['totp'] as const) : []),
    ...(recoveryCode ? (['recovery_code'] as const) : []),
    ...(passkey ? (['passkey'] as const) : []),
  ]
  const token = await signChallenge(deps, { id: challenge.id, userId: user.id, kind, provider })
  return { mfa: { status: 'mfa_required', challenge: token, factors }, user }
}
