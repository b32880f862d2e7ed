/**
 * Follows the events of the database. All listeners of a process share one reader, so an event costs one read.
 *
 * With an embedded file this process makes every commit, and each commit wakes the reader. With a libSQL server the reader also
 * looks by itself, because other processes commit too. It reads only while somebody listens.
 */
import type { Database } from '../../db/database.ts'
import type { Bus, Feed, FeedListener } from '../core/feed/model.ts'
import { BEGINNING, eventsAfter, lastOf, newestEventRow } from '../core/feed/queries.ts'
import type { Log } from '../deps.ts'
import { type Resolvers, withResolvers } from '../lib/with-resolvers.ts'

export interface FeedOptions {
  db: Database
  log: Log
  bus: Bus
  /** How often the reader looks by itself, in ms. Absent: this process makes every commit. */
  pollMs?: number | undefined
}

/** With a libSQL server. A sign-out elsewhere must reach a stream within a second. */
export const POLL_MS = 250
/** The wait after a failed read. */
const RETRY_MS = 500
const PAGE = 500
/** Others are served between two reads. What they commit comes with the next one, so listeners get it together. */
const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0))
/** The channel of `Bus` on which processes tell each other that they committed events. */
const CHANNEL = 'events'

export function createFeed({ db, log, bus, pollMs }: FeedOptions): Feed {
  const listeners = new Set<FeedListener>()
  /** The last event that was read. Undefined while nobody listens. */
  let position: string | undefined
  let starting: Promise<void> | undefined
  /** Calls of `listen` that wait for the start. */
  let waiting = 0
  let isReading = false
  let isDue = false
  /** Reads, of all pages that there are. */
  let begun = 0
  let ended = 0
  let untilRead: Resolvers<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let leaveBus: (() => void) | undefined

  function tell(act: (listener: FeedListener) => void): void {
    for (const listener of [...listeners])
      try {
        act(listener)
      } catch (cause) {
        log.error('a listener of events failed', { cause })
      }
  }

  /** True if there may be more. */
  async function readOnce(from: string): Promise<boolean> {
    const page = await eventsAfter(db, from, PAGE)
    if (position !== from) return false // nobody listens any more, or a new reader has begun
    if (page === undefined) {
      position = await newestEvent()
      tell((listener) => listener.missed())
      return true
    }
    const last = page.at(-1)
    if (last === undefined) return false
    position = last.id
    tell((listener) => listener.events(page))
    return page.length === PAGE
  }

  async function readToTheEnd(from: string): Promise<void> {
    for (let next: string | undefined = from; next !== undefined && (await readOnce(next)); next = position)
      await nextTurn()
  }

  function readEnded(): void {
    ended = begun
    untilRead?.resolve()
    untilRead = undefined
  }

  async function settled(): Promise<void> {
    const wanted = begun + (isDue ? 1 : 0)
    while (ended < wanted && listeners.size > 0) {
      untilRead ??= withResolvers<void>()
      await untilRead.promise
    }
  }

  async function read(): Promise<void> {
    if (isReading) return
    isReading = true
    clearTimeout(timer)
    try {
      while (isDue && position !== undefined) {
        isDue = false
        begun++
        await readToTheEnd(position).finally(readEnded)
        await nextTurn()
      }
      lookAgainIn(pollMs)
    } catch (cause) {
      log.warning('the events cannot be read', { cause })
      lookAgainIn(RETRY_MS)
    } finally {
      isReading = false
    }
    if (isDue && listeners.size > 0) void read()
  }

  function lookAgainIn(ms: number | undefined): void {
    if (ms === undefined || (listeners.size === 0 && waiting === 0)) return
    timer = setTimeout(look, ms)
  }

  function look(): void {
    if (listeners.size === 0 && waiting === 0) return
    isDue = true // a commit while the newest event is read may come after it
    if (listeners.size > 0) void read()
  }

  const newestEvent = async (): Promise<string> => lastOf(await newestEventRow(db))

  async function start(newest: () => Promise<string>): Promise<void> {
    position = await newest()
    leaveBus = bus.subscribe(CHANNEL, look, look)
    lookAgainIn(pollMs)
  }

  function endIfUnused(): void {
    if (listeners.size > 0 || waiting > 0) return
    clearTimeout(timer)
    leaveBus?.()
    leaveBus = undefined
    position = undefined
    starting = undefined
    isDue = false
    readEnded()
  }

  return {
    wake() {
      bus.publish(CHANNEL, '')
      look()
    },
    async listen(listener, newest = newestEvent) {
      waiting++
      try {
        starting ??= start(newest)
        await starting
        listeners.add(listener)
        if (isDue) void read()
      } catch (error) {
        starting = undefined
        throw error
      } finally {
        waiting--
        endIfUnused()
      }
      return {
        head: position ?? BEGINNING,
        settled,
        upToDate() {
          look()
          return settled()
        },
        end() {
          if (listeners.delete(listener)) endIfUnused()
        },
      }
    },
  }
}

/**
 * For runtimes in which a request may not use what another one has opened (Workers), or in which nothing runs between two
 * requests: each listener has a reader of its own.
 */
export const createOwnFeeds = (options: FeedOptions): Feed => ({
  wake() {},
  listen: (listener, newest) => createFeed(options).listen(listener, newest),
})
