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

/** A device that asked for it needs no second factor for so long. */
export const REMEMBER_DEVICE_DAYS = 30

export type AnswerChallengeDeps = OpenSessionDeps & Pick<Deps, 'principals'>

/** A second factor as it was shown. */
export interface ShownFactor {
  factor: Factor
  /** RFC 8176; `mfa` is added. */
  amr: readonly string[]
  /** What takes it, such as moving the last step of the app on. */
  steps: readonly Step[]
  /** Asked once, right after the last of them; false where the code was wrong. */
  condition: SQL
  /** What comes after it, if this session was opened. */
  after?: (sessionId: string) => readonly Step[]
  rememberDevice?: boolean | undefined
}

export interface AnsweredChallenge {
  session: OpenedSession
  /** Of the device that is remembered from now on. Shown once. */
  deviceToken?: string
}

/**
 * Where every second factor ends, in one round trip: the challenge is used up and the session it was for opened, with a
 * new id. Anything else counts as a wrong answer, and the fifth ends the challenge; answers given at once count as those
 * given in turn.
 *
 * Throws `mfa.code_invalid`, or `mfa.challenge_invalid` once the challenge takes no more: answered, ended, expired, of an
 * account that was disabled or has another password or other factors by now. OWASP ASVS 6.5.1
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
  const { outcomes } = await commit(deps, {
    factor: steps,
    challenge: useChallenge(db, id, now, condition),
    // Right after the statement that uses the challenge up.
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
      session: { ...draft.opened, user: outcome.user },
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
