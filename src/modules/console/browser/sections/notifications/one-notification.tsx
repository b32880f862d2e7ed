/** @jsxImportSource preact */
/** One notification as its senders see it: what it says, whom it reached, and the act that takes it back. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, Code, Details, Json, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { ItemPage } from '../../item.tsx'
import { learnNames } from '../account-names.ts'
import { AccountId } from '../people-links.tsx'
import type { Scoped } from '../scope.ts'
import { inWords, personOf, type SentNotification, STATE_TONES } from './sent.ts'

/** How often the page asks while jobs send. */
const EACH_MS = 2_000

export function OneNotification({ id, orgId, rights }: Scoped & { id: string }) {
  const path = `/v1/notifications/${encodeURIComponent(id)}`
  const loaded = useLoaded<SentNotification>(path)
  const retracting = useSignal(false)
  const { value } = loaded
  const reload = () => void loaded.reload()
  useEffect(() => {
    if (value?.state !== 'sending') return
    const timer = setTimeout(reload, EACH_MS)
    return () => clearTimeout(timer)
  }, [value, loaded.problem])
  useEffect(() => {
    if (value !== undefined) void learnNames(value.to.map((target) => personOf(target) ?? null))
  }, [value?.id])
  return (
    <ItemPage
      of={loaded}
      list="Notifications"
      what="notification"
      titleOf={({ title }) => title}
      actions={({ state }) =>
        rights.may('notifications:write') &&
        state !== 'retracted' && (
          <button type="button" class="button quiet" data-tone="bad" onClick={() => (retracting.value = true)}>
            Retract
          </button>
        )
      }
    >
      {(sent) => (
        <>
          <section class="card">
            <Details
              items={[
                ['Id', <Code text={sent.id} />],
                ['Kind', <code>{sent.kind}</code>],
                [
                  'State',
                  <span role="status">
                    <Badge tone={STATE_TONES[sent.state]}>{sent.state}</Badge> {MEANS[sent.state]}
                  </span>,
                ],
                ['Reached', `${sent.recipients.toLocaleString('en')} ${sent.recipients === 1 ? 'person' : 'people'}`],
                // Who writes to one organisation from the page of the instance finds it there.
                sent.orgId !== null &&
                  sent.orgId !== orgId && [
                    'Sent in',
                    <a href={`/console/orgs/${sent.orgId}/notifications?item=${sent.id}`}>{sent.orgId}</a>,
                  ],
                ['Sent', <When at={sent.createdAt} />],
                sent.state !== 'sending' && ['Ended', <When at={sent.finishedAt} />],
              ]}
            />
          </section>
          <h3>Text</h3>
          <section class="card">
            <p class="as-written">{sent.body ?? <span class="soft">It has a title alone.</span>}</p>
            {sent.data !== null && <Json label="Data" value={sent.data} />}
          </section>
          <h3>To</h3>
          <ul class="items card">
            {sent.to.map((target, at) => {
              const person = personOf(target)
              return (
                <li key={at}>
                  {person === undefined ? inWords(target, orgId, person) : <AccountId id={person} orgId={orgId} />}
                </li>
              )
            })}
          </ul>
          {retracting.value && (
            <ActDialog
              title="Retract the notification?"
              call={{ method: 'DELETE', path }}
              submit="Retract"
              tone="bad"
              done="The notification is retracted."
              onDone={reload}
              onStale={reload}
              onClose={() => (retracting.value = false)}
            >
              <p>It leaves the list of everybody who has it, and nobody else gets it. A mail that was sent stays.</p>
            </ActDialog>
          )}
        </>
      )}
    </ItemPage>
  )
}

const MEANS: Readonly<Record<SentNotification['state'], string>> = {
  sending: 'Jobs bring it to the others.',
  sent: 'All have it.',
  stopped: 'Its sender lost the permission before all had it.',
  retracted: 'Nobody sees it any more.',
}
