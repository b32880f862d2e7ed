import type { Deps } from '../../deps.ts'
import { type ErrorCode, Problem } from '../../errors.ts'

/**
 * Runs `work`, which looks at a guess, and gives points back after the answer: `right` when it succeeds, `notLookedAt` when
 * it fails with another code than those of a wrong guess. Throws what `work` throws.
 */
export async function settleGuess<T>(
  { defer }: Pick<Deps, 'defer'>,
  work: () => Promise<T>,
  { wrong, right, notLookedAt }: { wrong: readonly ErrorCode[] } & Record<'right' | 'notLookedAt', () => Promise<void>>,
): Promise<T> {
  try {
    const result = await work()
    defer(right)
    return result
  } catch (error) {
    // Any other failure is not one of the guess: the code was right, or nobody looked at it.
    if (!(error instanceof Problem && wrong.includes(error.code))) defer(notLookedAt)
    throw error
  }
}
