/** A list of the API, `{ items, nextCursor }`, as far as the person has read it. */
import { type Signal, signal } from '@preact/signals'
import { call, type Problem } from './api.ts'

export interface List<T> {
  items: Signal<readonly T[]>
  /** Whether the first page, or a further one, is on its way. */
  loading: Signal<boolean>
  /** Whether the first page has arrived. */
  ready: Signal<boolean>
  problem: Signal<Problem | undefined>
  /** Whether there are further pages. */
  more: Signal<boolean>
  /** Begins again with this query. An answer to an earlier query that comes later is dropped. */
  load(query?: Record<string, string | undefined>): Promise<void>
  /** Begins again with the query of the last `load`, after a change. */
  reload(): Promise<void>
  /** Reads the next page, or again the one that failed. Does nothing while one is on its way. */
  next(): Promise<void>
}

/** `path` has no query. */
export function pagedList<T>(path: string, limit = 50): List<T> {
  const items = signal<readonly T[]>([])
  const loading = signal(false)
  const ready = signal(false)
  const problem = signal<Problem | undefined>(undefined)
  const more = signal(false)
  let asked: Record<string, string | undefined> = {}
  let cursor: string | null = null
  let current = new AbortController()

  async function read(from: AbortController): Promise<void> {
    loading.value = true
    const query = new URLSearchParams({ limit: String(limit) })
    for (const [name, value] of Object.entries(asked)) if (value) query.set(name, value)
    if (cursor !== null) query.set('cursor', cursor)
    const answer = await call<{ items: T[]; nextCursor?: string | null }>('GET', `${path}?${query}`, undefined, from)
    if (from !== current) return // the person asks for something else by now
    loading.value = false
    if (!answer.ok) {
      problem.value = answer.problem
      // What was seen with a permission that is lost is not left standing.
      if (cursor === null && answer.problem.status === 403) items.value = []
      return
    }
    items.value = cursor === null ? answer.body.items : [...items.value, ...answer.body.items]
    cursor = answer.body.nextCursor ?? null
    more.value = cursor !== null
    problem.value = undefined
    ready.value = true
  }

  async function load(query: Record<string, string | undefined> = {}): Promise<void> {
    current.abort()
    current = new AbortController()
    asked = query
    cursor = null
    await read(current)
  }

  return {
    items,
    loading,
    ready,
    problem,
    more,
    load,
    reload: () => load(asked),
    async next() {
      if (!loading.value && (cursor !== null || problem.value !== undefined || !ready.value)) await read(current)
    },
  }
}
