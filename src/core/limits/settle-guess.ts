import type { Deps } from '../../deps.ts'
import { type ErrorCode, Problem } from '../../errors.ts'

export interface GuessOutcome {
  /** The error codes of a wrong guess. Its points stay taken. */
  wrong: readonly ErrorCode[]
  /** Called after a right guess. */
  right: () => Promise<void>
  /** Called after any other failure: the code was right, or the server did not check it. */
  notLookedAt: () => Promise<void>
}

/**
 * Runs `work`, which takes a code, and settles the points of the guess after the answer. Throws the errors of `work`.
 */
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
