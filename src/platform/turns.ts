import { problem } from '../errors.ts'

export interface TurnLimits {
  /** Pieces of work handed out at once. */
  concurrency: number
  /** How long one takes, ms, until that was measured. */
  expectedMs: number
  /** Nobody waits longer for a turn. Default: 1.5 s. */
  maxWaitMs?: number
}

/** Monotonic. */
export interface Timing {
  /** ms since whenever. */
  now(): number
  /** Calls back in so many ms. The answer cancels. */
  after(ms: number, work: () => void): () => void
}

export const MAX_WAIT_MS = 1500
/** What a piece of work counts for in the average: the last dozen decide. */
const WEIGHT = 1 / 8

const systemTiming: Timing = {
  now: () => performance.now(),
  after(ms, work) {
    const signal = AbortSignal.timeout(ms)
    signal.addEventListener('abort', work)
    return () => signal.removeEventListener('abort', work)
  },
}

/**
 * Takes turns: at most `concurrency` at once, the others in the order they came.
 *
 * Who comes is judged by how long the wait would be, from what the last ones took and how many are in front, and not by
 * their number: 64 are a second on one machine and half a minute on another. Throws `server.busy`, at once when the wait
 * would be more than 1.5 s, and after 1.5 s of waiting where that was not foreseen.
 */
export function createTurns(
  { concurrency, expectedMs, maxWaitMs = MAX_WAIT_MS }: TurnLimits,
  timing: Timing = systemTiming,
) {
  const begun = new Set<{ at: number }>()
  const waiting = new Set<() => void>()
  let free = concurrency
  let averageMs = expectedMs

  // In a second the queue is a second shorter.
  const busy = () => problem('server.busy', { retryAfterSeconds: 1 })

  /** What one takes. Those that run now have the last word when they take longer: the machine has become slower. */
  function eachMs(): number {
    const now = timing.now()
    let soFar = 0
    for (const { at } of begun) soFar += now - at
    return Math.max(averageMs, soFar / concurrency)
  }

  function place(): Promise<void> {
    const waitMs = (eachMs() * (waiting.size + 1)) / concurrency
    if (waitMs > maxWaitMs) throw busy()
    return new Promise<void>((resolve, reject) => {
      const cancel = timing.after(maxWaitMs, () => {
        waiting.delete(go)
        reject(busy())
      })
      const go = () => {
        waiting.delete(go)
        cancel()
        resolve()
      }
      waiting.add(go)
    })
  }

  return async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (free > 0) free--
    else await place()
    const turn = { at: timing.now() }
    begun.add(turn)
    try {
      return await work()
    } finally {
      begun.delete(turn)
      const tookMs = timing.now() - turn.at
      // Workers stop their clock while they compute: nothing was measured.
      if (tookMs > 0) averageMs += (tookMs - averageMs) * WEIGHT
      // The place passes straight to the next in line.
      const [next] = waiting
      if (next) next()
      else free++
    }
  }
}
