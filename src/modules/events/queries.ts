import { and, desc, eq, is, lt, SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { preparedByShape } from '../../../db/statements.ts'
import { events } from '../../../db/tables/index.ts'
import type { Locale } from '../../lib/languages.ts'

/** Who asked, and from where. */
export interface Cause {
  actorId: string | null
  requestId: string | null
  address: string | null
  /** The address is one of a trusted proxy: many people have it (`lib/address-budgets.ts`). */
  shared?: boolean | undefined
  userAgent: string | null
  /** The language of the request, for the mails it causes. */
  locale?: Locale | undefined
  /**
   * Throws `auth.fresh_session_required` unless the caller proved who they are in the last 10 minutes. Every function
   * that changes an address, a role or a factor, or that deletes an account, calls it before it writes. So the rule holds
   * for every route that leads to such a change. ASVS 7.5.1
   */
  requireFresh: () => void
}

export interface NewEvent extends Omit<Cause, 'actorId' | 'locale' | 'requireFresh' | 'shared'> {
  id: string
  type: EventType | SQL
  result: 'success' | 'failure'
  at: number
  actorId: string | null | SQL
  userId: string | null | SQL
  sessionId: string | null | SQL
  /** As SQL, JSON text, where the batch itself finds it out. */
  data: Record<string, unknown> | SQL
}

/** `noun.happened`. Webhooks and the audit log show these, so they are never renamed. */
export const eventTypes = [
  'setup.completed',
  'user.created',
  'user.updated',
  'user.disabled',
  'user.enabled',
  'user.deleted',
  'session.created',
  'session.refreshed',
  'session.reused',
  'session.ended',
  'auth.failed',
  'key.rotated',
  'auth.mail_requested',
  'user.email_verified',
  'user.email_changed',
  'user.password_changed',
  'user.password_reset',
  'user.imported',
  'session.stepped_up',
  'job.retried',
  'job.discarded',
  'identity.linked',
  'identity.unlinked',
  'auth.mfa_required',
  'mfa.factor_added',
  'mfa.factor_removed',
  'mfa.recovery_codes_made',
  'mfa.recovery_code_used',
  'mfa.totp_begun',
  'mfa.device_remembered',
  'mfa.device_forgotten',
  'mfa.reset',
  'role.updated',
  'user.upgraded',
  'user.exported',
  'passkey.added',
  'passkey.renamed',
  'passkey.removed',
  'passkey.counter_regressed',
  'clock.trusted',
] as const
export type EventType = (typeof eventTypes)[number]

const values = (event: NewEvent): SQL =>
  sql`SELECT ${event.id}, ${event.type}, ${event.result}, ${event.at}, ${event.actorId}, ${event.userId}, ${event.sessionId}, ${event.address}, ${event.userAgent}, ${event.requestId}, ${is(event.data, SQL) ? event.data : JSON.stringify(event.data)}, NULL, NULL, NULL`

const insert = (db: Database, select: SQL) => db.insert(events).select(select)

/** Writes an event that no change caused, such as a refused sign-in. */
export const noteEvent = preparedByShape(values, insert)

/** The same, if `when` holds in the batch. */
export const noteEventIf = preparedByShape((event: NewEvent, when: SQL) => sql`${values(event)} WHERE ${when}`, insert)

/** Writes the event if the statement before it changed a row. Returns whom it concerns. */
export const insertEvent = preparedByShape(
  (event: NewEvent) => sql`${values(event)} WHERE changes() > 0`,
  (db, select) => insert(db, select).returning({ userId: events.userId }),
)

/** True within a batch once that very event was written: the earlier step took effect. Primary key. */
export const happened = (event: { id: string | SQL }): SQL =>
  sql`EXISTS (SELECT 1 FROM ${events} WHERE ${events.id} = ${event.id})`

export interface EventFilter {
  type?: EventType | undefined
  userId?: string | undefined
  actorId?: string | undefined
  /** Only events older than this one. */
  before?: string | undefined
}

/**
 * Newest first; ids sort by time. Primary key, or events_user, events_actor or events_type, or events_user_type or
 * events_actor_type. Of a user and an actor together it reads the user's events until the page is full.
 */
export const listEvents = (db: Database, { type, userId, actorId, before }: EventFilter, limit: number) =>
  db
    .select()
    .from(events)
    .where(
      and(
        type === undefined ? undefined : eq(events.type, type),
        userId === undefined ? undefined : eq(events.userId, userId),
        actorId === undefined
          ? undefined
          : userId === undefined
            ? eq(events.actorId, actorId)
            : // An administrator who imported everybody is the actor of more events than any user has.
              sql`+${events.actorId} = ${actorId}`,
        before === undefined ? undefined : lt(events.id, before),
      ),
    )
    .orderBy(desc(events.id))
    .limit(limit)

export type EventRow = typeof events.$inferSelect
