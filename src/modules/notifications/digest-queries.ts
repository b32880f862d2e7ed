/** Who is due a mail about unread notifications, and what it says. */
import { and, eq, isNotNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  notificationDigests,
  notificationPreferences,
  notificationRecipients,
  notifications,
  sessions,
  users,
} from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { trusted } from '../users/trust-queries.ts'
import { ANY_KIND, type Delivery } from './schema.ts'

export interface DueDigest {
  userId: string
  /** Has an address that is proved, and is active. */
  reachable: boolean
  /** A session of the person was in use lately. */
  isHere: boolean
  /** The newest titles, and how many there are in all. */
  titles: string[]
  count: number
}

/** The notifications of a due person that wait for a mail and can be seen. */
const waiting = (columns: SQL, now: number): SQL =>
  sql`SELECT ${columns} FROM ${notificationRecipients} AS waits CROSS JOIN ${notifications} AS n ON n.id = waits.notification_id
    WHERE waits.user_id = due.user_id AND waits.mail_at IS NOT NULL AND waits.read_at IS NULL AND n.expires_at > ${now}`

/**
 * The people of the first `rows` rows that are due. `seenAfter`, ms UTC: who was here since then is here. Indexes notification_recipients_mail and
 * _waiting, users_id, sessions_user.
 */
export async function dueDigests(
  db: Database,
  { now, seenAfter, rows, titles }: { now: number; seenAfter: number; rows: number; titles: number },
): Promise<DueDigest[]> {
  const due = await db.all<{ user_id: string; reachable: number; is_here: number; titles: string; count: number }>(
    sql`SELECT due.user_id AS user_id, coalesce((SELECT owner.status = 'active' AND owner.email_verified AND NOT owner.anonymous FROM ${users} AS owner WHERE owner.id = due.user_id), 0) AS reachable,
      EXISTS (SELECT 1 FROM ${sessions} AS open WHERE open.user_id = due.user_id AND open.ended_at IS NULL AND open.impersonator_id IS NULL AND open.last_seen_at > ${seenAfter} AND ${trusted('open')}) AS is_here,
      (SELECT json_group_array(title) FROM (${waiting(sql`n.title`, now)} ORDER BY n.id DESC LIMIT ${titles})) AS titles,
      (SELECT count(*) FROM (${waiting(sql`1`, now)} LIMIT 1000)) AS count
      FROM (SELECT DISTINCT user_id FROM (SELECT user_id FROM ${notificationRecipients} WHERE mail_at <= ${now} ORDER BY mail_at LIMIT ${rows})) AS due`,
  )
  return due.map((row) => ({
    userId: row.user_id,
    reachable: row.reachable === 1,
    isHere: row.is_here === 1,
    titles: JSON.parse(row.titles) as string[], // json_group_array of a NOT NULL text column
    count: row.count,
  }))
}

/** What waits for a mail to this person waits no longer. Changes nothing if none is due any more. Index notification_recipients_waiting. */
export const endWaiting = (db: Database, userId: string, now: number) =>
  db
    .update(notificationRecipients)
    .set({ mailAt: null })
    .where(
      and(
        eq(notificationRecipients.userId, userId),
        isNotNull(notificationRecipients.mailAt),
        sql`EXISTS (SELECT 1 FROM ${notificationRecipients} AS first WHERE first.user_id = ${userId} AND first.mail_at <= ${now})`,
      ),
    )

/** What is due waits until then. Index notification_recipients_waiting. */
export const postpone = (db: Database, userId: string, now: number, until: number) =>
  db
    .update(notificationRecipients)
    .set({ mailAt: until })
    .where(and(eq(notificationRecipients.userId, userId), sql`mail_at <= ${now}`))

/** Primary key. */
export const noteDigest = (db: Database, userId: string, now: number, when: SQL) =>
  db
    .insert(notificationDigests)
    .select(sql`${selectRow(notificationDigests, { userId, sentAt: now })} WHERE ${when}`)
    .onConflictDoUpdate({ target: notificationDigests.userId, set: { sentAt: now } })

const MAIL: Delivery = 'mail_digest'
const NO_MAIL: Delivery = 'in_app'

/** Whether mails may name notifications of this person: by a choice, for want of one, or because one waits. Primary keys, users_id, notification_recipients_waiting. */
export const getsDigests = (userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} WHERE users.id = ${userId}) AND (
    NOT EXISTS (SELECT 1 FROM ${notificationPreferences} AS chosen WHERE chosen.user_id = ${userId} AND chosen.kind = ${ANY_KIND})
    OR EXISTS (SELECT 1 FROM ${notificationPreferences} AS chosen WHERE chosen.user_id = ${userId} AND chosen.delivery = ${MAIL})
    OR EXISTS (SELECT 1 FROM ${notificationRecipients} AS waits WHERE waits.user_id = ${userId} AND waits.mail_at IS NOT NULL))`

/** After the event. Primary key. */
export const chooseNoDigest = (db: Database, userId: string, event: NewEvent) =>
  db
    .update(notificationPreferences)
    .set({ delivery: NO_MAIL })
    .where(and(eq(notificationPreferences.userId, userId), eq(notificationPreferences.delivery, MAIL), happened(event)))

/** After the event: kinds without a choice of their own, unless there is a choice for them. Primary key. */
export const chooseNoDigestByDefault = (db: Database, userId: string, event: NewEvent) =>
  db
    .insert(notificationPreferences)
    .select(
      sql`${selectRow(notificationPreferences, { userId, kind: ANY_KIND, delivery: NO_MAIL })} WHERE ${happened(event)}`,
    )
    .onConflictDoNothing()

/** After the event. Index notification_recipients_waiting. */
export const endAllWaiting = (db: Database, userId: string, event: NewEvent) =>
  db
    .update(notificationRecipients)
    .set({ mailAt: null })
    .where(and(eq(notificationRecipients.userId, userId), isNotNull(notificationRecipients.mailAt), happened(event)))
