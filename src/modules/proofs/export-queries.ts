/**
 * The rows of these tables in the export of an account. It never contains a hash or a secret that could open an
 * account.
 */
import { sql } from 'drizzle-orm'
import { oneTimeTokens } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Index one_time_tokens_user. */
export const linkAndCodeRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('purpose', purpose, 'email', email, 'createdAt', created_at, 'expiresAt', expires_at, 'usedAt', used_at) AS item
      FROM ${oneTimeTokens} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`
