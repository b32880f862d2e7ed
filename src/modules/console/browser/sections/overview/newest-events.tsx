/** @jsxImportSource preact */
/** What happened last. */
import { Badge, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { Waiting } from '../../../../../browser/waiting.tsx'
import type { AuditEvent } from '../../../../audit-events/schema.ts'

interface NewestEventsProps {
  /** The id of its heading. */
  id: string
  /** The list of the API. */
  path: string
  /** The page with all events. */
  all: { href: string; title: string }
  /** Shows from where. */
  withAddress?: boolean
}

export function NewestEvents({ id: heading, path, all, withAddress = false }: NewestEventsProps) {
  const events = useLoaded<{ items: readonly AuditEvent[] }>(`${path}?limit=8`)
  return (
    <section class="card" aria-labelledby={heading}>
      <div class="card-head">
        <h2 id={heading}>Newest events</h2>
        <a href={all.href}>{all.title}</a>
      </div>
      {events.value === undefined ? (
        <Waiting of={events} />
      ) : (
        <ul class="items">
          {events.value.items.map(({ id, type, result, at, address }) => (
            <li key={id}>
              <span class="facts">
                <code>{type}</code>
                {result === 'failure' && <Badge tone="bad">failure</Badge>}
              </span>
              <span class="soft">
                {withAddress && address !== null && <>{address} · </>}
                <When at={at} />
              </span>
            </li>
          ))}
          {events.value.items.length === 0 && <li class="soft">Nothing has happened yet.</li>}
        </ul>
      )}
    </section>
  )
}
