/** What the export of an account has of these tables: never a hash, and nothing that would open an account. */
import { sql } from 'drizzle-orm'
import { events } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/**
 * What the user did and what was done to the account; where somebody else with an account was, is theirs and left out.
 * Indexes events_user and events_actor, then the primary key.
 */
export const eventRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('id', id, 'type', type, 'result', result, 'at', at, 'actorId', actor_id, 'userId', user_id, 'sessionId', session_id,
        'address', CASE WHEN coalesce(actor_id, ${userId}) = ${userId} THEN address END, 'userAgent', CASE WHEN coalesce(actor_id, ${userId}) = ${userId} THEN user_agent END, 'requestId', request_id, 'data', json(data)) AS item
      FROM ${events} WHERE id IN (
        SELECT id FROM (SELECT id FROM ${events} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit})
        UNION SELECT id FROM (SELECT id FROM ${events} WHERE actor_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}))
      ORDER BY id LIMIT ${limit}`
