/** Repeats work for some seconds and measures its rate. */

export interface LoopResult {
  /** All pieces of work, including the warm-up. */
  count: number
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/** The warm-up is not counted. In it connections are opened and lazy objects are made. */
const WARM_UP_MS = 500

/** Keeps `concurrency` pieces of work running. The next begins when one ends. The first failure ends the loop and is thrown. */
export async function closedLoop(
  { concurrency, seconds }: { concurrency: number; seconds: number },
  work: () => Promise<void>,
): Promise<LoopResult> {
  const from = performance.now() + WARM_UP_MS
  const until = from + seconds * 1000
  const tookMs: number[] = []
  let [first, last] = [until, from]
  let count = 0
  const loop = async () => {
    for (let began = performance.now(); began < until; ) {
      await work()
      const ended = performance.now()
      count++
      if (ended >= from && ended <= until) {
        tookMs.push(ended - began)
        first = Math.min(first, ended)
        last = ended
      }
      began = ended
    }
  }
  await Promise.all(Array.from({ length: concurrency }, loop))
  // Measured from the first end to the last. With few and long pieces of work the edges of the window would distort the rate.
  return { count, perSecond: ((tookMs.length - 1) / (last - first)) * 1000, ...percentiles(tookMs) }
}

/**
 * Begins `perSecond` pieces of work a second, even if earlier ones have not ended. Each is timed from the moment when it was
 * due, so a stall counts for every piece that it delays.
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
    running.catch(() => {}) // reported below, after all have begun
    all.push(running)
  }
  await Promise.all(all)
  return { count: warmUp + count, perSecond: (count / (performance.now() - from)) * 1000, ...percentiles(tookMs) }
}

function percentiles(tookMs: number[]): { p50Ms: number; p99Ms: number } {
  const sorted = tookMs.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}
