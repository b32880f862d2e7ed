/** @jsxImportSource preact */
/** Whether the log is as it was sealed: the last link, the last verification, and a new one. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, Code, Details, type Tone, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { Waiting } from '../../../../../browser/waiting.tsx'

interface Verified {
  at: string
  result: 'intact' | 'changed' | 'key-unknown' | 'unfinished'
  events: number
  links: number
  findings: number
  first: readonly { kind: string; position: number; eventId?: string }[]
}

interface VerificationState {
  sealed: { position: number; at: string; head: string } | null
  waiting: number
  overdue: number
  running: { since: string; jobId: string } | null
  last: Verified | null
}

const PATH = '/v1/audit-events/verification'
const ASK_AGAIN_MS = 1_500

const RESULTS: Readonly<Record<Verified['result'], { title: string; tone: Tone; means: string }>> = {
  intact: { title: 'intact', tone: 'good', means: 'Every sealed event is as it was sealed.' },
  changed: {
    title: 'changed',
    tone: 'bad',
    means:
      'The log was changed after it was sealed. Keep a copy of the database, and compare it with a backup that verifies.',
  },
  'key-unknown': {
    title: 'another secret',
    tone: 'bad',
    means: 'Links were sealed under another APP_SECRET. Verify them on the command line, with that secret.',
  },
  unfinished: {
    title: 'unfinished',
    tone: 'plain',
    means: 'The log is too long for a job. Verify it on the command line.',
  },
}

export function Verification() {
  const state = useLoaded<VerificationState>(PATH)
  const isOpen = useSignal(false)
  const running = state.value?.running ?? null
  useEffect(() => {
    if (running === null) return
    const timer = setInterval(() => void state.reload(), ASK_AGAIN_MS)
    return () => clearInterval(timer)
  }, [running === null])
  if (state.value === undefined) return <Waiting of={state} />
  const { sealed, waiting, overdue, last } = state.value
  const result = last && RESULTS[last.result]
  return (
    <details class="card verification">
      <summary>
        <span>Integrity</span>{' '}
        {running !== null ? (
          <Badge tone="brand">verifying …</Badge>
        ) : result ? (
          <Badge tone={result.tone}>{result.title}</Badge>
        ) : (
          <Badge>not verified yet</Badge>
        )}{' '}
        {overdue > 0 && <Badge tone="bad">{overdue} wait too long for their seal</Badge>}
      </summary>
      <Details
        items={[
          [
            'Last seal',
            sealed === null ? (
              'Nothing is sealed yet.'
            ) : (
              <span key="seal">
                link {sealed.position}, <When at={sealed.at} />
              </span>
            ),
          ],
          ['Head', sealed && <Code key="head" text={sealed.head} />],
          ['Without a seal', `${waiting} ${waiting === 1 ? 'event' : 'events'}; the next seal is within five minutes`],
          [
            'Last verified',
            last && (
              <span key="last">
                <When at={last.at} />: {last.events} events in {last.links} {last.links === 1 ? 'link' : 'links'}.{' '}
                {result?.means}
              </span>
            ),
          ],
        ]}
      />
      {last !== null && last.first.length > 0 && (
        <ul aria-label="Findings">
          {last.first.map(({ kind, position, eventId }) => (
            <li key={`${kind} ${position} ${eventId ?? ''}`}>
              <code>{kind}</code> in link {position} {eventId !== undefined && <code>{eventId}</code>}
            </li>
          ))}
          {last.findings > last.first.length && <li>… and {last.findings - last.first.length} more.</li>}
        </ul>
      )}
      <p class="soft">
        Store the head in another place. An attacker with the database and APP_SECRET could write a whole new log, and
        only a stored head finds that.
      </p>
      <div class="buttons">
        <button
          type="button"
          class="button quiet small"
          disabled={running !== null}
          onClick={() => {
            isOpen.value = true
          }}
        >
          Verify now
        </button>
      </div>
      {isOpen.value && (
        <ActDialog<VerificationState>
          title="Verify the audit log?"
          call={{ method: 'POST', path: PATH }}
          cli={['audit', 'verify']}
          submit="Verify"
          onDone={(body) => state.keep(body, undefined)}
          onClose={() => {
            isOpen.value = false
          }}
        >
          <p>A job compares every sealed event with its seal. The result is an event of the log.</p>
        </ActDialog>
      )}
    </details>
  )
}
