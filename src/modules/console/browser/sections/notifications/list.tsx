/** @jsxImportSource preact */
/** What was sent in the last 90 days, in the instance or in an organisation. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { navigate } from '../../../../../browser/navigation.ts'
import { itemHref, openItem } from '../../item.tsx'
import { usePages } from '../../lists.ts'
import { Rows } from '../../rows.tsx'
import { accountName, learnNames } from '../account-names.ts'
import { inScope, nameOfScope, type Scoped } from '../scope.ts'
import { NewNotification } from './new-notification.tsx'
import { OneNotification } from './one-notification.tsx'
import { inWords, personOf, type SentNotification, STATE_TONES } from './sent.ts'

export function Notifications({ orgId, rights }: Scoped) {
  const item = openItem()
  const scoped = { orgId, rights }
  return item === '' ? <List {...scoped} /> : <OneNotification key={item} id={item} {...scoped} />
}

function List({ orgId, rights }: Scoped) {
  const sent = usePages<SentNotification>('/v1/notifications', inScope(orgId))
  const writing = useSignal(false)
  useEffect(() => {
    void learnNames((sent.items ?? []).map(({ to: [first] }) => (first && personOf(first)) ?? null))
  }, [sent.items])
  return (
    <>
      <div class="toolbar">
        <p class="lead">Those of the last 90 days.</p>
        <button type="button" class="button quiet" onClick={sent.reload}>
          Refresh
        </button>
        {rights.may('notifications:write') && (
          <button type="button" class="button" onClick={() => (writing.value = true)}>
            New notification
          </button>
        )}
      </div>
      <Rows
        label="Notifications"
        of={sent}
        columns={['Title', 'To', 'State', 'Reached', 'Sent']}
        rowKey={({ id }) => id}
        empty={`No notification was sent in ${nameOfScope(orgId)} in the last 90 days.`}
        cells={({ id, title, kind, to, state, recipients, createdAt }) => [
          <>
            <a href={itemHref(id)}>
              <bdi>{title}</bdi>
            </a>
            <div class="soft">{kind}</div>
          </>,
          <Whom to={to} orgId={orgId} />,
          <Badge tone={STATE_TONES[state]}>{state}</Badge>,
          recipients.toLocaleString('en'),
          <When at={createdAt} />,
        ]}
      />
      {writing.value && (
        <NewNotification
          orgId={orgId}
          rights={rights}
          onDone={({ id }) => navigate(itemHref(id))}
          onClose={() => (writing.value = false)}
        />
      )}
    </>
  )
}

/** The first target, and how many more. */
function Whom({ to, orgId }: { to: SentNotification['to']; orgId: string | null }) {
  const [first] = to
  if (first === undefined) return null
  const person = personOf(first)
  return (
    <>
      <bdi>{inWords(first, orgId, person && accountName(person))}</bdi>
      {to.length > 1 && <span class="soft"> and {to.length - 1} more</span>}
    </>
  )
}
