/** The mails in the export of an account. It never contains a hash, or a secret that opens an account. */
import { sql } from 'drizzle-orm'
import { jobs } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Index jobs_user. */
export const mailRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('id', id, 'state', state, 'attempts', attempts, 'createdAt', created_at, 'finishedAt', finished_at) AS item
      FROM ${jobs} WHERE user_id = ${userId} AND kind = 'mail' AND id > ${after} ORDER BY id LIMIT ${limit}`
