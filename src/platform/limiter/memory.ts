import type { Clock } from '../../deps.ts'
import type { OpenWindow, WindowStore } from './limiter.ts'

export interface MemoryWindows extends WindowStore {
  /** Like `take` and `giveBack`, but synchronous, for budgets of every request. */
  takeNow(key: string, windowMs: number): OpenWindow
  giveBackNow(key: string, windowMs: number, limit: number): OpenWindow
}

interface Window {
  points: number
  endsAt: number
}

/**
 * Points of one budget in the memory of this process. All its windows have the same length. It replaces the memory store of
 * rate-limiter-flexible, which uses the system time, has a timer for every key (Workers allow none at start-up) and has no
 * bound.
 *
 * It is bounded and never drops an open window: at most `maxKeys` keys have their own window. When all of them are open, new
 * keys are counted by their hash in a table of fixed size (`createCrowd`). Keys share its slots, so a count is never too
 * low. A flood of keys makes the table strict for new keys, and gives back no point that was taken.
 */
export function createMemoryWindows(clock: Clock, maxKeys: number): MemoryWindows {
  /** In the order of their ends, because all windows have the same length. */
  const windows = new Map<string, Window>()
  let crowd: ReturnType<typeof createCrowd> | undefined

  /** True if the window has ended, or ends later than a new one would, because the clock was set back. */
  const isOver = ({ endsAt }: Window, now: number, windowMs: number): boolean =>
    endsAt <= now || endsAt > now + windowMs

  function open(key: string, now: number, windowMs: number): Window | undefined {
    const found = windows.get(key)
    return found && !isOver(found, now, windowMs) ? found : undefined
  }

  /** Deletes up to two windows that ended first. It runs for each new window, so ended windows are soon deleted. */
  function sweep(now: number, windowMs: number): void {
    let looked = 0
    for (const [key, window] of windows) {
      if (looked++ === 2 || !isOver(window, now, windowMs)) return
      windows.delete(key)
    }
  }

  function takeNow(key: string, windowMs: number): OpenWindow {
    const now = clock.now()
    const found = open(key, now, windowMs)
    if (found) return { points: ++found.points, endsInMs: found.endsAt - now }
    windows.delete(key) // a new window ends after all others, so it is inserted again at the end
    sweep(now, windowMs)
    if (windows.size >= maxKeys) {
      crowd ??= createCrowd()
      return crowd.take(key, now, windowMs)
    }
    windows.set(key, { points: 1, endsAt: now + windowMs })
    return { points: 1, endsInMs: windowMs }
  }

  function giveBackNow(key: string, windowMs: number, limit: number): OpenWindow {
    const now = clock.now()
    const found = open(key, now, windowMs)
    if (!found) return { points: 0, endsInMs: windowMs }
    found.points = Math.min(found.points, limit) - 1
    if (found.points <= 0) windows.delete(key)
    return { points: Math.max(0, found.points), endsInMs: found.endsAt - now }
  }

  return {
    takeNow,
    giveBackNow,
    take: async (key, windowMs) => takeNow(key, windowMs),
    giveBack: async (key, windowMs, limit) => giveBackNow(key, windowMs, limit),
    async read(key, windowMs) {
      const now = clock.now()
      const found = open(key, now, windowMs)
      return found ? { points: found.points, endsInMs: found.endsAt - now } : crowd?.read(key, now, windowMs)
    },
    async remove(key) {
      windows.delete(key)
    },
  }
}

const SLOTS = 65_536

/**
 * A count-min sketch of windows. Each key has a slot in each of two rows, and shares it with all keys of the same hash. The
 * count of a key is the lower of its two slots. It may be too high, but never too low. Points are not given back, because
 * they may belong to another key.
 */
function createCrowd() {
  const rows = [0x811c9dc5, 0x9747b28c].map((seed) => ({
    seed,
    points: new Uint32Array(SLOTS),
    endsAt: new Float64Array(SLOTS),
  }))

  function slots(key: string, now: number, windowMs: number) {
    return rows.map(({ seed, points, endsAt }) => {
      const slot = hash(key, seed) % SLOTS
      const ends = endsAt[slot] ?? 0
      if (ends <= now || ends > now + windowMs) {
        points[slot] = 0
        endsAt[slot] = now + windowMs
      }
      return { slot, points, endsInMs: (endsAt[slot] ?? now) - now }
    })
  }

  function emptiest(found: ReturnType<typeof slots>): OpenWindow {
    const windows = found.map(({ slot, points, endsInMs }) => ({ points: points[slot] ?? 0, endsInMs }))
    return windows.reduce((least, window) => (window.points < least.points ? window : least))
  }

  return {
    take(key: string, now: number, windowMs: number): OpenWindow {
      const found = slots(key, now, windowMs)
      for (const { slot, points } of found) points[slot] = (points[slot] ?? 0) + 1
      return emptiest(found)
    },
    read(key: string, now: number, windowMs: number): OpenWindow | undefined {
      const window = emptiest(slots(key, now, windowMs))
      return window.points > 0 ? window : undefined
    },
  }
}

/** FNV-1a with one more mixing step, so keys that differ only in their last letter get distant slots. */
function hash(key: string, seed: number): number {
  let value = seed
  for (let at = 0; at < key.length; at++) value = Math.imul(value ^ key.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  return (value ^ (value >>> 13)) >>> 0
}
