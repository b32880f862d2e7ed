/** Deps beside a libSQL server, for every runtime but Bun. Making them does nothing: workers forbid it at start-up. */
import { openRemote } from '../../db/remote.ts'
import { type Config, ConfigError, parseConfig } from '../config.ts'
import type { Deps } from '../deps.ts'
import { assembleDeps, type Runtime } from './deps.ts'
import { NO_SOCKETS } from './mailer/mailer.ts'

const refuse = (variable: string, reason: string, isWrong: (config: Config) => boolean) => (config: Config) => {
  if (isWrong(config)) throw new ConfigError(variable, reason)
}

const CHECKS = [
  refuse(
    'DATABASE_URL',
    'must be https://, http:// or libsql:// here: only Bun has files of its own',
    ({ databaseUrl }) => databaseUrl.startsWith('file:'),
  ),
  refuse('MAIL_URL', NO_SOCKETS, ({ mailUrl }) => /^smtps?:/i.test(mailUrl ?? '')),
  // An operator who set it believes that it counts: better no start than limits that are somewhere else.
  refuse(
    'REDIS_URL',
    'must be unset here: only Bun speaks to Redis. Limits are counted in the database',
    ({ redisUrl }) => redisUrl !== undefined,
  ),
]

/** The Config of a runtime without an embedded database. Throws `ConfigError`. */
export const readEdgeConfig = (env: Record<string, string | undefined>): Config => parseConfig(env, CHECKS)

/** What differs from one runtime without files to the next. */
export type EdgeRuntime = Omit<Runtime, 'database' | 'windows'>

export const createEdgeDeps = (config: Config, runtime: EdgeRuntime): Deps =>
  assembleDeps(config, {
    ...runtime,
    database: openRemote({ url: config.databaseUrl, authToken: config.databaseAuthToken }),
  })
