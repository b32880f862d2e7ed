import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** Whom a notification is for. */
export interface NotificationTarget {
  userId?: string
  orgId?: string
  role?: string
}

/**
 * Notifications: what was sent, once for all its recipients. A queued job writes the recipients, one slice after the other.
 * No foreign keys, because a notification stays after its sender or its organisation was deleted.
 */
export const notifications = sqliteTable(
  'notifications',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    body: text('body'),
    data: text('data', { mode: 'json' }).$type<Record<string, unknown>>(),
    targets: text('targets', { mode: 'json' }).$type<NotificationTarget[]>().notNull(),
    /** The organisation of all its targets; null: it was sent in the instance. */
    orgId: text('org_id'),
    /** Who sent it, and for whom: JSON of `ActingFor` (`src/lib/acting-for.ts`). */
    actorId: text('actor_id').notNull(),
    actingFor: text('acting_for'),
    state: text('state', { enum: ['sending', 'sent', 'stopped', 'retracted'] }).notNull(),
    /** A new random value for each slice. Only the job that knows it does the next slice. */
    turn: text('turn').notNull(),
    /** How many recipients have it. */
    recipients: integer('recipients').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Null while it is being sent. */
    finishedAt: integer('finished_at'),
    /** From then on nobody sees it, and a sweep deletes it. */
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [
    index('notifications_org').on(table.orgId, table.id),
    index('notifications_expires').on(table.expiresAt),
    // The few that are being sent.
    index('notifications_sending').on(table.actorId).where(sql`${table.finishedAt} IS NULL`),
  ],
)

/**
 * A notification in the list of a person. The trigger `notification_recipients_gone` of the migrations deletes a notification with
 * its last recipient: what was written to one person alone goes with the account of that person.
 */
export const notificationRecipients = sqliteTable(
  'notification_recipients',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    notificationId: text('notification_id')
      .notNull()
      .references(() => notifications.id, { onDelete: 'cascade' }),
    readAt: integer('read_at'),
    /** When a mail is due that names it; null: none, or it was sent. */
    mailAt: integer('mail_at'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.notificationId] }),
    index('notification_recipients_of').on(table.notificationId),
    index('notification_recipients_unread').on(table.userId, table.notificationId).where(sql`${table.readAt} IS NULL`),
    index('notification_recipients_mail').on(table.mailAt, table.userId).where(sql`${table.mailAt} IS NOT NULL`),
    index('notification_recipients_waiting').on(table.userId).where(sql`${table.mailAt} IS NOT NULL`),
  ],
)

/** What a person chose for a kind of notification. The kind `*` is every kind without a choice of its own. */
export const notificationPreferences = sqliteTable(
  'notification_preferences',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: text('kind').notNull(),
    delivery: text('delivery', { enum: ['mail_digest', 'in_app', 'off'] }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.kind] })],
)

/** When the last mail about notifications was queued for a person. */
export const notificationDigests = sqliteTable('notification_digests', {
  userId: text('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  sentAt: integer('sent_at').notNull(),
})
