/** Deps beside a libSQL server, for every runtime but Bun. Making them does nothing: workers forbid it at start-up. */
import { openRemote } from '../../db/remote.ts'
import { type Config, ConfigError, parseConfig } from '../config.ts'
import type { Deps } from '../deps.ts'
import { assembleDeps, type Runtime } from './deps.ts'
import { NO_SOCKETS } from './mailer.ts'

/** The Config of a runtime without an embedded database. Throws `ConfigError`. */
export function readEdgeConfig(env: Record<string, string | undefined>): Config {
  const config = parseConfig(env)
  if (config.databaseUrl.startsWith('file:'))
    throw new ConfigError('DATABASE_URL', 'must be https://, http:// or libsql:// here: only Bun has files of its own')
  if (/^smtps?:/i.test(config.mailUrl ?? '')) throw new ConfigError('MAIL_URL', NO_SOCKETS)
  // An operator who set it believes that it counts: better no start than limits that are somewhere else.
  if (config.redisUrl !== undefined)
    throw new ConfigError(
      'REDIS_URL',
      'must be unset here: only Bun speaks to Redis. Limits are counted in the database',
    )
  return config
}

/** What differs from one runtime without files to the next. */
export type EdgeRuntime = Omit<Runtime, 'database' | 'windows'>

export const createEdgeDeps = (config: Config, runtime: EdgeRuntime): Deps =>
  assembleDeps(config, {
    ...runtime,
    database: openRemote({ url: config.databaseUrl, authToken: config.databaseAuthToken }),
  })
