/** @jsxImportSource preact */
/** Whether the server is well, and what to do where it is not. */
import { AsCommand } from '../../../../browser/as-command.tsx'
import { Badge } from '../../../../browser/detail.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { useLoaded } from '../../../../browser/loaded.ts'
import { can } from '../viewer.ts'
import { useHealth } from './health/use-health.ts'

/** What each check says, and the way out. */
const CHECKS: Readonly<Record<string, { means: string; todo: string }>> = {
  database: {
    means: 'The database answers, and its file is in place and intact.',
    todo: 'Look at the log of the server: it names the fault and the next step. The server tries again by itself.',
  },
  migrations: {
    means: 'The database has every migration of this release.',
    todo: 'Start the release that belongs to this database, or run bun run cli migrate.',
  },
  keys: {
    means: 'There is a key that signs tokens, and APP_SECRET opens it.',
    todo: 'Set the APP_SECRET with which this database was made. After a change, set the old one as APP_SECRET_PREVIOUS.',
  },
  shutdown: { means: 'The process takes requests.', todo: 'The process is stopping. Another one takes its place.' },
  server: {
    means: 'The server answers.',
    todo: 'Check your connection, then whether the process runs and the proxy in front reaches it.',
  },
}

export default function HealthPage() {
  const { state, reload } = useHealth()
  return (
    <>
      <Heading title="Health" lead="Asked again every ten seconds while you look at this page.">
        <button type="button" class="button quiet" onClick={reload}>
          Check now
        </button>
      </Heading>
      <p role="status" class="verdict" data-ok={state?.ready ?? true}>
        {state === undefined
          ? 'Loading …'
          : state.ready
            ? state.warnings.length === 0
              ? 'Everything is well.'
              : 'The server is ready. Something should be changed.'
            : 'The server is not ready: load balancers send it no traffic.'}
      </p>
      <ul class="items card checks">
        {state?.checks.map(({ name, ok }) => (
          <li key={name}>
            <div>
              <strong>{name}</strong>
              <p class="soft">{ok ? CHECKS[name]?.means : (CHECKS[name]?.todo ?? 'Look at the log of the server.')}</p>
            </div>
            <Badge tone={ok ? 'good' : 'bad'}>{ok ? 'ok' : 'failed'}</Badge>
          </li>
        ))}
      </ul>
      <h2>Warnings</h2>
      {state?.warnings.length === 0 && <p class="soft">There are none.</p>}
      {(state?.warnings.length ?? 0) > 0 && (
        <ul class="items card checks">
          {state?.warnings.map(({ code, message }) => (
            <li key={code}>
              <div>
                <code>{code}</code>
                <p>{message}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
      <h2>Work in the background</h2>
      <ul class="items card checks">
        {can('jobs:read') && <DeadJobs />}
        {can('audit:read') && <SealState />}
      </ul>
      <AsCommand call={{ method: 'GET', path: '/readyz' }} bearer={false} />
      <p class="soft">
        The binary and the container answer the same as an exit code: <code>threeger healthcheck</code>.
      </p>
    </>
  )
}

function DeadJobs() {
  const jobs = useLoaded<{ items: readonly unknown[]; nextCursor: string | null }>('/v1/jobs?state=dead&limit=100')
  const count = jobs.value?.items.length
  return (
    <li>
      <div>
        <strong>Jobs</strong>
        <p class="soft">
          {count === undefined
            ? 'Loading …'
            : count === 0
              ? 'No job was given up.'
              : `${jobs.value?.nextCursor ? 'More than ' : ''}${count} ${count === 1 ? 'job was' : 'jobs were'} given up. Repair the cause, then retry them.`}
        </p>
      </div>
      {count !== undefined && count > 0 ? (
        <a href="/console/jobs?state=dead">See them</a>
      ) : (
        <Badge tone="good">ok</Badge>
      )}
    </li>
  )
}

function SealState() {
  const seals = useLoaded<{ overdue: number }>('/v1/audit-events/verification')
  const overdue = seals.value?.overdue
  return (
    <li>
      <div>
        <strong>Seal of the audit log</strong>
        <p class="soft">
          {overdue === undefined
            ? 'Loading …'
            : overdue === 0
              ? 'New events get their seal in time.'
              : `${overdue} events have waited for their seal for more than an hour. Check that scheduled work runs: on some platforms it needs a schedule of its own.`}
        </p>
      </div>
      {overdue !== undefined && <Badge tone={overdue === 0 ? 'good' : 'bad'}>{overdue === 0 ? 'ok' : 'late'}</Badge>}
    </li>
  )
}
