/** Notifications as their senders see them, and how they reach their recipients. */
import { and, desc, eq, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  events,
  idempotencyKeys,
  notificationDigests,
  notificationPreferences,
  notificationRecipients,
  notifications,
  organisations,
  orgMemberRoles,
  orgMembers,
  userRoles,
  users,
} from '../../../db/tables/index.ts'
import type { NotificationTarget } from '../../../db/tables/notifications.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { happened, type NewEvent, selectEvent } from '../../core/events/queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import { ANY_KIND, DEFAULT_DELIVERY } from './schema.ts'

const shown = {
  id: notifications.id,
  kind: notifications.kind,
  title: notifications.title,
  body: notifications.body,
  data: notifications.data,
  targets: notifications.targets,
  orgId: notifications.orgId,
  state: notifications.state,
  recipients: notifications.recipients,
  createdAt: notifications.createdAt,
  finishedAt: notifications.finishedAt,
}

/** At most this many of one sender are being sent at the same time. Each keeps a job in the queue. */
const MOST_PENDING = 20

export type NotificationRow = typeof notifications.$inferSelect

/** Inserts nothing if too many of the sender are being sent. Index notifications_sending. */
export const insertNotification = (db: Database, row: NotificationRow) =>
  db
    .insert(notifications)
    .select(
      sql`${selectRow(notifications, row)} WHERE (SELECT count(*) FROM ${notifications} AS pending WHERE pending.actor_id = ${row.actorId} AND pending.finished_at IS NULL) < ${MOST_PENDING}`,
    )
    .returning({ id: notifications.id })

/** Primary key. */
export const sentById = (db: Database, id: string) =>
  db.select(shown).from(notifications).where(eq(notifications.id, id)).limit(1)
export type ShownSent = Awaited<ReturnType<typeof sentById>>[number]

/** With what its job needs. Primary key. */
export const notificationToSend = (db: Database, id: string) =>
  db.select().from(notifications).where(eq(notifications.id, id)).limit(1)

/** Those of an organisation (null: of the instance), newest first. Index notifications_org. */
export const listSent = (db: Database, orgId: string | null, before: string | undefined, limit: number) =>
  db
    .select(shown)
    .from(notifications)
    .where(
      and(sql`${notifications.orgId} IS ${orgId}`, before === undefined ? undefined : lt(notifications.id, before)),
    )
    .orderBy(desc(notifications.id))
    .limit(limit)

/** The notification of an earlier request with this key; null if it was deleted. Primary keys. */
export const notificationOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, notification: shown })
    .from(idempotencyKeys)
    .leftJoin(notifications, eq(notifications.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

type Changes = Partial<Pick<NotificationRow, 'turn' | 'state' | 'finishedAt' | 'expiresAt'>>

/** Takes the turn `from`, unless it was taken or the sending has ended. Primary key. */
export const takeTurn = (db: Database, id: string, from: string, changes: Changes) =>
  db
    .update(notifications)
    .set(changes)
    .where(and(eq(notifications.id, id), eq(notifications.turn, from), isNull(notifications.finishedAt)))
    .returning({ id: notifications.id })

/** True in the batch that took this turn. Primary key. */
export const hasTurn = (id: string, turn: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${notifications} AS taken WHERE taken.id = ${id} AND taken.turn = ${turn})`

/**
 * Nobody sees it from now on, and no further slice is sent. Changes nothing if it was retracted, or sent somewhere else than in one
 * of these organisations (null: the instance). Primary key.
 */
export const retract = (db: Database, id: string, now: number, places: readonly (string | null)[]) =>
  db
    .update(notifications)
    .set({ state: 'retracted', finishedAt: sql`coalesce(${notifications.finishedAt}, ${now})`, expiresAt: now })
    .where(
      and(
        eq(notifications.id, id),
        sql`${notifications.state} <> 'retracted'`,
        sql`coalesce(${notifications.orgId}, '') IN ${listed(places.map((orgId) => orgId ?? ''))}`,
      ),
    )
    .returning({ id: notifications.id })

/** Where it was sent: the organisation, null for the instance. Primary key. */
export const placeOfSent = (id: string): SQL => sql`(SELECT org_id FROM ${notifications} AS sent WHERE sent.id = ${id})`

/**
 * The next people of a target, in the order of their ids. A person who joins while it is sent may be among them. Primary keys,
 * indexes org_member_roles_role, user_roles_role, users_id.
 */
export function nextOf(db: Database, { userId, orgId, role }: NotificationTarget, after: string, limit: number) {
  const next = (source: SQL) => db.all<{ id: string }>(sql`${source} LIMIT ${limit}`)
  if (orgId === undefined) {
    if (role === undefined)
      return next(sql`SELECT id FROM ${users} WHERE id = ${userId ?? ''} AND id > ${after} ORDER BY id`)
    return next(
      sql`SELECT user_id AS id FROM ${userRoles} WHERE role = ${role} AND user_id > ${after} ORDER BY user_id`,
    )
  }
  const living = sql`EXISTS (SELECT 1 FROM ${organisations} WHERE id = ${orgId} AND deleted_at IS NULL)`
  if (role !== undefined)
    return next(
      sql`SELECT user_id AS id FROM ${orgMemberRoles} WHERE org_id = ${orgId} AND role = ${role} AND user_id > ${after} AND ${living} ORDER BY user_id`,
    )
  const one = userId === undefined ? sql`` : sql`AND user_id = ${userId}`
  return next(
    sql`SELECT user_id AS id FROM ${orgMembers} WHERE org_id = ${orgId} AND user_id > ${after} ${one} AND ${living} ORDER BY user_id`,
  )
}

/** People, each with the id of the event that tells them. */
export type Told = readonly { user: string; event: string }[]

const each = (told: Told): SQL => sql`json_each(${JSON.stringify(told)}) AS one`
const USER = sql`one.value ->> 'user'`
const EVENT = sql`one.value ->> 'event'`

/** What the person chose for the kind. Primary key. */
const deliveryOf = (userId: SQL, kind: string): SQL => {
  const chosen = (of: string) =>
    sql`(SELECT delivery FROM ${notificationPreferences} WHERE user_id = ${userId} AND kind = ${of})`
  return sql`coalesce(${chosen(kind)}, ${chosen(ANY_KIND)}, ${DEFAULT_DELIVERY})`
}

/**
 * One event for each of these people who exist, want the kind, and do not have the notification yet. `member`: who must be a
 * member of this organisation. Index users_id, primary keys.
 */
export const insertEvents = (
  db: Database,
  event: NewEvent,
  told: Told,
  { id, kind, member, when }: { id: string; kind: string; member: string | null; when: SQL },
) => {
  const isMember =
    member === null
      ? sql``
      : sql` AND EXISTS (SELECT 1 FROM ${orgMembers} AS joined WHERE joined.org_id = ${member} AND joined.user_id = ${USER})`
  return db.insert(events).select(
    sql`${selectEvent({ ...event, id: EVENT, userId: USER })} FROM ${each(told)} WHERE ${when}${isMember}
        AND EXISTS (SELECT 1 FROM ${users} WHERE users.id = ${USER})
        AND NOT EXISTS (SELECT 1 FROM ${notificationRecipients} AS has WHERE has.user_id = ${USER} AND has.notification_id = ${id})
        AND ${deliveryOf(USER, kind)} <> 'off'`,
  )
}

/** When mails are due. */
export interface MailTimes {
  /** For a person who got none lately, ms UTC; null: there are no mails. */
  dueAt: number | null
  /** Between two mails to one person. */
  intervalMs: number
}

/** The notification in the list of each person whose event was written. Primary keys. */
export const insertRecipients = (
  db: Database,
  told: Told,
  { id, kind }: { id: string; kind: string },
  { dueAt, intervalMs }: MailTimes,
) => {
  const last = sql`(SELECT sent_at FROM ${notificationDigests} WHERE user_id = ${USER})`
  const mailAt =
    dueAt === null
      ? sql`NULL`
      : sql`CASE ${deliveryOf(USER, kind)} WHEN 'mail_digest' THEN max(${dueAt}, coalesce(${last} + ${intervalMs}, 0)) END`
  return db
    .insert(notificationRecipients)
    .select(
      sql`${selectRow(notificationRecipients, { userId: USER, notificationId: id, readAt: sql`NULL`, mailAt })} FROM ${each(told)} WHERE ${happened({ id: EVENT })}`,
    )
}

/** Adds those whose event was written. Primary keys. */
export const countRecipients = (db: Database, id: string, told: Told) =>
  db
    .update(notifications)
    .set({
      recipients: sql`${notifications.recipients} + (SELECT count(*) FROM ${each(told)} CROSS JOIN ${events} AS written ON written.id = ${EVENT})`,
    })
    .where(eq(notifications.id, id))

/** Recipients of notifications that nobody sees any more, oldest first. Indexes notifications_expires, notification_recipients_of. */
export const deleteExpiredRecipients = (db: Database, now: number, limit: number) =>
  db.delete(notificationRecipients).where(
    sql`rowid IN (SELECT had.rowid FROM ${notifications} AS old CROSS JOIN ${notificationRecipients} AS had ON had.notification_id = old.id
        WHERE old.expires_at <= ${now} ORDER BY old.expires_at LIMIT ${limit})`,
  )

/** Those that nobody has. The trigger deletes the others with their last recipient. Indexes as above. */
export const deleteExpired = (db: Database, now: number, limit: number) =>
  db.delete(notifications).where(
    sql`id IN (SELECT old.id FROM ${notifications} AS old WHERE old.expires_at <= ${now}
        AND NOT EXISTS (SELECT 1 FROM ${notificationRecipients} AS had WHERE had.notification_id = old.id) ORDER BY old.expires_at LIMIT ${limit})`,
  )
