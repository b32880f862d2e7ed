import { problem } from '../../errors.ts'

export interface TurnLimits {
  /** The number of pieces of work that run at the same time. */
  concurrency: number
  /** The expected time of one piece in ms, until one was measured. */
  expectedMs: number
  /** The maximum wait for a turn in ms. Default: 1.5 s. */
  maxWaitMs?: number
}

/** A monotonic clock with timers. */
export interface Timing {
  /** ms since an arbitrary moment. */
  now(): number
  /** Calls `work` after `ms`. The returned function cancels the call. */
  after(ms: number, work: () => void): () => void
}

export const MAX_WAIT_MS = 1500
/** The weight of one piece of work in the average, which follows about the last dozen. */
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
 * Runs at most `concurrency` pieces of work at the same time. The others wait in lines, one for each name `line`. The lines are
 * served in rotation, so a caller who fills a line delays only that line. Each line is served in the order of arrival.
 *
 * A new caller is refused by its expected wait, which follows from the time of the last pieces and the number in front. The
 * length of the queue alone does not decide: 64 pieces take a second on one machine and half a minute on another. Throws
 * `server.busy` at once if the expected wait is more than 1.5 s, and otherwise after 1.5 s of waiting.
 */
export function createTurns(
  { concurrency, expectedMs, maxWaitMs = MAX_WAIT_MS }: TurnLimits,
  timing: Timing = systemTiming,
) {
  const begun = new Set<{ at: number }>()
  /** The lines by name, without empty lines. The line that was served longest ago is first. */
  const lines = new Map<string, Set<() => void>>()
  let free = concurrency
  let averageMs = expectedMs

  // After a second the queue is a second shorter.
  const busy = () => problem('server.busy', { retryAfterSeconds: 1 })

  /** The time of one piece in ms. If the running pieces take longer than the average, they decide: the machine became slower. */
  function eachMs(): number {
    const now = timing.now()
    let soFar = 0
    for (const { at } of begun) soFar += now - at
    return Math.max(averageMs, soFar / concurrency)
  }

  /** The number of turns before a new caller: from each line at most as many as from its own line, and one more. */
  function ahead(line: string): number {
    const own = lines.get(line)?.size ?? 0
    let sum = 0
    for (const { size } of lines.values()) sum += Math.min(size, own + 1)
    return sum
  }

  function leave(line: string, go: () => void): void {
    const waiting = lines.get(line)
    waiting?.delete(go)
    if (waiting?.size === 0) lines.delete(line)
  }

  function place(line: string): Promise<void> {
    const waitMs = (eachMs() * (ahead(line) + 1)) / concurrency
    if (waitMs > maxWaitMs) throw busy()
    return new Promise<void>((resolve, reject) => {
      const cancel = timing.after(maxWaitMs, () => {
        leave(line, go)
        reject(busy())
      })
      const go = () => {
        leave(line, go)
        cancel()
        resolve()
      }
      const waiting = lines.get(line)
      if (waiting) waiting.add(go)
      else lines.set(line, new Set([go]))
    })
  }

  /** The first caller of the line that was served longest ago. That line then goes to the end of the rotation. */
  function takeNext(): (() => void) | undefined {
    const [first] = lines
    if (first === undefined) return undefined
    const [name, waiting] = first
    lines.delete(name)
    lines.set(name, waiting)
    return waiting.values().next().value
  }

  return async function inTurn<T>(work: () => Promise<T>, line = ''): Promise<T> {
    if (free > 0) free--
    else await place(line)
    const turn = { at: timing.now() }
    begun.add(turn)
    try {
      return await work()
    } finally {
      begun.delete(turn)
      const tookMs = timing.now() - turn.at
      // Workers stop their clock while they compute. Then the time is 0 and is ignored.
      if (tookMs > 0) averageMs += (tookMs - averageMs) * WEIGHT
      // The free place goes directly to the next caller.
      const next = takeNext()
      if (next) next()
      else free++
    }
  }
}
