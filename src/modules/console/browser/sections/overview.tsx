/** @jsxImportSource preact */
/** The first page: how much the server is used, whether it is well, and what happened last. */
import { AsCommand } from '../../../../browser/as-command.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { useLoaded } from '../../../../browser/loaded.ts'
import { queryValue, setQuery } from '../../../../browser/navigation.ts'
import { FilterSelect } from '../../../../browser/search-box.tsx'
import { Waiting } from '../../../../browser/waiting.tsx'
import { can } from '../viewer.ts'
import { Charts } from './overview/charts.tsx'
import { Counts } from './overview/counts.tsx'
import { HealthCard } from './overview/health-card.tsx'
import { NewestEvents } from './overview/newest-events.tsx'
import type { Stats } from './overview/stats.ts'

const PERIODS = [
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['90', 'Last 90 days'],
  ['366', 'Last year'],
] as const

export default function Overview() {
  const asked = queryValue('days')
  const days = PERIODS.some(([value]) => value === asked) ? asked : '30'
  const path = `/v1/stats?days=${days}`
  const stats = useLoaded<Stats>(can('stats:read') ? path : undefined)
  return (
    <>
      <Heading title="Overview" />
      {can('stats:read') && (
        <>
          {stats.value && <Counts stats={stats.value} />}
          <div class="overview-head">
            <h2>By day</h2>
            <FilterSelect
              label="Period"
              value={days}
              options={PERIODS}
              onValue={(value) => setQuery({ days: value === '30' ? '' : value })}
            />
          </div>
          {stats.value === undefined ? <Waiting of={stats} /> : <Charts days={stats.value.days} />}
        </>
      )}
      <div class="overview-beside">
        {can('audit:read') && (
          <NewestEvents
            id="newest"
            path="/v1/audit-events"
            all={{ href: '/console/audit-log', title: 'Audit log' }}
            withAddress
          />
        )}
        <HealthCard />
      </div>
      {can('stats:read') && <AsCommand call={{ method: 'GET', path }} />}
    </>
  )
}
