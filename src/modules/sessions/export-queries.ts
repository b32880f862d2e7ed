/**
 * The rows of these tables in the export of an account. It never contains a hash or a secret that could open an
 * account.
 */
import { sql } from 'drizzle-orm'
import { sessions, knownDevices } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** The address and the device of an administrator who acted for the user are not the user's. Index sessions_user. */
export const sessionRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('id', id, 'kind', kind, 'address', CASE WHEN impersonator_id IS NULL THEN address END, 'userAgent', CASE WHEN impersonator_id IS NULL THEN user_agent END, 'createdAt', created_at, 'authenticatedAt', nullif(authenticated_at, 0), 'lastSeenAt', last_seen_at, 'expiresAt', expires_at, 'endedAt', ended_at, 'amr', json(coalesce(amr, '[]'))) AS item
      FROM ${sessions} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`

/** Primary key. */
export const knownDeviceRows: SectionRows = (userId, after, limit) =>
  sql`SELECT device || char(10) || network AS "key", json_object('device', device, 'network', network, 'firstSeenAt', first_seen_at, 'lastSeenAt', last_seen_at) AS item
      FROM ${knownDevices} WHERE user_id = ${userId} AND device || char(10) || network > ${after} ORDER BY 1 LIMIT ${limit}`
