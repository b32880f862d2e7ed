/** @jsxImportSource preact */
/** Retries every job that was given up, a hundred at a time. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { call, type Problem } from '../../../../../browser/api.ts'
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { Dialog } from '../../../../../browser/dialog.tsx'
import { Failure } from '../../../../../browser/notice.tsx'
import { toast } from '../../../../../browser/toast.tsx'
import type { Job } from './job.ts'

const AT_ONCE = 100

export function RetryAll({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const busy = useSignal(false)
  const retried = useSignal(0)
  const problem = useSignal<Problem | undefined>(undefined)
  const isStopped = useRef(false)
  const stop = () => {
    isStopped.current = true
    if (retried.peek() > 0) onDone()
    onClose()
  }
  const press = async (event: Event) => {
    event.preventDefault()
    if (busy.peek()) return
    busy.value = true
    problem.value = undefined
    let cursor: string | null = null
    // From the newest to the oldest, so a job that fails again meanwhile is not retried twice.
    do {
      const query = new URLSearchParams({ state: 'dead', limit: String(AT_ONCE), ...(cursor !== null && { cursor }) })
      const page = await call<{ items: Job[]; nextCursor: string | null }>('GET', `/v1/jobs?${query}`)
      if (!page.ok) return fail(page.problem)
      const ids = page.body.items.map(({ id }) => id)
      if (ids.length > 0) {
        const answer = await call<{ retried: string[] }>('POST', '/v1/jobs/retry', { ids })
        if (!answer.ok) return fail(answer.problem)
        retried.value += answer.body.retried.length
      }
      cursor = page.body.nextCursor
    } while (cursor !== null && !isStopped.current)
    busy.value = false
    if (isStopped.current) return
    toast(retried.value === 1 ? '1 job is due now.' : `${retried.value} jobs are due now.`)
    onDone()
    onClose()
  }
  const fail = (found: Problem) => {
    busy.value = false
    problem.value = found
  }
  return (
    <Dialog title="Retry all jobs that were given up?" onClose={stop}>
      <form onSubmit={press} aria-busy={busy.value}>
        <p>
          Each becomes due at once, and its attempts are counted from 0 again. Do this when the cause is repaired, for
          example when the mail server works again.
        </p>
        <p role="status">{busy.value ? `${retried.value} so far …` : ''}</p>
        <Failure problem={problem.value} />
        <AsCommand
          call={{ method: 'POST', path: '/v1/jobs/retry', body: { ids: ['job_…'] } }}
          cli={['jobs', 'retry', '--dead']}
        />
        <div class="buttons">
          <button type="button" class="button quiet" onClick={stop}>
            {busy.value ? 'Stop' : 'Cancel'}
          </button>
          <button type="submit" class="button" disabled={busy.value}>
            Retry all
          </button>
        </div>
      </form>
    </Dialog>
  )
}
