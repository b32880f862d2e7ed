/** @jsxImportSource preact */
/** What happened to the user, newest first. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Badge, Details, Json, When } from '../../../../../browser/detail.tsx'
import { Dialog } from '../../../../../browser/dialog.tsx'
import { pagedList } from '../../../../../browser/list.ts'
import { Table } from '../../../../../browser/table.tsx'
import type { TabProps } from './user-page.tsx'
import { userPage } from './user.ts'

interface AuditEvent {
  id: string
  type: string
  result: 'success' | 'failure'
  at: string
  actorId: string | null
  userId: string | null
  sessionId: string | null
  address: string | null
  userAgent: string | null
  requestId: string | null
  data: Record<string, unknown>
}

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
              <>
                <button
                  type="button"
                  class="plain"
                  onClick={() => {
                    shown.value = event
                  }}
                >
                  <code>{event.type}</code>
                </button>{' '}
                {event.result === 'failure' && <Badge tone="bad">failure</Badge>}
              </>
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
  <Dialog title={event.type} onClose={onClose}>
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
    <div class="buttons">
      <button type="button" class="button quiet" onClick={onClose}>
        Close
      </button>
    </div>
  </Dialog>
)
