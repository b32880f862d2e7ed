/** Notifications as their recipient sees them. */
import { and, eq, gt, isNull, lte, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { notificationPreferences, notificationRecipients, notifications, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { MAX_PREFERENCES, MOST_COUNTED } from './schema.ts'

const shown = {
  id: notifications.id,
  kind: notifications.kind,
  title: notifications.title,
  body: notifications.body,
  data: notifications.data,
  orgId: notifications.orgId,
  createdAt: notifications.createdAt,
  readAt: notificationRecipients.readAt,
}

/** Of this person, and neither retracted nor too old. */
const visible = (userId: string, now: number) =>
  and(eq(notificationRecipients.userId, userId), gt(notifications.expiresAt, now))

const isOne = (userId: string, id: string) =>
  and(eq(notificationRecipients.userId, userId), eq(notificationRecipients.notificationId, id))

/** Whether a row of `notification_recipients` is of a notification that can be seen. Primary key. */
const isVisible = (now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${notifications} AS seen WHERE seen.id = notification_recipients.notification_id AND seen.expires_at > ${now})`

export interface OwnList {
  userId: string
  unread: boolean
  before: string | undefined
  limit: number
}

/** Newest first; ids sort by time. Primary key, or index notification_recipients_unread. */
export const listOwn = (db: Database, { userId, unread, before, limit }: OwnList, now: number) =>
  db
    .select(shown)
    .from(notificationRecipients)
    .innerJoin(notifications, eq(notifications.id, notificationRecipients.notificationId))
    .where(
      and(
        visible(userId, now),
        unread ? isNull(notificationRecipients.readAt) : undefined,
        before === undefined ? undefined : sql`${notificationRecipients.notificationId} < ${before}`,
      ),
    )
    .orderBy(sql`${notificationRecipients.notificationId} DESC`)
    .limit(limit)

/** Primary keys. */
export const ownById = (db: Database, userId: string, id: string, now: number) =>
  db
    .select(shown)
    .from(notificationRecipients)
    .innerJoin(notifications, eq(notifications.id, notificationRecipients.notificationId))
    .where(and(visible(userId, now), isOne(userId, id)))
    .limit(1)
export type OwnRow = Awaited<ReturnType<typeof ownById>>[number]

/** At most `MOST_COUNTED`. Index notification_recipients_unread, primary key of notifications for each. */
export const countUnread = (db: Database, userId: string, now: number) =>
  db
    .select({ count: sql<number>`count(*)`.mapWith(Number).as('count') })
    .from(
      sql`(SELECT 1 FROM ${notificationRecipients} WHERE user_id = ${userId} AND read_at IS NULL AND ${isVisible(now)} LIMIT ${MOST_COUNTED})`,
    )

/** Changes nothing if it is read. No mail names it any more. Primary keys. */
export const markRead = (db: Database, userId: string, id: string, now: number) =>
  db
    .update(notificationRecipients)
    .set({ readAt: now, mailAt: null })
    .where(and(isOne(userId, id), isNull(notificationRecipients.readAt), isVisible(now)))
    .returning({ id: notificationRecipients.notificationId })

/** Changes nothing if it is unread. The person has seen it, so no mail names it. Primary keys. */
export const markUnread = (db: Database, userId: string, id: string, now: number) =>
  db
    .update(notificationRecipients)
    .set({ readAt: null })
    .where(and(isOne(userId, id), sql`${notificationRecipients.readAt} IS NOT NULL`, isVisible(now)))
    .returning({ id: notificationRecipients.notificationId })

/** All unread ones, or those up to the notification `upTo`. Index notification_recipients_unread. */
export const markAllRead = (db: Database, userId: string, upTo: string | undefined, now: number) =>
  db
    .update(notificationRecipients)
    .set({ readAt: now, mailAt: null })
    .where(
      and(
        eq(notificationRecipients.userId, userId),
        isNull(notificationRecipients.readAt),
        upTo === undefined ? undefined : lte(notificationRecipients.notificationId, upTo),
      ),
    )

/** Every choice of the person. Primary key. */
export const preferencesOf = (db: Database, userId: string) =>
  db
    .select({ kind: notificationPreferences.kind, delivery: notificationPreferences.delivery })
    .from(notificationPreferences)
    .where(eq(notificationPreferences.userId, userId))
    .orderBy(notificationPreferences.kind)

/** The kinds of the newest notifications. Primary keys: 200 rows. */
export const receivedKinds = (db: Database, userId: string) =>
  db.select({ kind: sql<string>`kind`.as('kind') }).from(
    sql`(SELECT DISTINCT n.kind AS kind FROM (SELECT notification_id FROM ${notificationRecipients} WHERE user_id = ${userId} ORDER BY notification_id DESC LIMIT 200) AS newest
        CROSS JOIN ${notifications} AS n ON n.id = newest.notification_id ORDER BY n.kind)`,
  )

type Choices = Readonly<Record<string, 'mail_digest' | 'in_app' | 'off'>>
const each = (choices: Choices): SQL => sql`json_each(${JSON.stringify(choices)}) AS one`

/** Whether the person has too many choices with these. Primary key. */
const wouldBeTooMany = (userId: string, choices: Choices, removed: readonly string[]): SQL =>
  sql`(SELECT count(*) FROM (SELECT kind FROM ${notificationPreferences} WHERE user_id = ${userId} AND kind NOT IN ${listed(removed)}
    UNION SELECT one.key FROM ${each(choices)})) > ${MAX_PREFERENCES}`

/** The condition of `noteEventIf` for the change of the choices: they fit, and differ from what is stored. Primary key, users_id. */
export const changesChoices = (userId: string, choices: Choices, removed: readonly string[]): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} WHERE users.id = ${userId}) AND NOT ${wouldBeTooMany(userId, choices, removed)} AND (
    EXISTS (SELECT 1 FROM ${each(choices)} WHERE one.value IS NOT (SELECT chosen.delivery FROM ${notificationPreferences} AS chosen WHERE chosen.user_id = ${userId} AND chosen.kind = one.key))
    OR EXISTS (SELECT 1 FROM ${notificationPreferences} AS chosen WHERE chosen.user_id = ${userId} AND chosen.kind IN ${listed(removed)}))`

/** After the event. Primary key. */
export const removeChoices = (db: Database, userId: string, removed: readonly string[], event: NewEvent) =>
  db
    .delete(notificationPreferences)
    .where(and(eq(notificationPreferences.userId, userId), sql`kind IN ${listed(removed)}`, happened(event)))

/** After the event. Primary key. */
export const storeChoices = (db: Database, userId: string, choices: Choices, event: NewEvent) =>
  Object.entries(choices).map(([kind, delivery]) =>
    db
      .insert(notificationPreferences)
      .select(sql`${selectRow(notificationPreferences, { userId, kind, delivery })} WHERE ${happened(event)}`)
      .onConflictDoUpdate({
        target: [notificationPreferences.userId, notificationPreferences.kind],
        set: { delivery },
      }),
  )
