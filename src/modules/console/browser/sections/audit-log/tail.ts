/**
 * Follows the log: asks again and again what is new, and passes on each event once. Pure: time and the API are passed in.
 *
 * Ids sort by the time when an event was made, and another process may commit its event a moment later. So each question begins
 * `OVERLAP_MS` before the newest event that is known, and drops what is known. After a failure it waits longer each time. While
 * the page is hidden it asks nothing, and the first question afterwards covers the time in between.
 */
import type { AuditEvent } from '../../../../audit-events/schema.ts'

export const OVERLAP_MS = 30_000
export const EVERY_MS = 2_000
export const LONGEST_MS = 60_000

export type TailState = 'following' | 'paused' | 'hidden' | 'offline'

export interface TailParts {
  /** The events of this time or later, newest first, page by page. Undefined: the answer did not come. */
  read: (since: string | undefined, cursor: string | null) => Promise<TailPage | undefined>
  /** The new events of one answer, newest first. */
  found: (events: readonly AuditEvent[]) => void
  changed: (state: TailState, nextInMs: number | undefined) => void
  after: (ms: number, work: () => void) => () => void
}

export interface TailPage {
  items: readonly AuditEvent[]
  nextCursor: string | null
}

export interface Tail {
  start(): void
  pause(): void
  /** The page is seen again, or the network is back: asks at once. */
  wake(): void
  /** Nobody sees the page. */
  hide(): void
  stop(): void
}

/** `known`: the events that the page shows already, newest first. */
export function createTail(known: readonly AuditEvent[], { read, found, changed, after }: TailParts): Tail {
  const seen = new Set(known.map(({ id }) => id))
  let newestAt = known[0]?.at
  let state: TailState = 'paused'
  let failures = 0
  let cancel: (() => void) | undefined
  /** Counts the rounds, so that an answer that comes after a pause does nothing. */
  let round = 0
  let isAsking = false

  const enter = (next: TailState, nextInMs?: number) => {
    state = next
    changed(next, nextInMs)
  }

  const plan = (ms: number) => {
    cancel?.()
    cancel = after(ms, () => void ask())
  }

  async function ask(): Promise<void> {
    if (isAsking || (state !== 'following' && state !== 'offline')) return
    isAsking = true
    const own = round
    const events = await everything(sinceOf(newestAt))
    isAsking = false
    if (own !== round) return resume()
    if (events === undefined) {
      failures += 1
      const ms = Math.min(LONGEST_MS, EVERY_MS * 2 ** failures)
      enter('offline', ms)
      return plan(ms)
    }
    failures = 0
    take(events)
    enter('following')
    plan(EVERY_MS)
  }

  /** A round that was given up leaves its place to the next one. */
  const resume = () => {
    if (state === 'following' || state === 'offline') void ask()
  }

  /** All pages, or nothing: a part would leave a gap behind its newest event. */
  async function everything(since: string | undefined): Promise<AuditEvent[] | undefined> {
    const events: AuditEvent[] = []
    let cursor: string | null = null
    do {
      const page: TailPage | undefined = await read(since, cursor)
      if (page === undefined) return undefined
      events.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== null)
    return events
  }

  function take(events: readonly AuditEvent[]): void {
    const fresh = events.filter(({ id }) => !seen.has(id))
    for (const { id } of fresh) seen.add(id)
    const newest = events.reduce<string | undefined>(
      (latest, { at }) => (latest === undefined || at > latest ? at : latest),
      newestAt,
    )
    newestAt = newest
    if (fresh.length > 0) found(fresh)
  }

  const rest = (next: TailState) => {
    round += 1
    cancel?.()
    cancel = undefined
    enter(next)
  }

  return {
    start() {
      round += 1
      failures = 0
      enter('following')
      void ask()
    },
    pause: () => rest('paused'),
    hide() {
      if (state !== 'paused') rest('hidden')
    },
    wake() {
      if (state === 'paused') return
      failures = 0
      cancel?.()
      enter('following')
      void ask()
    },
    stop() {
      round += 1
      state = 'paused'
      cancel?.()
    },
  }
}

const sinceOf = (newestAt: string | undefined): string | undefined =>
  newestAt === undefined ? undefined : new Date(Date.parse(newestAt) - OVERLAP_MS).toISOString()
