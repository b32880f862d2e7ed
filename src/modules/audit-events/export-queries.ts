/** The audit events in the export of an account. It never contains a hash, or a secret that opens an account. */
import { type SQL, sql } from 'drizzle-orm'
import { ACTED_AS, ACTED_FOR, events } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Whether the person or a program of the person caused the event. An event without an actor is about the person. */
const isTheirs = (userId: string): SQL =>
  sql`(coalesce(actor_id, ${userId}) = ${userId} OR (${ACTED_FOR} = ${userId} AND ${ACTED_AS} = 'api-key'))`

/**
 * Events caused by the user or by one of their API keys, and events about the account. If another account caused the
 * event, its address and user agent are left out. Indexes events_user, events_actor and events_acting_for, then the
 * primary key.
 */
export const eventRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('id', id, 'type', type, 'result', result, 'at', at, 'actorId', actor_id, 'userId', user_id, 'sessionId', session_id,
        'address', CASE WHEN ${isTheirs(userId)} THEN address END, 'userAgent', CASE WHEN ${isTheirs(userId)} THEN user_agent END, 'requestId', request_id, 'data', json(data)) AS item
      FROM ${events} WHERE id IN (
        SELECT id FROM (SELECT id FROM ${events} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit})
        UNION SELECT id FROM (SELECT id FROM ${events} WHERE actor_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit})
        UNION SELECT id FROM (SELECT id FROM ${events} WHERE acting_for IS NOT NULL AND ${ACTED_FOR} = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}))
      ORDER BY id LIMIT ${limit}`
