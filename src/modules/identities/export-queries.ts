/** The identities in the export of an account. It never contains a hash, or a secret that opens an account. */
import { sql } from 'drizzle-orm'
import { identities } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Without the provider's tokens. Index identities_user. */
export const identityRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('id', id, 'provider', provider, 'issuer', issuer, 'subject', subject, 'email', email, 'createdAt', created_at, 'lastUsedAt', last_used_at) AS item
      FROM ${identities} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`
