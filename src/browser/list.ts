/**
 * A list of the API, `{ items, nextCursor }`, as far as the person has read it. However far that is, only the pages around what the
 * person sees are in memory (`held-pages.ts`). The others are read again when they come near.
 */
import { batch, type Signal, signal } from '@preact/signals'
import { call, type Problem } from './api.ts'
import { heldPages, type PageEdit } from './held-pages.ts'

export interface List<T> {
  /** The rows in memory. */
  items: Signal<readonly T[]>
  /** How many rows were read before and after those. */
  before: Signal<number>
  after: Signal<number>
  /** Whether a page is on its way. */
  loading: Signal<boolean>
  /** Whether the first page has arrived. */
  ready: Signal<boolean>
  problem: Signal<Problem | undefined>
  /** Whether there are pages that were never read. */
  more: Signal<boolean>
  /** Counts the queries whose first page has arrived. The same query again is none. */
  begun: Signal<number>
  /** Begins again with this query. An answer to an earlier query that comes later is dropped. */
  load(query?: Record<string, string | undefined>): Promise<void>
  /** Begins again with the query of the last `load`, after a change. */
  reload(): Promise<void>
  /** Reads the next page, or again the one that failed. Does nothing while one is on its way. */
  next(): Promise<void>
  /** The person sees these rows, counted from the first one of the list: reads one page of those that are not in memory. */
  near(first: number, last: number): Promise<void>
  /** Puts a change into each page in memory. */
  change(edit: PageEdit<T>): void
}

/** Pages that a table holds: some windows of rows in each direction. */
const HELD_PAGES = 20

/** `path` has no query. `held`: `Infinity` for a view that draws every row that was read. */
export function pagedList<T>(path: string, limit = 50, held = HELD_PAGES): List<T> {
  const items = signal<readonly T[]>([])
  const before = signal(0)
  const after = signal(0)
  const loading = signal(false)
  const ready = signal(false)
  const problem = signal<Problem | undefined>(undefined)
  const more = signal(false)
  const begun = signal(0)
  let asked: Record<string, string | undefined> = {}
  /** Whether the first page of another query is on its way. */
  let isOther = true
  let pages = heldPages<T>(held)
  /** The page that was asked for last. */
  let wanted = 0
  let current = new AbortController()

  function publish(): void {
    const rows = pages.rows()
    batch(() => {
      items.value = rows.items
      before.value = rows.before
      after.value = rows.after
      more.value = pages.hasMore()
    })
  }

  async function read(page: number, from: AbortController): Promise<void> {
    const cursor = pages.cursorOf(page)
    if (cursor === undefined) return
    loading.value = true
    wanted = page
    const query = new URLSearchParams({ limit: String(limit) })
    for (const [name, value] of Object.entries(asked)) if (value) query.set(name, value)
    if (cursor !== null) query.set('cursor', cursor)
    const answer = await call<{ items: T[]; nextCursor?: string | null }>('GET', `${path}?${query}`, undefined, from)
    if (from !== current) return // the person asks for something else by now
    loading.value = false
    if (!answer.ok) {
      problem.value = answer.problem
      // What was seen with a permission that is lost is not left standing.
      if (pages.isEmpty() && answer.problem.status === 403) publish()
      return
    }
    pages.take(page, answer.body.items, answer.body.nextCursor ?? null)
    publish()
    problem.value = undefined
    ready.value = true
    if (isOther) begun.value += 1
    isOther = false
  }

  async function load(query: Record<string, string | undefined> = {}): Promise<void> {
    current.abort()
    current = new AbortController()
    isOther ||= JSON.stringify(query) !== JSON.stringify(asked)
    asked = query
    pages = heldPages(held)
    await read(0, current)
  }

  const mustRetry = () => problem.value !== undefined || !ready.value

  return {
    items,
    before,
    after,
    loading,
    ready,
    problem,
    more,
    begun,
    load,
    reload: () => load(asked),
    async next() {
      if (!loading.value) await read(mustRetry() ? wanted : pages.end(), current)
    },
    async near(first, last) {
      if (loading.value || mustRetry() || pages.isEmpty()) return
      const page = pages.missing(first, last)
      if (page !== undefined) await read(page, current)
    },
    change(edit) {
      if (pages.isEmpty()) return // the first page will have it
      pages.change(edit)
      publish()
    },
  }
}
