import type { Clock } from '../../deps.ts'
import type { OpenWindow, WindowStore } from './limiter.ts'

export interface MemoryWindows extends WindowStore {
  /** The same as `take` and `giveBack`, at once: for what is counted on every request. */
  takeNow(key: string, windowMs: number): OpenWindow
  giveBackNow(key: string, windowMs: number, limit: number): OpenWindow
}

interface Window {
  points: number
  endsAt: number
}

/**
 * Points of one budget, whose windows are all as long, in the memory of this process. In place of the memory store of
 * rate-limiter-flexible, which asks the system for the time, has a timer for every key (Workers allow none at start-up) and
 * no bound.
 *
 * Bounded, and nothing that counts is ever let go: at most `maxKeys` windows of their own. Who comes when they are all open
 * is counted in a table of fixed size by the hash of the key (`createCrowd`), together with others, so never too low. Whoever
 * floods it with keys makes it strict towards newcomers, and wins back no point that was taken.
 */
export function createMemoryWindows(clock: Clock, maxKeys: number): MemoryWindows {
  /** In the order in which they end: all were opened for as long. */
  const windows = new Map<string, Window>()
  let crowd: ReturnType<typeof createCrowd> | undefined

  /** Over, or ending later than one that began now would: then the clock was set back meanwhile. */
  const isOver = ({ endsAt }: Window, now: number, windowMs: number): boolean =>
    endsAt <= now || endsAt > now + windowMs

  function open(key: string, now: number, windowMs: number): Window | undefined {
    const found = windows.get(key)
    return found && !isOver(found, now, windowMs) ? found : undefined
  }

  /** Of those that ended first. Two for each that is opened, so that what has ended is soon gone. */
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
    windows.delete(key) // a new one ends after all others
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
 * A count-min sketch of windows: each key has a slot in each of two rows, shared with whoever hashes to the same, and counts
 * as the emptier of them. It may say too much of a key and never too little; so nothing is given back, which might be what
 * others took.
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

/** FNV-1a, stirred once more: keys that differ in their last letter alone go to places far apart. */
function hash(key: string, seed: number): number {
  let value = seed
  for (let at = 0; at < key.length; at++) value = Math.imul(value ^ key.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  return (value ^ (value >>> 13)) >>> 0
}
