/**
 * Reads the revocations of the database for those who follow them. All followers of a process share one reader.
 *
 * A heartbeat says that everything was told that was committed before a time. So each one follows a read that began at that time:
 * a process that lost its database sends none.
 */
import { primitives } from '#primitives'
import type { Database } from '../../db/database.ts'
import { readTogether } from '../../db/statements.ts'
import type { Feed } from '../core/feed/model.ts'
import { lastOf, newestEventRow } from '../core/feed/queries.ts'
import {
  HEARTBEAT_MS,
  type Revocation,
  type RevocationCursor,
  type RevocationNews,
  type Revocations,
} from '../core/revocations/model.ts'
import {
  newestRevocation,
  type RevocationRow,
  revocationAt,
  revocationsBetween,
  revocationsFrom,
  revocationsSince,
} from '../core/revocations/queries.ts'
import type { Clock, Log } from '../deps.ts'
import { problem } from '../errors.ts'
import { base64url, utf8 } from '../lib/encoding.ts'
import { withResolvers } from '../lib/with-resolvers.ts'

export interface RevocationOptions {
  db: Database
  feed: Feed
  clock: Clock
  log: Log
  stopping: AbortSignal
  accessTtlMs: number
  maxFollowers: number
  heartbeatMs?: number
}

const PAGE = 500
/** The newest rows are in memory, so a follower that is up to date costs no read. */
const KEPT = 2_000
/** Commits come in bursts. One read in this time sees all of them. */
const GAP_MS = 50
const BEGINNING: RevocationCursor = { seq: 0, nonce: '' }

/** Numbers the reads of all readers: what was found out with one read is not taken for what another one would say. */
let reads = 0

export function createRevocations(options: RevocationOptions): Revocations {
  const { db, feed, clock, log, stopping, accessTtlMs, maxFollowers, heartbeatMs = HEARTBEAT_MS } = options
  let followers = 0
  /** The last row that was read. Undefined while nobody follows. */
  let head: RevocationCursor | undefined
  /** The rows after `keptAfter` up to `head`. */
  let kept: Revocation[] = []
  let keptAfter = BEGINNING
  /** When the last read began that left nothing unread. */
  let checkedAt = 0
  /** The number of that read. */
  let checked = 0
  let changes = 0
  /** Grows when the database is another copy than before. */
  let copy = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let isReading = false
  let isDue = false
  let starting: Promise<boolean> | undefined
  let endFeed: (() => void) | undefined
  let turn = withResolvers<void>()

  function giveTurn(): void {
    turn.resolve()
    turn = withResolvers()
  }

  function moveTo(position: RevocationCursor, rows: Revocation[] = []): void {
    head = rows.at(-1) ?? position
    kept = rows
    keptAfter = position
  }

  function noteRead(at: number): void {
    checkedAt = at
    checked = ++reads
  }

  /** True if there may be more. */
  async function readOnce(from: RevocationCursor): Promise<boolean> {
    const at = clock.now()
    const rows = await revocationsFrom(db, from.seq, { limit: PAGE + 1, accessTtlMs })
    if (head !== from) return false // nobody follows any more, or a new reader has begun
    const [first] = rows
    if (from.seq > 0 && (first?.seq !== from.seq || first.nonce !== from.nonce)) {
      log.warning('the database is another copy than before: followers of revocations begin again')
      const [newest = BEGINNING] = await newestRevocation(db)
      moveTo(newest)
      copy++
      return true
    }
    const fresh = await Promise.all((from.seq > 0 ? rows.slice(1) : rows).map(hashed))
    if (head !== from) return false
    const last = fresh.at(-1)
    if (last !== undefined) {
      kept.push(...fresh)
      if (kept.length > KEPT * 2) {
        keptAfter = kept[kept.length - KEPT - 1] ?? keptAfter
        kept = kept.slice(-KEPT)
      }
      head = last
    }
    if (rows.length > PAGE) return true
    noteRead(at)
    return false
  }

  async function read(): Promise<void> {
    if (isReading) return
    isReading = true
    clearTimeout(timer)
    try {
      do isDue = false
      while (head !== undefined && (await readOnce(head)))
    } catch (cause) {
      log.warning('the revocations cannot be read', { cause })
    } finally {
      isReading = false
      giveTurn()
      if (followers > 0) readIn(isDue ? GAP_MS : heartbeatMs)
    }
  }

  function readIn(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void read(), ms)
  }

  /** A commit may have revoked something. */
  function wake(): void {
    changes++
    if (isDue) return
    isDue = true
    if (!isReading) readIn(GAP_MS)
  }

  /**
   * Where events and revocations are now, and what the first follower gets, in one round trip. More than `KEPT` rows are read page
   * by page instead. Returns whether its cursor is known.
   */
  async function start(after: RevocationCursor | undefined): Promise<boolean> {
    const at = clock.now()
    const queries = () => [revocationsSince(db, after, { limit: KEPT + 2, accessTtlMs }), newestRevocation(db)] as const
    const readRevocations = () => readTogether(db, queries())
    const read: { found?: Awaited<ReturnType<typeof readRevocations>> } = {}
    const { end } = await feed.listen({ events: wake, missed: wake }, async () => {
      const [event, ...found] = await readTogether(db, [newestEventRow(db), ...queries()])
      read.found = found
      return lastOf(event)
    })
    try {
      const [rows, [newest = BEGINNING]] = read.found ?? (await readRevocations())
      const [first, ...others] = rows
      const isKnown = after !== undefined && first !== undefined && isSame(first, after)
      if (rows.length > KEPT + 1) moveTo(newest)
      else if (isKnown) moveTo(after, await Promise.all(others.map(hashed)))
      else moveTo(BEGINNING, await Promise.all(rows.map(hashed)))
      noteRead(at)
      endFeed = end
      readIn(heartbeatMs)
      return isKnown
    } catch (error) {
      end()
      throw error
    }
  }

  function endIfUnused(): void {
    if (followers > 0) return
    clearTimeout(timer)
    endFeed?.()
    endFeed = undefined
    head = undefined
    kept = []
    starting = undefined
    isDue = false
  }

  /** At most a page of what comes after this position. `matters`: only what still ends something. */
  async function pageAfter(position: number, upTo: number, matters: boolean): Promise<readonly Revocation[]> {
    const now = matters ? clock.now() : undefined
    if (position >= keptAfter.seq) {
      if (now !== undefined) return kept.filter(({ seq, until }) => seq > position && until > now).slice(0, PAGE)
      const from = kept.findIndex(({ seq }) => seq > position)
      return from < 0 ? [] : kept.slice(from, from + PAGE)
    }
    return Promise.all(
      (await revocationsBetween(db, { after: position, upTo }, { limit: PAGE, accessTtlMs, now })).map(hashed),
    )
  }

  /** The database is asked for older rows, and for those that another process has read first. */
  async function knows(cursor: RevocationCursor): Promise<boolean> {
    if (cursor.seq < keptAfter.seq || cursor.seq > (head?.seq ?? 0)) return (await revocationAt(db, cursor)).length > 0
    return isSame(keptAfter, cursor) || kept.some((row) => isSame(row, cursor))
  }

  async function* news(
    after: RevocationCursor | undefined,
    known: boolean | undefined,
  ): AsyncGenerator<RevocationNews, void, undefined> {
    const isKnown = after !== undefined && (known ?? (await knows(after)))
    let position = isKnown ? after.seq : 0
    let matters = !isKnown
    let ofCopy = copy
    let told = -1
    yield { kind: 'start', known: isKnown }
    while (true) {
      const next = turn.promise
      if (ofCopy !== copy) {
        ofCopy = copy
        position = 0
        matters = true
        yield { kind: 'start', known: false }
      }
      const at = checkedAt
      const readNumber = checked
      const upTo = head?.seq ?? 0
      const entries = position < upTo ? await pageAfter(position, upTo, matters) : []
      const last = entries.at(-1)
      if (last !== undefined) yield { kind: 'revocations', entries }
      if (entries.length === PAGE && last !== undefined) {
        position = last.seq
        continue
      }
      position = Math.max(position, upTo, last?.seq ?? 0)
      matters = false
      if (ofCopy !== copy) continue
      if (readNumber !== told) {
        told = readNumber
        yield { kind: 'heartbeat', at, read: readNumber, changes }
      } else yield { kind: 'turn' }
      await next
    }
  }

  return {
    get followers() {
      return followers
    },
    async *follow(after) {
      if (followers >= maxFollowers) throw problem('server.busy')
      followers++
      stopping.addEventListener('abort', giveTurn)
      try {
        const isFirst = starting === undefined
        const started = starting ?? start(after)
        starting = started
        const isKnown = await started.catch((error: unknown) => {
          if (starting === started) starting = undefined
          throw error
        })
        yield* news(after, isFirst ? isKnown : undefined)
      } finally {
        followers--
        if (followers === 0) stopping.removeEventListener('abort', giveTurn)
        endIfUnused()
      }
    },
  }
}

const isSame = (one: RevocationCursor, other: RevocationCursor): boolean =>
  one.seq === other.seq && one.nonce === other.nonce

async function hashed({ subject, ...row }: RevocationRow): Promise<Revocation> {
  const digest = await primitives.digest('SHA-256', utf8(subject))
  return { ...row, hash: base64url(digest.slice(0, 16)) }
}

/** For runtimes in which a request may not use what another one has opened. */
export const createOwnRevocations = (options: RevocationOptions): Revocations => ({
  followers: 0,
  follow: (after) => createRevocations(options).follow(after),
})
