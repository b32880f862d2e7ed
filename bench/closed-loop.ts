/** Work done over and over for a while, and how fast it went. */

export interface LoopResult {
  perSecond: number
  /** All that was done, the warm-up too. */
  done: number
  p50Ms: number
  p99Ms: number
}

/** What came before is not counted: connections are opened, and what is lazy is made. */
const WARM_UP_MS = 500

/** Keeps `concurrency` pieces of work going; the next begins when one ends. The first failure ends it, and is thrown. */
export async function closedLoop(
  { concurrency, seconds }: { concurrency: number; seconds: number },
  work: () => Promise<void>,
): Promise<LoopResult> {
  const from = performance.now() + WARM_UP_MS
  const until = from + seconds * 1000
  const tookMs: number[] = []
  let [first, last] = [until, from]
  let done = 0
  const loop = async () => {
    for (let began = performance.now(); began < until; ) {
      await work()
      const ended = performance.now()
      done++
      if (ended >= from && ended <= until) {
        tookMs.push(ended - began)
        first = Math.min(first, ended)
        last = ended
      }
      began = ended
    }
  }
  await Promise.all(Array.from({ length: concurrency }, loop))
  // From the first end to the last: with few and long pieces of work the edges of the window would count for much.
  return { perSecond: ((tookMs.length - 1) / (last - first)) * 1000, done, ...percentiles(tookMs) }
}

/**
 * Begins `perSecond` pieces of work a second, whether or not those before have ended. Each is timed from the moment it
 * was due: a stall counts for everybody who would have come during it.
 */
export async function paced(
  { perSecond, seconds }: { perSecond: number; seconds: number },
  work: () => Promise<void>,
): Promise<LoopResult> {
  const from = performance.now() + WARM_UP_MS
  const tookMs: number[] = []
  const count = Math.round(perSecond * seconds)
  const warmUp = Math.round((perSecond * WARM_UP_MS) / 1000)
  const all: Promise<void>[] = []
  for (let index = -warmUp; index < count; index++) {
    const due = from + (index * 1000) / perSecond
    await Bun.sleep(Math.max(0, due - performance.now()))
    const running = work().then(() => {
      if (index >= 0) tookMs.push(performance.now() - due)
    })
    running.catch(() => {}) // reported below, once all have begun
    all.push(running)
  }
  await Promise.all(all)
  return { perSecond: (count / (performance.now() - from)) * 1000, done: all.length, ...percentiles(tookMs) }
}

function percentiles(tookMs: number[]): { p50Ms: number; p99Ms: number } {
  const sorted = tookMs.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}
