/** @jsxImportSource preact */
/** The notifications of the person, which come in while the page shows them, and how they reach the person. */
import { signal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import type { Delivery, Notification, Preferences } from '../../notifications/schema.ts'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { followNotifications } from './follow.ts'
import { list, useList } from './lists.ts'
import { readUnread, unreadCount } from './me.ts'
import { Button, Card, Items, Row, Trouble } from './parts.tsx'
import { ago, dateAndTime, number, say } from './texts.ts'

const PATH = '/v1/me/notifications'
/** A page of the list. A person who has opened further ones reads there, and nothing moves below their eyes. */
const FIRST_PAGE = 20
const notifications = list<Notification>(PATH)

/** Leads to the list, and says how many are unread. */
export const Bell = () => {
  const count = unreadCount.value
  return (
    <a class="bell" href="/account/notifications" aria-label={say('notificationsUnread', { count: number(count) })}>
      <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
        <path
          d="M12 3a6 6 0 0 0-6 6v4l-2 4h16l-2-4V9a6 6 0 0 0-6-6Zm-2.5 16a2.5 2.5 0 0 0 5 0"
          fill="none"
          stroke="currentColor"
          stroke-width="1.75"
          stroke-linejoin="round"
        />
      </svg>
      {count > 0 && (
        <span class="bell-count" aria-hidden="true">
          {number(count)}
        </span>
      )}
    </a>
  )
}

const readAgain = async (): Promise<void> => {
  const isFirst = (notifications.items.peek()?.length ?? 0) <= FIRST_PAGE
  await Promise.all([readUnread(), isFirst ? notifications.read() : undefined])
}

export const Notifications = () => (
  <>
    <List />
    <Choices />
  </>
)

function List() {
  useList(notifications)
  useEffect(() => followNotifications(readAgain), [])
  const act = useAct()
  const newest = notifications.items.value?.[0]?.id
  const readAll = async () => {
    // Up to what is on the screen: what comes in meanwhile stays unread.
    const answer = await act.send('POST', `${PATH}/read`, { upTo: newest })
    if (!answer?.ok) return
    await Promise.all([notifications.read(), readUnread()])
    announce(say('notificationsAllRead'))
  }
  return (
    <Card
      id="notifications"
      title={say('notificationsList')}
      action={
        unreadCount.value > 0 &&
        newest !== undefined && (
          <Button busy={act.busy} onPress={readAll}>
            {say('notificationsReadAll')}
          </Button>
        )
      }
    >
      <Trouble problem={act.problem} />
      <Items of={notifications} none={say('notificationsNone')}>
        {(one) => <One key={one.id} one={one} />}
      </Items>
    </Card>
  )
}

function One({ one: { id, title, body, kind, createdAt, readAt } }: { one: Notification }) {
  const act = useAct()
  const mark = async () => {
    const answer = await act.send<Notification>('POST', `${PATH}/${id}/${readAt === null ? 'read' : 'unread'}`)
    if (answer?.ok) {
      // In its place: the list may have further pages.
      notifications.items.value = notifications.items.value?.map((other) => (other.id === id ? answer.body : other))
      await readUnread()
    } else if (answer?.problem.code === 'notification.not_found') await notifications.read()
  }
  return (
    <Row
      title={title}
      badge={readAt === null ? say('notificationNew') : undefined}
      lines={[body ?? undefined, `${ago(createdAt)} · ${dateAndTime(createdAt)} · ${kind}`]}
      actions={
        <Button about={title} busy={act.busy} onPress={mark}>
          {say(readAt === null ? 'notificationRead' : 'notificationUnread')}
        </Button>
      }
    >
      <Trouble problem={act.problem} />
    </Row>
  )
}

const preferences = signal<Preferences | undefined>(undefined)

function Choices() {
  const act = useAct()
  const { send } = act
  useEffect(() => {
    void send<Preferences>('GET', `${PATH}/preferences`).then((answer) => {
      if (answer?.ok) preferences.value = answer.body
    })
  }, [])
  const known = preferences.value
  const choose = async (body: unknown) => {
    const answer = await send<Preferences>('PATCH', `${PATH}/preferences`, body)
    if (!answer?.ok) return
    preferences.value = answer.body
    announce(say('saved'))
  }
  const kinds = known === undefined ? [] : [...new Set([...known.received, ...Object.keys(known.kinds)])].sort()
  return (
    <Card id="choices" title={say('choices')} text={say('choicesText')}>
      {known !== undefined && (
        <ul class="rows">
          {kinds.map((kind) => (
            <Choice
              key={kind}
              label={kind}
              value={Object.hasOwn(known.kinds, kind) ? known.kinds[kind] : undefined}
              mayFollow
              onChoose={(chosen) => choose({ kinds: { [kind]: chosen } })}
            />
          ))}
          <Choice
            label={say('choiceDefault')}
            value={known.default}
            onChoose={(chosen) => choose({ default: chosen ?? undefined })}
          />
        </ul>
      )}
      <Trouble problem={act.problem} />
    </Card>
  )
}

const DELIVERIES = [
  ['mail_digest', 'choiceMail'],
  ['in_app', 'choiceHere'],
  ['off', 'choiceOff'],
] as const satisfies readonly (readonly [Delivery, string])[]

function Choice({
  label,
  value,
  mayFollow = false,
  onChoose,
}: {
  label: string
  value: Delivery | undefined
  /** Whether it may be as all others. */
  mayFollow?: boolean
  onChoose: (chosen: Delivery | null) => void
}) {
  const id = useId()
  return (
    <li>
      <div class="row choice">
        <label for={id}>
          <bdi>{label}</bdi>
        </label>
        <select
          id={id}
          value={value ?? ''}
          onChange={({ currentTarget }) =>
            onChoose(DELIVERIES.find(([delivery]) => delivery === currentTarget.value)?.[0] ?? null)
          }
        >
          {mayFollow && <option value="">{say('choiceAsOthers')}</option>}
          {DELIVERIES.map(([delivery, text]) => (
            <option key={delivery} value={delivery}>
              {say(text)}
            </option>
          ))}
        </select>
      </div>
    </li>
  )
}
