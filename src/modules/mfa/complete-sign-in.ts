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

/** A correct first factor, as far as it is known before its batch. */
export interface FirstFactor {
  /** The account. SQL if only the batch finds it. */
  userId: Owner
  kind: SessionKind
  /** Values of RFC 8176. If `mfa` is among them (a passkey that verified its user), no second factor is asked for. */
  amr: readonly string[]
  /** The id of the identity provider, if there is one. */
  provider?: string | undefined
  /** When the user authenticated, ms UTC. Absent: now. 0 if the time is unknown: such a session is not fresh. */
  authenticatedAt?: number | undefined
  /**
   * Evaluated once, directly after the last of `before`, so it can test what that statement changed (`justChanged`). It
   * includes that the account is active.
   */
  condition: SQL
  /** The token of the remembered device, if the client sent one. */
  deviceToken?: string | undefined
  /** Statements at the start of the batch, such as using up a proof. */
  before?: readonly Step[]
  /**
   * Statements at the end of the batch. `happened(passed)` is true if the condition held, with or without a second
   * factor.
   */
  after?: (passed: NewEvent) => readonly Step[]
}

/** A session, or the request for a second factor. Before the second factor, the client must not see `user`. */
export type SignedIn = { session: OpenedSession } | { mfa: MfaRequired; user: PrincipalUser }

/**
 * The end of every first factor: password, mail, passkey, identity provider. One batch decides, in one round trip. It
 * opens a session; or, if the account has a second factor and the device is not remembered, it creates a challenge.
 * Until the challenge is answered, the client has no access.
 *
 * Returns undefined if `condition` failed. Then only the statements of `before` have written anything.
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
  // One event is written, and its type is the decision. All later statements depend on it.
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
  const { outcomes, session: inserted } = await commit(deps, {
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
  if (type === 'session.created') return { session: { ...draft.opened, amr: inserted[0]?.amr ?? amr, user } }
  const factors = [
    ...(totp ? (['totp'] as const) : []),
    ...(recoveryCode ? (['recovery_code'] as const) : []),
    ...(passkey ? (['passkey'] as const) : []),
  ]
  const token = await signChallenge(deps, { id: challenge.id, userId: user.id, kind, provider })
  return { mfa: { status: 'mfa_required', challenge: token, factors }, user }
}
