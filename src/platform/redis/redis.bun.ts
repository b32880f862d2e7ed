import type { Config } from '../../config.ts'
import type { PresenceStore } from '../../core/rooms/parts.ts'
import type { Clock, Log } from '../../deps.ts'
import type { WarningCode } from '../../lib/warnings.ts'
import type { SharedRows } from '../cache/cache.ts'
import { createRedisWindows, type RedisWindows } from '../limiter/redis.bun.ts'
import { createRandom } from '../random.ts'
import type { JobRelay } from '../worker.ts'
import { createRedisBus, type RedisBus } from './bus.bun.ts'
import { createRedisPresence } from './presence.bun.ts'
import { redisName } from './redis-name.ts'
import { createSharedRows } from './shared-rows.bun.ts'

/** What the processes of a server share in Redis. */
export interface RedisParts {
  windows: RedisWindows
  bus: RedisBus
  rows: SharedRows
  presence: PresenceStore
  /** With JOB_QUEUE=bullmq. */
  jobs: JobRelay | undefined
  /** A user of Redis may have the right to run scripts, and none to use channels. */
  warnings(): Promise<WarningCode[]>
  close(): void
}

/** Does not wait for Redis: a server starts and serves while its Redis is away. */
export async function openRedis(
  config: Config,
  url: string,
  { log, clock }: { log: Log; clock: Clock },
): Promise<RedisParts> {
  const windows = createRedisWindows(url, clock)
  const name = await redisName(config)
  const random = createRandom(clock)
  const bus = createRedisBus({ url, name, log, random })
  const presence = createRedisPresence({ url, name, bus, clock, random })
  const rows = createSharedRows({ url, name, appSecret: config.appSecret, clock, random })
  return {
    windows,
    bus,
    rows,
    presence,
    jobs:
      config.variables.JOB_QUEUE === 'bullmq'
        ? (await import('./bull-jobs.bun.ts')).createBullJobs({ url, name, log })
        : undefined,
    async warnings() {
      const found = await windows.warnings()
      return found.length === 0 && bus.hasFailed() ? ['messages.refused'] : found
    },
    close() {
      windows.close()
      bus.close()
      rows.close()
      presence.close()
    },
  }
}
