/** The API keys of a user in the export of the account. It has no hash. */
import { sql } from 'drizzle-orm'
import { apiKeys } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Index api_keys_user. */
export const apiKeyRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('id', id, 'name', name, 'form', form, 'hint', hint, 'orgId', org_id, 'scopes', json(scopes), 'networks', json(networks), 'metadata', json(metadata), 'createdAt', created_at, 'expiresAt', expires_at, 'revokedAt', revoked_at, 'lastUsedAt', last_used_at) AS item
      FROM ${apiKeys} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`
