import { and, eq, ne, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { events, idempotencyKeys, jobs } from '../../../db/tables/index.ts'

/** `by`: what the user did. `about`: what nobody signed in did to the account, such as guessing its password. */
export type Relation = 'by' | 'about'

const related = (relation: Relation, userId: string): SQL =>
  relation === 'by' ? sql`named.actor_id = ${userId}` : sql`named.user_id = ${userId} AND named.actor_id IS NULL`

/**
 * Blanks where events of a user came from, oldest first, and the salt without which nobody can try what it was. Returns
 * their ids. Index events_actor or events_user.
 */
export const eraseEvents = (db: Database, relation: Relation, userId: string, after: string, limit: number) =>
  db
    .update(events)
    .set({ address: null, userAgent: null, salt: null })
    .where(
      sql`id IN (SELECT named.id FROM ${events} AS named WHERE ${related(relation, userId)} AND named.id > ${after}
        AND (named.address IS NOT NULL OR named.user_agent IS NOT NULL OR named.salt IS NOT NULL) ORDER BY named.id LIMIT ${limit})`,
    )
    .returning({ id: events.id })

/**
 * Takes the payload and the errors from jobs of a user, which may quote an address, and discards those that wait; not
 * what was queued with the deletion itself, such as the mail that confirms it. Index jobs_user.
 */
export const eraseJobs = (db: Database, userId: string, deletionId: string, now: number) =>
  db
    .update(jobs)
    .set({
      payload: null,
      lastError: null,
      lease: null,
      state: sql`CASE WHEN state = 'done' THEN state ELSE 'discarded' END`,
      finishedAt: sql`coalesce(finished_at, ${now})`,
    })
    .where(and(eq(jobs.userId, userId), ne(jobs.kind, 'erasure'), sql`event_id IS NOT ${deletionId}`))

/** Nobody is left to send these again. Primary key. */
export const deleteKeysOf = (db: Database, userId: string) =>
  db.delete(idempotencyKeys).where(eq(idempotencyKeys.actorId, userId))
