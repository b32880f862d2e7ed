/** @jsxImportSource preact */
/** Where the person is signed in. */
import type { ActiveSession } from '../../sessions/schema.ts'
import { list, useList } from './lists.ts'
import { askBefore, Button, Card, Items, Row } from './parts.tsx'
import { ago, dateAndTime, say } from './texts.ts'

const PATH = '/v1/me/sessions'
const sessions = list<ActiveSession>(PATH)

export function Sessions() {
  useList(sessions)
  const others = (sessions.items.value?.length ?? 0) > 1
  const endAll = () =>
    askBefore({
      title: say('sessionsEndAllTitle'),
      text: say('sessionsEndAllText'),
      label: say('sessionsEndAll'),
      path: PATH,
      done: say('sessionsEnded'),
      after: sessions.read,
      home: 'sessions',
    })
  return (
    <Card
      id="sessions"
      title={say('sessionsWhere')}
      action={others && <Button onPress={endAll}>{say('sessionsEndAll')}</Button>}
    >
      <Items of={sessions} none={say('sessionsOne')}>
        {(session) => <One key={session.id} session={session} />}
      </Items>
      {sessions.items.value?.length === 1 && <p class="none">{say('sessionsOne')}</p>}
    </Card>
  )
}

function One({ session: { id, current, kind, device, address, createdAt, lastSeenAt } }: { session: ActiveSession }) {
  const end = () =>
    askBefore({
      title: say('sessionEndTitle', { name: device }),
      text: say('sessionSignedIn', { date: dateAndTime(createdAt) }),
      label: say('sessionEnd'),
      path: `${PATH}/${id}`,
      done: say('sessionEnded'),
      after: sessions.read,
      home: 'sessions',
    })
  return (
    <Row
      title={device}
      badge={current ? say('sessionThis') : kind === 'token' ? say('sessionApp') : undefined}
      lines={[
        address ?? say('sessionUnknownPlace'),
        `${say('sessionSeen', { date: ago(lastSeenAt) })} · ${say('sessionSignedIn', { date: dateAndTime(createdAt) })}`,
      ]}
      actions={
        !current && (
          <Button about={device} onPress={end}>
            {say('sessionEnd')}
          </Button>
        )
      }
    />
  )
}
