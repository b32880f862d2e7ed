/** Deps with a libSQL server, for every runtime except Bun. Making them does no I/O, because Workers forbid it at start-up. */
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
    'must be https://, http:// or libsql:// here: only Bun can use a database file',
    ({ databaseUrl }) => databaseUrl.startsWith('file:'),
  ),
  refuse('MAIL_URL', NO_SOCKETS, ({ mailUrl }) => /^smtps?:/i.test(mailUrl ?? '')),
  // The start is refused, because an operator who set it would expect the limits to be in Redis.
  refuse(
    'REDIS_URL',
    'must be unset here: only Bun can use Redis. Here limits are counted in the database',
    ({ redisUrl }) => redisUrl !== undefined,
  ),
  refuse(
    'JOB_QUEUE',
    'must be unset or table here: only Bun can use Redis. Here jobs are in the database',
    ({ variables }) => variables.JOB_QUEUE === 'bullmq',
  ),
  refuse(
    'DATABASE_REPLICA_PATH',
    'must be unset here: only Bun can keep a copy of the database. Here the server answers all reads',
    ({ variables }) => variables.DATABASE_REPLICA_PATH !== undefined,
  ),
  // An operator who set it would expect https.
  refuse(
    'TLS_CERT',
    'must be unset here: only Bun serves https by itself. Let a proxy end TLS',
    ({ variables }) => variables.TLS_CERT !== undefined,
  ),
]

/** The Config of a runtime without an embedded database. Throws `ConfigError`. */
export const readEdgeConfig = (env: Record<string, string | undefined>): Config => parseConfig(env, CHECKS)

/** The parts that differ between runtimes without files. */
export type EdgeRuntime = Omit<Runtime, 'database' | 'windows'>

export const createEdgeDeps = (config: Config, runtime: EdgeRuntime): Deps =>
  assembleDeps(config, {
    ...runtime,
    database: openRemote({
      url: config.databaseUrl,
      authToken: config.databaseAuthToken,
      timeoutMs: config.databaseTimeoutMs,
    }),
  })
