import type { SQL } from 'drizzle-orm'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { describeDevice } from '../../lib/devices.ts'
import { base64url } from '../../lib/encoding.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { DAY_MS } from '../../lib/durations.ts'
import { commit, recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, justChanged, noteEventIf } from '../../core/events/queries.ts'
import { draftSession, type OpenedSession, type OpenSessionDeps } from '../sessions/open-session.ts'
import {
  amrOfChallenge,
  answerOutcome,
  countWrongAnswer,
  notOpened,
  rememberDevice,
  useChallenge,
} from './challenge-queries.ts'
import type { NamedChallenge } from './challenges.ts'
import type { Factor } from './schema.ts'

/** A remembered device needs no second factor for this many days. */
export const REMEMBER_DEVICE_DAYS = 30

export type AnswerChallengeDeps = OpenSessionDeps & Pick<Deps, 'principals'>

/** A second factor that the user has presented. */
export interface ShownFactor {
  factor: Factor
  /** Values of RFC 8176. `mfa` is added. */
  amr: readonly string[]
  /** The statements that use it up, such as storing the last step of the app. */
  steps: readonly Step[]
  /** Evaluated once, directly after the last of `steps`. False if the code was wrong. */
  condition: SQL
  /** Statements that run if the session of this id was opened. */
  after?: (sessionId: string) => readonly Step[]
  rememberDevice?: boolean | undefined
}

export interface AnsweredChallenge {
  session: OpenedSession
  /** The token of the device that is remembered from now on. Shown once. */
  deviceToken?: string
}

/**
 * The end of every sign-in with a second factor, in one round trip: the challenge is used up and its session is opened,
 * with a new id. Any other answer counts as wrong, and the fifth wrong answer ends the challenge. Concurrent answers
 * count like answers one after the other.
 *
 * Throws `mfa.code_invalid`. Throws `mfa.challenge_invalid` if the challenge is answered, ended or expired, or if its
 * account was disabled or has a new password or other factors since. OWASP ASVS 6.5.1
 */
export async function answerChallenge(
  deps: AnswerChallengeDeps,
  cause: Cause,
  challenge: NamedChallenge,
  { factor, amr, steps, condition, after = () => [], rememberDevice: remembering = false }: ShownFactor,
): Promise<AnsweredChallenge> {
  const { db, clock } = deps
  const now = clock.now()
  const { id, userId, kind, provider } = challenge
  const draft = await draftSession(deps, { kind, cause })
  const { sessionId } = draft.opened
  const failed = newEvent(deps, cause, 'auth.failed', {
    userId,
    result: 'failure',
    data: { reason: 'wrong_factor', factor },
  })
  const device = remembering ? await newRememberedDevice(deps, cause, userId, now) : undefined
  const remembered = newEvent(deps, cause, 'mfa.device_remembered', {
    userId,
    actorId: userId,
    sessionId,
    data: { deviceId: device?.row.id },
  })
  const shown = amrOfChallenge(id, [...amr, 'mfa'])
  const { outcomes, session: inserted } = await commit(deps, {
    factor: steps,
    challenge: useChallenge(db, id, now, condition),
    // Directly after the statement that uses up the challenge: the condition is `justChanged`.
    session: recorded(
      draft.insert({ userId, amr: shown, condition: justChanged }),
      draft.created(userId, { amr: shown, provider }),
    ),
    following: draft.following,
    device: device ? recorded(rememberDevice(db, device.row, sessionId), remembered) : undefined,
    after: after(sessionId),
    wrong: countWrongAnswer(db, id, sessionId),
    failed: noteEventIf(db, failed, notOpened(sessionId)),
    outcomes: answerOutcome(db, challenge, sessionId, now),
  })
  const [outcome] = outcomes
  if (outcome?.opened)
    return {
      session: { ...draft.opened, amr: inserted[0]?.amr ?? amr, user: outcome.user },
      ...(device ? { deviceToken: device.token } : {}),
    }
  throw problem(outcome?.lives ? 'mfa.code_invalid' : 'mfa.challenge_invalid')
}

async function newRememberedDevice({ random }: Pick<Deps, 'random'>, cause: Cause, userId: string, now: number) {
  const token = base64url(random.bytes(TOKEN_BYTES))
  return {
    token,
    row: {
      id: random.id('dev'),
      userId,
      hash: await hashToken(token),
      device: describeDevice(cause.userAgent),
      address: cause.address,
      createdAt: now,
      expiresAt: now + REMEMBER_DEVICE_DAYS * DAY_MS,
    },
  }
}
