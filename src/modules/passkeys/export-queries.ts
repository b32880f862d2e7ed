/**
 * The rows of these tables in the export of an account. It never contains a hash or a secret that could open an
 * account.
 */
import { sql } from 'drizzle-orm'
import { passkeys } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Does not select the keys. Index passkeys_user. */
export const passkeyRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('id', id, 'name', name, 'credentialId', credential_id, 'backedUp', json(iif(backed_up, 'true', 'false')), 'createdAt', created_at, 'lastUsedAt', last_used_at, 'flaggedAt', flagged_at) AS item
      FROM ${passkeys} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`
