import type { Clock } from '../deps.ts'
import { createRecentMap } from '../lib/recent-map.ts'
import type { OpenWindow, WindowStore } from './limiter.ts'

export interface MemoryWindows extends WindowStore {
  /** The same as `take`, at once: for what is counted on every request. */
  takeNow(key: string, windowMs: number): OpenWindow
}

/**
 * Points of one budget in the memory of this process, for at most `maxKeys` at once: then those not used for longest go. In
 * place of the memory store of rate-limiter-flexible, which asks the system for the time, has a timer for every key
 * (Workers allow none at start-up) and no bound.
 */
export function createMemoryWindows(clock: Clock, maxKeys: number): MemoryWindows {
  const windows = createRecentMap<{ points: number; endsAt: number }>(maxKeys)

  /** Undefined when it is over, or ends later than one that began now would: then the clock was set back meanwhile. */
  function open(key: string, now: number, windowMs: number) {
    const found = windows.get(key)
    return found && found.endsAt > now && found.endsAt <= now + windowMs ? found : undefined
  }

  function takeNow(key: string, windowMs: number): OpenWindow {
    const now = clock.now()
    const found = open(key, now, windowMs)
    if (found) return { points: ++found.points, endsInMs: found.endsAt - now }
    windows.set(key, { points: 1, endsAt: now + windowMs })
    return { points: 1, endsInMs: windowMs }
  }

  return {
    takeNow,
    take: async (key, windowMs) => takeNow(key, windowMs),
    async giveBack(key, windowMs, limit) {
      const now = clock.now()
      const found = open(key, now, windowMs)
      if (!found) return { points: 0, endsInMs: windowMs }
      found.points = Math.min(found.points, limit) - 1
      if (found.points <= 0) windows.delete(key)
      return { points: Math.max(0, found.points), endsInMs: found.endsAt - now }
    },
    async read(key, windowMs) {
      const now = clock.now()
      const found = open(key, now, windowMs)
      return found && { points: found.points, endsInMs: found.endsAt - now }
    },
    async remove(key) {
      windows.delete(key)
    },
  }
}
