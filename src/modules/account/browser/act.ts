/** A request that a person makes by a press: once at a time, with its failure beside it. */
import { useSignal } from '@preact/signals'
import { type Answer, call, type Method, type Problem } from '../../../browser/api.ts'

export interface Act {
  busy: boolean
  problem: Problem | undefined
  /** Undefined while an earlier press is on its way: a second one does nothing. */
  send<T = unknown>(method: Method, path: string, body?: unknown): Promise<Answer<T> | undefined>
  /** The same for several requests that are one act. */
  run<A extends { ok: true } | { ok: false; problem: Problem }>(act: () => Promise<A>): Promise<A | undefined>
  forget(): void
}

export function useAct(): Act {
  const busy = useSignal(false)
  const problem = useSignal<Problem | undefined>(undefined)
  async function run<A extends { ok: true } | { ok: false; problem: Problem }>(act: () => Promise<A>) {
    if (busy.peek()) return undefined
    busy.value = true
    problem.value = undefined
    const answer = await act()
    busy.value = false
    if (!answer.ok) problem.value = answer.problem
    return answer
  }
  return {
    busy: busy.value,
    problem: problem.value,
    run,
    send: <T>(method: Method, path: string, body?: unknown) => run(() => call<T>(method, path, body)),
    forget() {
      problem.value = undefined
    },
  }
}
