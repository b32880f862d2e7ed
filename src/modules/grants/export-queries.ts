/** What a user has allowed clients, in the export of the account. */
import { sql } from 'drizzle-orm'
import { grants } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Index grants_user. */
export const grantRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('id', id, 'clientId', client_id, 'scopes', json(scopes), 'details', json(details), 'createdAt', created_at, 'updatedAt', updated_at, 'endedAt', ended_at) AS item
      FROM ${grants} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`
