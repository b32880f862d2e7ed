/** @jsxImportSource preact */
/** The audit log: what happened, who did it, whether the log is as it was sealed, and what happens now. */
import { signal, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { AsCommand } from '../../../../browser/as-command.tsx'
import { Badge, When } from '../../../../browser/detail.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { pagedList } from '../../../../browser/list.ts'
import { Table } from '../../../../browser/table.tsx'
import { withQuery } from '../lists.ts'
import type { AuditEvent } from '../../../audit-events/schema.ts'
import { accountName, learnNames } from './account-names.ts'
import { EventDialog } from './audit-log/event-dialog.tsx'
import { pageOf } from './audit-log/event.ts'
import { EventName } from './audit-log/event-name.tsx'
import { ExportDialog } from './audit-log/export-dialog.tsx'
import { Filters, useFilter } from './audit-log/filters.tsx'
import { LiveTail } from './audit-log/live-tail.tsx'
import { Verification } from './audit-log/verification.tsx'

/** The ids that the tail has added, so that a person sees which they are. */
const added = signal<ReadonlySet<string>>(new Set())

export default function AuditLog() {
  const events = useMemo(() => pagedList<AuditEvent>('/v1/audit-events'), [])
  const { query, problem } = useFilter()
  const asked = JSON.stringify(query)
  const shown = useSignal<AuditEvent | undefined>(undefined)
  const isExporting = useSignal(false)
  useEffect(() => {
    added.value = new Set()
    void events.load(query)
  }, [events, asked])
  const items = events.items.value
  useEffect(() => {
    void learnNames(items.flatMap(({ actorId, userId, actingFor }) => [actorId, userId, actingFor?.at(-1)?.id ?? null]))
  }, [items])
  return (
    <>
      <Heading title="Audit log" lead="Every change, who made it, from where, and with what result.">
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            isExporting.value = true
          }}
        >
          Export
        </button>
      </Heading>
      <Verification />
      <Filters problem={problem} />
      <LiveTail
        key={asked}
        list={events}
        query={query}
        onAdded={(ids) => {
          added.value = new Set([...added.peek(), ...ids])
        }}
      />
      <Table
        label="Events"
        list={events}
        rowKey={({ id }) => id}
        empty={Object.keys(query).length > 0 ? 'No event matches.' : 'Nothing has happened yet.'}
        columns={[
          {
            title: 'Event',
            cell: (event) => (
              <>
                <span class="two first" title={`${event.type}, ${event.result}`}>
                  <EventName
                    event={event}
                    onPress={() => {
                      shown.value = event
                    }}
                  />
                  {added.value.has(event.id) && <Badge tone="brand">new</Badge>}
                </span>
                <People of={event} />
              </>
            ),
          },
          {
            title: 'By',
            wide: true,
            cell: ({ actorId, actingFor }) => (
              <>
                <Named id={actorId} />
                {actingFor !== null && (
                  <>
                    {' '}
                    <span class="soft">for</span> <Named id={actingFor.at(-1)?.id ?? null} />
                  </>
                )}
              </>
            ),
          },
          { title: 'About', wide: true, cell: ({ userId, orgId }) => <Named id={userId ?? orgId} /> },
          { title: 'From', wide: true, tight: true, cell: ({ address }) => address ?? <span class="soft">–</span> },
          { title: 'When', tight: true, cell: ({ at }) => <When at={at} /> },
        ]}
      />
      <AsCommand call={{ method: 'GET', path: withQuery('/v1/audit-events', query) }} />
      {shown.value && (
        <EventDialog
          event={shown.value}
          onClose={() => {
            shown.value = undefined
          }}
        />
      )}
      {isExporting.value && (
        <ExportDialog
          query={query}
          onClose={() => {
            isExporting.value = false
          }}
        />
      )}
    </>
  )
}

function Named({ id }: { id: string | null }) {
  if (id === null) return <span class="soft">–</span>
  const name = accountName(id)
  const href = pageOf(id)
  return (
    <span class="two" title={name === id ? id : `${name} (${id})`}>
      {href === undefined ? name : <a href={href}>{name}</a>}
    </span>
  )
}

/** The second line of an event where the screen has no room for the columns. */
function People({ of: { actorId, userId, orgId } }: { of: AuditEvent }) {
  const about = userId ?? orgId
  const text = [
    actorId !== null && `by ${accountName(actorId)}`,
    about !== null && about !== actorId && `about ${accountName(about)}`,
  ]
    .filter(Boolean)
    .join(', ')
  return text === '' ? null : (
    <span class="two soft narrow" title={text}>
      {text}
    </span>
  )
}
