import { type Config, ConfigError, Environment, parseConfig } from '../config.ts'
import { withBrandFiles } from './brand-files.ts'
import { developmentSecret } from './development-secret.ts'

/** The Config of this process. On a development machine without APP_SECRET it makes one. Throws `ConfigError`. */
export function readConfig(given: Record<string, string | undefined> = process.env): Config {
  const env = withBrandFiles(given)
  if (env.APP_SECRET || env.NODE_ENV === 'production') return parseConfig(env)
  return parseConfig({ ...env, APP_SECRET: developmentSecret(databaseUrl(env)) })
}

/** DATABASE_URL alone, for commands that need no other variable. Throws `ConfigError`. */
export function databaseUrl(env: Record<string, string | undefined>): string {
  const url = env.DATABASE_URL || Environment.properties.DATABASE_URL.default
  if (typeof url !== 'string') throw new ConfigError('DATABASE_URL', 'is missing')
  return url
}
