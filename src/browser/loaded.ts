/**
 * One thing of the API, read when the component appears, and again when its path changes or `reload` is called.
 *
 *     const client = useLoaded<OAuthClient>(`/v1/oauth-clients/${id}`)
 *     if (client.value === undefined) return <Waiting of={client} />
 *
 * `path` undefined: nothing is read, for example without the permission.
 */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { call, type Problem } from './api.ts'

export interface Loaded<T> {
  readonly value: T | undefined
  /** The version, for `ifMatch`. */
  readonly etag: string | undefined
  readonly problem: Problem | undefined
  readonly loading: boolean
  reload(): Promise<void>
  /** What an answer to a change brought. */
  keep(value: T, etag: string | undefined): void
}

interface State<T> {
  path: string | undefined
  value?: T | undefined
  etag?: string | undefined
  problem?: Problem | undefined
}

export function useLoaded<T>(path: string | undefined): Loaded<T> {
  const state: Signal<State<T>> = useSignal<State<T>>({ path: undefined })
  const current = useRef(0)
  const read = async () => {
    current.current += 1
    const turn = current.current
    if (path === undefined) return
    const answer = await call<T>('GET', path)
    if (turn !== current.current) return // something else is asked for by now
    state.value = answer.ok
      ? { path, value: answer.body, etag: answer.etag }
      : { path, problem: answer.problem, value: state.peek().path === path ? state.peek().value : undefined }
  }
  useEffect(() => {
    void read()
    return () => {
      current.current += 1
    }
  }, [path])
  const shown: State<T> = state.value.path === path ? state.value : { path }
  return {
    value: shown.value,
    etag: shown.etag,
    problem: shown.problem,
    loading: path !== undefined && shown.value === undefined && shown.problem === undefined,
    reload: read,
    keep: (value, etag) => {
      state.value = { path, value, etag }
    },
  }
}
