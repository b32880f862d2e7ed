import type { Client, ResultSet } from '@libsql/client/web'
import { createDatabase, type Database } from '../database.ts'
import { normalize } from '../embedded/normalize.ts'

type Statement = ReturnType<typeof normalize>

/** A database whose single statements `read` is asked first. What it answers with undefined, and all else, `primary` answers. */
export function answeredFirstBy(
  primary: Database,
  read: (statement: Statement) => Promise<ResultSet | undefined>,
): Database {
  const { $client: server } = primary
  const execute = async (...statement: Parameters<typeof normalize>): Promise<ResultSet> =>
    (await read(normalize(...statement))) ?? server.execute(...(statement as Parameters<Client['execute']>))
  return createDatabase(Object.assign(Object.create(server) as Client, { execute })) // the prototype is a Client
}
