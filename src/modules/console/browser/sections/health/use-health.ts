/** What `GET /readyz` says, again every few seconds while the page is seen. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { send } from '../../../../../browser/api.ts'

export interface Health {
  ready: boolean
  checks: readonly { name: string; ok: boolean }[]
  warnings: readonly { code: string; message: string }[]
  /** ms, by the clock of this browser. */
  readAt: number
}

const EVERY_MS = 10_000
const CHECKS = ['database', 'migrations', 'keys'] as const

export function useHealth(): { state: Health | undefined; reload: () => void } {
  const state = useSignal<Health | undefined>(undefined)
  const read = async () => {
    state.value = await readHealth()
  }
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') void read()
    }
    look()
    const timer = setInterval(look, EVERY_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
  return { state: state.value, reload: () => void read() }
}

/** A server that is not ready names the failed checks as `/database`. One that does not answer has failed as a whole. */
async function readHealth(): Promise<Health> {
  const answer = await send<{ warnings: { code: string; message: string }[] }>({ method: 'GET', path: '/readyz' })
  const readAt = Date.now()
  if (answer.ok)
    return { ready: true, checks: CHECKS.map((name) => ({ name, ok: true })), warnings: answer.body.warnings, readAt }
  const failed = new Set(answer.problem.errors.map(({ path }) => path.slice(1)))
  if (failed.size === 0) return { ready: false, checks: [{ name: 'server', ok: false }], warnings: [], readAt }
  const others = [...failed].filter((name) => !CHECKS.some((check) => check === name))
  return {
    ready: false,
    checks: [...CHECKS, ...others].map((name) => ({ name, ok: !failed.has(name) })),
    warnings: [],
    readAt,
  }
}
