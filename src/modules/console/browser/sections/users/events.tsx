/** @jsxImportSource preact */
/** What happened to the user, newest first. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Details, Json, When } from '../../../../../browser/detail.tsx'
import { ReadDialog } from '../../../../../browser/dialog.tsx'
import { pagedList } from '../../../../../browser/list.ts'
import { Table } from '../../../../../browser/table.tsx'
import type { AuditEvent } from '../../../../audit-events/schema.ts'
import { EventName } from '../audit-log/event-name.tsx'
import type { TabProps } from './user-page.tsx'
import { userPage } from './user.ts'

export function Events({ user }: TabProps) {
  const events = useMemo(() => pagedList<AuditEvent>('/v1/audit-events'), [user.id])
  useEffect(() => void events.load({ userId: user.id }), [events])
  const shown = useSignal<AuditEvent | undefined>(undefined)
  return (
    <>
      <Table
        label="Events of the user"
        list={events}
        rowKey={({ id }) => id}
        empty="Nothing has happened yet."
        columns={[
          {
            title: 'Event',
            cell: (event) => (
              <EventName
                event={event}
                onPress={() => {
                  shown.value = event
                }}
              />
            ),
          },
          { title: 'From', wide: true, cell: ({ address }) => address ?? <span class="soft">–</span> },
          { title: 'When', tight: true, cell: ({ at }) => <When at={at} /> },
        ]}
      />
      {shown.value && (
        <EventDialog
          event={shown.value}
          onClose={() => {
            shown.value = undefined
          }}
        />
      )}
    </>
  )
}

const EventDialog = ({ event, onClose }: { event: AuditEvent; onClose: () => void }) => (
  <ReadDialog title={event.type} onClose={onClose}>
    <Details
      items={[
        ['Result', event.result],
        [
          'At',
          <time key="at" dateTime={event.at}>
            {event.at}
          </time>,
        ],
        ['By', event.actorId && <a href={userPage(event.actorId)}>{event.actorId}</a>],
        ['Session', event.sessionId],
        ['Address', event.address],
        ['Device', event.userAgent],
        ['Request', event.requestId],
      ]}
    />
    {Object.keys(event.data).length > 0 && <Json label="Data" value={event.data} />}
  </ReadDialog>
)
