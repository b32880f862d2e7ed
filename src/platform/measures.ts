import type { CacheCounts } from '../core/cache/model.ts'
import type { Measure } from '../core/metrics/model.ts'

interface Measured {
  principals: { counts(): Omit<CacheCounts, 'redis'> }
  cache: { counts(): CacheCounts }
  /** Absent without REDIS_URL. */
  isRedisConnected?: (() => boolean) | undefined
}

/** What every process counts. */
export const measuresOf = ({ principals, cache, isRedisConnected }: Measured): readonly Measure[] => [
  {
    name: 'threeger_cache_lookups_total',
    kind: 'counter',
    help: 'Lookups of principals (who asks) and of records (OAuth clients, resources), by where they were found.',
    values: [...lookups('principals', principals.counts()), ...lookups('records', cache.counts())],
  },
  ...(isRedisConnected === undefined
    ? []
    : [
        {
          name: 'threeger_redis_connected',
          kind: 'gauge' as const,
          help: '1 while this process hears the others through Redis.',
          values: [{ value: isRedisConnected() ? 1 : 0 }],
        },
      ]),
]

const RESULTS = { memory: 'memory', redis: 'redis', shared: 'joined', missed: 'database' } as const

const lookups = (cache: string, counts: Partial<CacheCounts>) =>
  Object.entries(counts).map(([name, value]) => ({
    labels: { cache, found: RESULTS[name as keyof CacheCounts] }, // its own keys
    value,
  }))
