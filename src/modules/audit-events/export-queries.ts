/** The audit events in the export of an account. It never contains a hash, or a secret that opens an account. */
import { sql } from 'drizzle-orm'
import { events } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/**
 * Events caused by the user, and events about the account. If another account caused the event, its address and user
 * agent are left out. Indexes events_user and events_actor, then the primary key.
 */
export const eventRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('id', id, 'type', type, 'result', result, 'at', at, 'actorId', actor_id, 'userId', user_id, 'sessionId', session_id,
        'address', CASE WHEN coalesce(actor_id, ${userId}) = ${userId} THEN address END, 'userAgent', CASE WHEN coalesce(actor_id, ${userId}) = ${userId} THEN user_agent END, 'requestId', request_id, 'data', json(data)) AS item
      FROM ${events} WHERE id IN (
        SELECT id FROM (SELECT id FROM ${events} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit})
        UNION SELECT id FROM (SELECT id FROM ${events} WHERE actor_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}))
      ORDER BY id LIMIT ${limit}`
