import { sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'

/** The smallest question there is: does the database answer? */
export const ping = (db: Database) => db.get(sql`SELECT 1`)
