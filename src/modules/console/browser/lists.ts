/** Lists of the API as `Rows` takes them. */
import { useEffect, useMemo } from 'preact/hooks'
import { pagedList } from '../../../browser/list.ts'
import { useLoaded } from '../../../browser/loaded.ts'
import type { RowsOf } from './rows.tsx'

export interface Reloadable<T> extends RowsOf<T> {
  reload: () => void
}

/** A list by pages. It begins again when the query changes. */
export function usePages<T>(path: string, query: Record<string, string | undefined> = {}): Reloadable<T> {
  const list = useMemo(() => pagedList<T>(path, undefined, Number.POSITIVE_INFINITY), [path])
  const asked = JSON.stringify(query)
  const reload = () => void list.load(query)
  useEffect(reload, [list, asked])
  const { items, loading, problem, more } = list
  return {
    items: loading.value && items.value.length === 0 ? undefined : items.value,
    loading: loading.value,
    problem: problem.value,
    next: more.value ? () => void list.next() : undefined,
    reload,
  }
}

/** A list that comes whole. `path` undefined: it is not asked for. */
export function useWhole<T>(path: string | undefined): Reloadable<T> {
  const { value, loading, problem, reload } = useLoaded<{ items: readonly T[] }>(path)
  return { items: value?.items, loading, problem, reload: () => void reload() }
}

export const withQuery = (path: string, query: Record<string, string | null | undefined>): string => {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []))
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}
