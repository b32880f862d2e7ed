import type { Deps } from '../../deps.ts'
import { describeDevice } from '../../lib/devices.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened, justChanged, never } from '../../core/events/queries.ts'
import { queueMail } from '../mail/queue-mail.ts'
import {
  type AnswerChallengeDeps,
  type AnsweredChallenge,
  answerChallenge,
  type ShownFactor,
} from './answer-challenge.ts'
import { challengeLives } from './challenge-queries.ts'
import type { NamedChallenge } from './challenges.ts'
import { checkTotp } from './check-totp.ts'
import { recoveryHashes } from './recovery-codes.ts'
import { consumeCode } from './recovery-queries.ts'
import type { VerifyFactor } from './schema.ts'
import { type StoredSeed, useStep } from './totp-queries.ts'
import { limitFactorGuesses } from './limit-factor-guesses.ts'

type VerifyFactorDeps = AnswerChallengeDeps & Pick<Deps, 'limiter' | 'defer'>

/**
 * Finishes a sign-in with a code of the app or a recovery code. Two round trips: one reads the seed; one batch uses up
 * the code and the challenge, and opens the session. One round trip is not possible, because SQL must not see the seed
 * and no cache holds it.
 *
 * Throws `mfa.code_invalid`, `mfa.challenge_invalid`, `request.rate_limited`.
 */
export async function verifyFactor(
  deps: VerifyFactorDeps,
  cause: Cause,
  challenge: NamedChallenge,
  { factor, code, rememberDevice }: VerifyFactor,
): Promise<AnsweredChallenge> {
  return limitFactorGuesses(deps, cause, challenge.userId, async (seed) => {
    const shown =
      factor === 'totp' ? await byApp(deps, challenge, seed, code) : await byRecoveryCode(deps, cause, challenge, code)
    return answerChallenge(deps, cause, challenge, { ...shown, rememberDevice })
  })
}

async function byApp(
  deps: VerifyFactorDeps,
  { id, userId }: NamedChallenge,
  seed: StoredSeed | null,
  code: string,
): Promise<ShownFactor> {
  const used = seed ? await checkTotp(deps, userId, seed, code) : undefined
  const shown = { factor: 'totp', amr: ['otp'] } as const
  if (used === undefined) return { ...shown, steps: [], condition: never }
  const lives = challengeLives(id, deps.clock.now())
  return { ...shown, steps: [useStep(deps.db, used, lives)], condition: justChanged }
}

async function byRecoveryCode(
  deps: VerifyFactorDeps,
  cause: Cause,
  { id, userId }: NamedChallenge,
  code: string,
): Promise<ShownFactor> {
  const { db, clock } = deps
  const now = clock.now()
  const hashes = await recoveryHashes(deps, userId, code)
  const shown = { factor: 'recovery_code', amr: ['otp'] } as const
  if (hashes.length === 0) return { ...shown, steps: [], condition: never }
  const used = newEvent(deps, cause, 'mfa.recovery_code_used', { userId, actorId: userId })
  const device = describeDevice(cause.userAgent)
  const content = {
    template: 'recovery-code-used',
    data: { device, address: cause.address ?? 'unknown', at: now },
  } as const
  const notice = await queueMail(deps, { userId, eventId: used.id, content, cause }, happened(used))
  return {
    ...shown,
    steps: [recorded(consumeCode(db, userId, hashes, now, challengeLives(id, now)), used)],
    condition: justChanged, // by the event, which is written only if a code was used up
    after: () => [notice],
  }
}
