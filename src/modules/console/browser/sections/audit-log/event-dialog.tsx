/** @jsxImportSource preact */
/** All of one event. Strangers wrote parts of it, so everything is text. */
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { Badge, Code, Details, Json } from '../../../../../browser/detail.tsx'
import { ReadDialog } from '../../../../../browser/dialog.tsx'
import type { AuditEvent } from '../../../../audit-events/schema.ts'
import { accountName } from '../account-names.ts'
import { pageOf } from './event.ts'

export const EventDialog = ({ event, onClose }: { event: AuditEvent; onClose: () => void }) => (
  <ReadDialog title={event.type} onClose={onClose}>
    <Details
      items={[
        [
          'Result',
          <Badge key="result" tone={event.result === 'failure' ? 'bad' : 'good'}>
            {event.result}
          </Badge>,
        ],
        [
          'At',
          <time key="at" dateTime={event.at}>
            {event.at}
          </time>,
        ],
        ['By', event.actorId && <Id key="by" id={event.actorId} />],
        event.actingFor !== null && ['Acting', <Chain key="chain" of={event.actingFor} />],
        ['About', event.userId && <Id key="about" id={event.userId} />],
        ['Organisation', event.orgId && <Id key="org" id={event.orgId} />],
        ['Session', event.sessionId],
        ['Address', event.address],
        ['Device', event.userAgent],
        ['Request', event.requestId],
        ['Id', <Code key="id" text={event.id} />],
      ]}
    />
    {Object.keys(event.data).length > 0 && <Json label="Data" value={event.data} />}
    <AsCommand
      call={{
        method: 'GET',
        path: `/v1/audit-events?${new URLSearchParams({ type: event.type, since: event.at, limit: '20' })}`,
      }}
    />
  </ReadDialog>
)

function Id({ id }: { id: string }) {
  const href = pageOf(id)
  const name = accountName(id)
  return (
    <>
      {name !== id && <bdi>{name} </bdi>}
      {href === undefined ? <code>{id}</code> : <a href={href}>{id}</a>}
    </>
  )
}

/** Who acted, through whom, for whom. */
const Chain = ({ of }: { of: NonNullable<AuditEvent['actingFor']> }) => (
  <ol class="chain">
    {of.map(({ kind, id }, at) => (
      <li key={id}>
        <span class="soft">{at === 0 ? 'acted' : at === of.length - 1 ? 'for' : 'through'}</span> {kind} <Id id={id} />
      </li>
    ))}
  </ol>
)
