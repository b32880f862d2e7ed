import { problem } from '../../errors.ts'

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
 * Takes turns: at most `concurrency` at once. The others stand in lines, one for each `line` they name, and the lines are
 * served one after the other: whoever fills a line has nobody wait but that line. Within a line, in the order they came.
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
  /** By the name of the line; those served longest ago come first. Never an empty one. */
  const lines = new Map<string, Set<() => void>>()
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

  /** How many have their turn before one who comes now: of each line as many as of the own. */
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

  /** The first of the line that was served longest ago, which is then the last to be served again. */
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
      // Workers stop their clock while they compute: nothing was measured.
      if (tookMs > 0) averageMs += (tookMs - averageMs) * WEIGHT
      // The place passes straight to the next in line.
      const next = takeNext()
      if (next) next()
      else free++
    }
  }
}
