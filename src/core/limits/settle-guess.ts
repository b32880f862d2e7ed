import type { Deps } from '../../deps.ts'
import { type ErrorCode, Problem } from '../../errors.ts'

export interface GuessOutcome {
  /** The failures that say that the guess was wrong: its points stay spent. */
  wrong: readonly ErrorCode[]
  /** After a right guess. */
  right: () => Promise<void>
  /** After any other failure: the code was right, or nobody looked at it. */
  notLookedAt: () => Promise<void>
}

/** Runs what takes a code, and leaves to the time after the answer what becomes of its points. Throws what `work` throws. */
export async function settleGuess<T>(
  { defer }: Pick<Deps, 'defer'>,
  { wrong, right, notLookedAt }: GuessOutcome,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const result = await work()
    defer(right)
    return result
  } catch (error) {
    if (!(error instanceof Problem && wrong.includes(error.code))) defer(notLookedAt)
    throw error
  }
}
