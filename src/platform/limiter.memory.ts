import type { Clock } from '../deps.ts'
import { createRecentMap } from '../lib/recent-map.ts'
import type { OpenWindow, WindowStore } from './limiter.ts'

export interface MemoryWindows extends WindowStore {
  /** The same as `add`, at once: for what is counted on every request. */
  count(key: string, points: number, windowMs: number): OpenWindow
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

  function count(key: string, points: number, windowMs: number): OpenWindow {
    const now = clock.now()
    const found = open(key, now, windowMs)
    if (found) {
      found.points = Math.max(0, found.points + points)
      if (found.points === 0) windows.delete(key)
      return { points: found.points, endsInMs: found.endsAt - now }
    }
    if (points > 0) windows.set(key, { points, endsAt: now + windowMs })
    return { points: Math.max(0, points), endsInMs: windowMs }
  }

  return {
    count,
    add: async (key, points, windowMs) => count(key, points, windowMs),
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
