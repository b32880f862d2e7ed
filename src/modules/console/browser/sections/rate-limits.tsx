/** @jsxImportSource preact */
/** The limits that are in force. */
import { AsCommand } from '../../../../browser/as-command.tsx'
import { Badge, Details } from '../../../../browser/detail.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { useLoaded } from '../../../../browser/loaded.ts'
import { Waiting } from '../../../../browser/waiting.tsx'
import { Rows } from '../rows.tsx'

interface Budget {
  name: string
  feature: string
  points: number
  seconds: number
  site: number | null
  shared: number | null
  variable: string | null
}

interface RateLimits {
  enabled: boolean
  store: 'memory' | 'database' | 'redis'
  storeAnswers: boolean
  budgets: readonly Budget[]
}

const STORES: Readonly<Record<RateLimits['store'], string>> = {
  memory: 'In the memory of the process, because it is the only one.',
  database: 'In the database, for all processes together.',
  redis: 'In Redis, for all processes together.',
}

const number = new Intl.NumberFormat('en')

/** `100 an hour` */
function inWords(points: number, seconds: number): string {
  const unit = { 60: 'a minute', 3600: 'an hour', 86400: 'a day' }[seconds]
  return `${number.format(points)} ${unit ?? `in ${number.format(seconds / 60)} minutes`}`
}

export default function RateLimitsPage() {
  const limits = useLoaded<RateLimits>('/v1/rate-limits')
  const { value } = limits
  return (
    <>
      <Heading
        title="Rate limits"
        lead="A budget is a number of points for a window of time. A request past it gets 429."
      />
      {value === undefined ? (
        <Waiting of={limits} />
      ) : (
        <>
          <div class="card">
            <Details
              items={[
                [
                  'Limits',
                  value.enabled ? (
                    <Badge key="on" tone="good">
                      on
                    </Badge>
                  ) : (
                    <span key="off">
                      <Badge tone="bad">off</Badge> RATE_LIMIT is off: no request is limited.
                    </span>
                  ),
                ],
                ['Counted', STORES[value.store]],
                [
                  'If that store is down',
                  value.store === 'memory'
                    ? 'It cannot be: it is in the process.'
                    : value.storeAnswers
                      ? 'Each process counts by itself. No limit is off, and no request fails.'
                      : 'It is down now: each process counts by itself. No limit is off.',
                ],
                [
                  'How to change',
                  'RATE_LIMIT, RATE_LIMIT_PER_MINUTE and REDIS_URL of the environment. The other budgets belong to the release.',
                ],
              ]}
            />
          </div>
          <Rows
            label="Budgets"
            of={{ items: value.budgets, problem: undefined, loading: false }}
            columns={['Budget', 'Points', 'IPv6 /48', 'Shared address', 'Protects']}
            rowKey={({ name }) => name}
            empty="There are none."
            cells={({ name, feature, points, seconds, site, shared, variable }) => [
              <code key="name">{name}</code>,
              <span key="points">
                {inWords(points, seconds)} {variable !== null && <Badge tone="brand">{variable}</Badge>}
              </span>,
              site === null ? <span class="soft">–</span> : number.format(site),
              shared === null ? <span class="soft">–</span> : number.format(shared),
              feature,
            ]}
          />
        </>
      )}
      <AsCommand call={{ method: 'GET', path: '/v1/rate-limits' }} />
    </>
  )
}
