/** @jsxImportSource preact */
/** Says, on each page, that an administrator acts as another person, and ends it. */
import { useAct } from './act.tsx'
import { leaveFor } from './api.ts'
import { Failure } from './notice.tsx'

export function ActingBar({ email, back = '/console' }: { email: string; back?: string }) {
  const act = useAct()
  async function stop(): Promise<void> {
    const answer = await act.run({ method: 'POST', path: '/v1/auth/sign-out' })
    if (answer?.ok) leaveFor(`/sign-in?${new URLSearchParams({ return_to: back })}`)
  }
  return (
    <section class="acting" aria-label="Acting as another person">
      <p>
        You act as <strong>{email}</strong>. What you do is recorded under your name.
      </p>
      <button type="button" class="button quiet small" disabled={act.busy} onClick={stop}>
        Stop
      </button>
      <Failure problem={act.problem} />
    </section>
  )
}
