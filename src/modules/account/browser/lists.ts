/** The lists of the page. Each is read when its section opens, and again when the person comes back to the window. */
import { type Signal, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call, type Problem } from '../../../browser/api.ts'

export interface Listed<T> {
  /** Undefined until the first answer. */
  items: Signal<readonly T[] | undefined>
  problem: Signal<Problem | undefined>
  /** Whether there are further pages. */
  more: Signal<boolean>
  read(): Promise<void>
  next(): Promise<void>
}

interface Page<T> {
  items: T[]
  nextCursor?: string | null
}

const open = new Set<Listed<unknown>>()

/** Reads again what is on the screen. */
export const refresh = (): Promise<unknown> => Promise.all([...open].map((one) => one.read()))

export function list<T>(path: string): Listed<T> {
  const items = signal<readonly T[] | undefined>(undefined)
  const problem = signal<Problem | undefined>(undefined)
  const more = signal(false)
  let cursor: string | null = null
  let turn = 0
  async function read(after: string | null): Promise<void> {
    turn += 1
    const mine = turn
    const query = after === null ? '' : `?${new URLSearchParams({ cursor: after })}`
    const answer = await call<Page<T>>('GET', path + query)
    if (mine !== turn) return // it is read anew by now
    problem.value = answer.ok ? undefined : answer.problem
    if (!answer.ok) return
    items.value = after === null ? answer.body.items : [...(items.peek() ?? []), ...answer.body.items]
    cursor = answer.body.nextCursor ?? null
    more.value = cursor !== null
  }
  return { items, problem, more, read: () => read(null), next: () => read(cursor) }
}

/** Reads the list while the component is on the screen. */
export function useList<T>(listed: Listed<T>): void {
  useEffect(() => {
    open.add(listed)
    void listed.read()
    return () => {
      open.delete(listed)
    }
  }, [listed])
}
