import type { Database } from '../../../db/database.ts'
import { oncePer } from '../../lib/once-per.ts'
import { anyAdmin } from './queries.ts'

const memory = oncePer((_: Database) => ({ found: false }))

/** Whether the server has been set up. One round trip until there is an administrator, and then none. */
export async function hasAdmin(db: Database): Promise<boolean> {
  const known = memory(db)
  known.found ||= (await anyAdmin(db)).length > 0
  return known.found
}
