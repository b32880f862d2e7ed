/** @jsxImportSource preact */
/** What happened last. */
import { Badge, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { Waiting } from '../../../../../browser/waiting.tsx'

interface NewEvent {
  id: string
  type: string
  result: 'success' | 'failure'
  at: string
  address: string | null
}

export function NewestEvents() {
  const events = useLoaded<{ items: readonly NewEvent[] }>('/v1/audit-events?limit=8')
  return (
    <section class="card" aria-labelledby="newest">
      <div class="card-head">
        <h2 id="newest">Newest events</h2>
        <a href="/console/audit-log">Audit log</a>
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
                {address !== null && <>{address} · </>}
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
