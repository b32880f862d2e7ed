import { ConfigError } from './config-findings.ts'

/** Throws `ConfigError`. */
export function assertReplica({
  DATABASE_REPLICA_PATH,
  DATABASE_URL,
}: {
  DATABASE_REPLICA_PATH?: string | undefined
  DATABASE_URL: string
}): void {
  if (DATABASE_REPLICA_PATH !== undefined && DATABASE_URL.startsWith('file:'))
    throw new ConfigError(
      'DATABASE_REPLICA_PATH',
      'must be unset with a database file, which is read without a network. It is for DATABASE_URL with https://, http:// or libsql://',
    )
}
