/** @jsxImportSource preact */
/** Whether the server is well, in short. */
import { Badge } from '../../../../../browser/detail.tsx'
import { useHealth } from '../health/use-health.ts'
import { can } from '../../viewer.ts'

export function HealthCard() {
  const { state } = useHealth()
  return (
    <section class="card" aria-labelledby="health">
      <div class="card-head">
        <h2 id="health">Health</h2>
        {can('settings:read') && <a href="/console/health">Details</a>}
      </div>
      {state === undefined ? (
        <p class="soft late" role="status">
          Loading …
        </p>
      ) : (
        <ul class="items checks">
          {state.checks.map(({ name, ok }) => (
            <li key={name}>
              <span>{name}</span>
              <Badge tone={ok ? 'good' : 'bad'}>{ok ? 'ok' : 'failed'}</Badge>
            </li>
          ))}
          {state.warnings.map(({ code, message }) => (
            <li key={code} class="warned">
              <span>
                <Badge tone="bad">warning</Badge> {message}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
