/** @jsxImportSource preact */
import { useEffect } from 'preact/hooks'
import { Badge, Json, When } from '../../../../../browser/detail.tsx'
import { queryValue, setQuery } from '../../../../../browser/navigation.ts'
import { FilterSelect } from '../../../../../browser/search-box.tsx'
import type { AuditEvent } from '../../../../audit-events/schema.ts'
import { usePages } from '../../lists.ts'
import { Rows } from '../../rows.tsx'
import { learnNames } from '../account-names.ts'
import { AccountId } from '../people-links.tsx'
import { orgEventTypes } from './event-types.ts'
import type { OrgTabProps } from './organisation.tsx'

export function OrgEvents({ orgId }: OrgTabProps) {
  const type = queryValue('type')
  const events = usePages<AuditEvent>(`/v1/orgs/${orgId}/events`, { type })
  useEffect(() => {
    void learnNames((events.items ?? []).flatMap(({ actorId, userId }) => [actorId, userId]))
  }, [events.items])
  return (
    <>
      <div class="toolbar">
        <FilterSelect
          label="Event"
          value={type}
          options={[['', 'Every event'], ...orgEventTypes.map((name) => [name, name] as const)]}
          onValue={(value) => setQuery({ type: value })}
        />
      </div>
      <Rows
        label="Events"
        of={events}
        columns={['When', 'Event', 'By', 'About', 'Details']}
        rowKey={({ id }) => id}
        empty={type === '' ? 'Nothing has happened yet.' : `There is no event ${type}.`}
        cells={({ at, type: name, result, actorId, userId, address, data }) => [
          <When at={at} />,
          <>
            <code>{name}</code> {result === 'failure' && <Badge tone="bad">failed</Badge>}
          </>,
          <>
            {actorId === null ? <span class="soft">the server</span> : <AccountId id={actorId} orgId={orgId} />}
            {address !== null && <span class="soft"> {address}</span>}
          </>,
          userId === null ? <span class="soft">–</span> : <AccountId id={userId} orgId={orgId} />,
          Object.keys(data).length === 0 ? (
            <span class="soft">–</span>
          ) : (
            <Json value={data} label={`Details of ${name}`} />
          ),
        ]}
      />
    </>
  )
}
