/** The notifications of a user in the export of the account. */
import { sql } from 'drizzle-orm'
import { notificationPreferences, notificationRecipients, notifications } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Primary keys. */
export const notificationRows: SectionRows = (userId, after, limit) =>
  sql`SELECT had.notification_id AS "key", json_object('id', n.id, 'kind', n.kind, 'title', n.title, 'body', n.body, 'data', json(n.data), 'orgId', n.org_id, 'createdAt', n.created_at, 'readAt', had.read_at) AS item
      FROM ${notificationRecipients} AS had JOIN ${notifications} AS n ON n.id = had.notification_id WHERE had.user_id = ${userId} AND had.notification_id > ${after} ORDER BY had.notification_id LIMIT ${limit}`

/** Primary key. */
export const preferenceRows: SectionRows = (userId, after, limit) =>
  sql`SELECT kind AS "key", json_object('kind', kind, 'delivery', delivery) AS item
      FROM ${notificationPreferences} WHERE user_id = ${userId} AND kind > ${after} ORDER BY kind LIMIT ${limit}`
