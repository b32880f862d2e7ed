/** What this process has read from URLs of clients. A failure is remembered too, so nobody makes the server flood a host. */
import { createRecentMap } from '../../lib/recent-map.ts'

export interface Answered<Value> {
  value: Value
  /** How long it may be used. */
  keptMs: number
}

type Entry<Value> = { at: number; until: number } & ({ value: Value } | { error: unknown })

/** How long a URL is not asked again after a failure. */
const REST_MS = 60_000

export function createFetched<Value>(maxEntries: number) {
  const entries = createRecentMap<Entry<Value>>(maxEntries)
  const pending = new Map<string, Promise<Value>>()

  async function load(url: string, now: number, ask: () => Promise<Answered<Value>>): Promise<Value> {
    try {
      const { value, keptMs } = await ask()
      entries.set(url, { at: now, until: now + keptMs, value })
      return value
    } catch (error) {
      entries.set(url, { at: now, until: now + REST_MS, error })
      throw error
    } finally {
      pending.delete(url)
    }
  }

  return {
    /** What is known of the URL at this time, and since when. Throws the error of a failure a moment ago. */
    known(url: string, now: number): { value: Value; ageMs: number } | undefined {
      const entry = entries.get(url)
      if (entry === undefined || now >= entry.until || now < entry.at) return undefined
      if ('error' in entry) throw entry.error
      return { value: entry.value, ageMs: now - entry.at }
    },
    /** Asks the URL. Requests at the same time share one. */
    ask(url: string, now: number, ask: () => Promise<Answered<Value>>): Promise<Value> {
      const shared = pending.get(url) ?? load(url, now, ask)
      pending.set(url, shared)
      return shared
    },
  }
}
