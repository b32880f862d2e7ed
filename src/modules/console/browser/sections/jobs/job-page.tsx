/** @jsxImportSource preact */
/** One job: why it failed, and what can be done with it. What it carries is never shown. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { Badge, Code, Details, When } from '../../../../../browser/detail.tsx'
import { Heading } from '../../../../../browser/heading.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { Scroll } from '../../../../../browser/scroll.tsx'
import { Waiting } from '../../../../../browser/waiting.tsx'
import { can } from '../../viewer.ts'
import { isOpen, type Job, STATES } from './job.ts'

export function JobPage({ id }: { id: string }) {
  const path = `/v1/jobs/${encodeURIComponent(id)}`
  const loaded = useLoaded<Job>(path)
  const open = useSignal<'retry' | 'discard' | undefined>(undefined)
  const job = loaded.value
  const close = () => {
    open.value = undefined
  }
  const back = { href: '/console/jobs', label: 'Jobs' }
  if (job === undefined)
    return (
      <>
        <Heading title="Job" back={back} />
        <Waiting of={loaded} gone={{ what: 'job', ...back }} />
      </>
    )
  const state = STATES[job.state]
  return (
    <>
      <Heading title={`Job: ${job.kind}`} back={back}>
        {can('jobs:write') && isOpen(job) && (
          <>
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                open.value = 'discard'
              }}
            >
              Discard
            </button>
            <button
              type="button"
              class="button"
              onClick={() => {
                open.value = 'retry'
              }}
            >
              Retry now
            </button>
          </>
        )}
      </Heading>
      <div class="card">
        <Details
          items={[
            ['Id', <Code key="id" text={job.id} />],
            [
              'State',
              <span key="state">
                <Badge tone={state.tone}>{state.title}</Badge> <span class="soft">{state.means}</span>
              </span>,
            ],
            ['For', job.userId && <a href={`/console/users/${job.userId}`}>{job.userId}</a>],
            ['Attempts', String(job.attempts)],
            job.state === 'pending' && ['Next attempt', <When key="next" at={job.runAt} />],
            ['Queued', <When key="queued" at={job.createdAt} />],
            ['Ended', <When key="ended" at={job.finishedAt} />],
          ]}
        />
        {job.lastError !== null && (
          <>
            <h2>Why the last attempt failed</h2>
            <Scroll label="Why the last attempt failed">{job.lastError}</Scroll>
          </>
        )}
      </div>
      <AsCommand call={{ method: 'GET', path }} />
      {open.value === 'retry' && (
        <ActDialog<Job>
          title="Retry this job now?"
          call={{ method: 'POST', path: `${path}/retry` }}
          cli={['jobs', 'retry', id]}
          submit="Retry"
          done="The job is due now."
          onDone={(body) => loaded.keep(body, undefined)}
          onStale={() => void loaded.reload()}
          onClose={close}
        >
          <p>
            It becomes due at once, and its attempts are counted from 0 again. If it runs now, it is done once more.
          </p>
        </ActDialog>
      )}
      {open.value === 'discard' && (
        <ActDialog<Job>
          title="Discard this job?"
          call={{ method: 'POST', path: `${path}/discard` }}
          cli={['jobs', 'discard', id]}
          submit="Discard"
          tone="bad"
          done="The job is discarded."
          onDone={(body) => loaded.keep(body, undefined)}
          onStale={() => void loaded.reload()}
          onClose={close}
        >
          <p>It is never tried again, and what it carries, such as a mail, is deleted. This cannot be undone.</p>
        </ActDialog>
      )}
    </>
  )
}
