/** @jsxImportSource preact */
/** How the server is set up. The environment says it, so nothing here changes it. */
import { AsCommand } from '../../../../browser/as-command.tsx'
import { Badge, type Tone } from '../../../../browser/detail.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { useLoaded } from '../../../../browser/loaded.ts'
import { queryValue, setQuery } from '../../../../browser/navigation.ts'
import { FilterSelect, SearchBox } from '../../../../browser/search-box.tsx'
import { Waiting } from '../../../../browser/waiting.tsx'
import { useHealth } from './health/use-health.ts'

interface Setting {
  name: string
  feature: string
  description: string
  choices: readonly string[]
  source: 'set' | 'default' | 'derived' | 'unset'
  value: string | number | null
  hidden: boolean
}

const SOURCES: Readonly<Record<Setting['source'], { title: string; tone: Tone }>> = {
  set: { title: 'set', tone: 'brand' },
  default: { title: 'default', tone: 'plain' },
  derived: { title: 'from others', tone: 'plain' },
  unset: { title: 'not set', tone: 'plain' },
}

export default function SettingsPage() {
  const settings = useLoaded<{ release: string; items: readonly Setting[] }>('/v1/settings')
  const { state } = useHealth()
  const [q, source] = [queryValue('q'), queryValue('source')]
  const shown = (settings.value?.items ?? []).filter(
    (one) =>
      (source === '' || one.source === source) &&
      `${one.name} ${one.description}`.toLowerCase().includes(q.toLowerCase()),
  )
  const features = [...new Set(shown.map(({ feature }) => feature))]
  return (
    <>
      <Heading
        title="Settings"
        lead={
          <>
            The environment of the server sets them. To change one, change the variable and restart.{' '}
            {settings.value && <>This is release {settings.value.release}.</>}
          </>
        }
      />
      {state?.warnings.map(({ code, message }) => (
        <div key={code} class="card warned">
          <p>
            <Badge tone="bad">warning</Badge> {message}
          </p>
        </div>
      ))}
      <div class="toolbar">
        <SearchBox label="Search by name or words" value={q} onSearch={(text) => setQuery({ q: text })} />
        <FilterSelect
          label="Value"
          value={source}
          options={[['', 'Any'], ...Object.entries(SOURCES).map(([name, { title }]) => [name, title] as const)]}
          onValue={(value) => setQuery({ source: value })}
        />
      </div>
      {settings.value === undefined && <Waiting of={settings} />}
      {settings.value !== undefined && shown.length === 0 && <p class="empty">No setting matches.</p>}
      {features.map((feature) => (
        <section key={feature} aria-labelledby={`of-${feature}`}>
          <h2 id={`of-${feature}`}>{feature}</h2>
          <ul class="items card settings">
            {shown
              .filter((one) => one.feature === feature)
              .map((one) => (
                <Row key={one.name} setting={one} />
              ))}
          </ul>
        </section>
      ))}
      <AsCommand call={{ method: 'GET', path: '/v1/settings' }} />
    </>
  )
}

function Row({ setting: { name, description, choices, source, value, hidden } }: { setting: Setting }) {
  const { title, tone } = SOURCES[source]
  return (
    <li>
      <div>
        <code>{name}</code> <Badge tone={tone}>{title}</Badge>{' '}
        {hidden && <Badge>{value === null ? 'not shown' : 'shown in part'}</Badge>}
        <p class="soft">{description}</p>
        {choices.length > 0 && <p class="soft">One of {choices.join(', ')}.</p>}
      </div>
      <div class="setting-value">
        {value === null ? (
          <span class="soft">{hidden ? 'It has a value.' : '–'}</span>
        ) : (
          <code>{value === '' ? '(empty)' : String(value)}</code>
        )}
      </div>
    </li>
  )
}
