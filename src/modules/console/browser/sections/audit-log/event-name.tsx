/** @jsxImportSource preact */
import { Badge } from '../../../../../browser/detail.tsx'
import type { AuditEvent } from '../../../../audit-events/schema.ts'

/** What happened, in a list: it opens the event. */
export const EventName = ({ event, onPress }: { event: AuditEvent; onPress: () => void }) => (
  <>
    <button type="button" class="plain" onClick={onPress}>
      <code>{event.type}</code>
    </button>{' '}
    {event.result === 'failure' && <Badge tone="bad">failure</Badge>}
  </>
)
