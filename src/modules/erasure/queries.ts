import { and, eq, ne, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { ACTED_AS, ACTED_FOR, events, idempotencyKeys, jobs } from '../../../db/tables/index.ts'

/**
 * `by`: the user caused the event. `about`: the event is about the user and has no actor, such as a wrong password.
 * `for`: an API key of the user caused it. The address of another person who acted for the user is not the user's.
 */
export type Relation = 'by' | 'about' | 'for'

const related = (relation: Relation, userId: string): SQL =>
  ({
    by: sql`named.actor_id = ${userId}`,
    about: sql`named.user_id = ${userId} AND named.actor_id IS NULL`,
    for: sql`named.acting_for IS NOT NULL AND ${ACTED_FOR} = ${userId} AND ${ACTED_AS} = 'api-key'`,
  })[relation]

/**
 * Erases address and user agent from events of a user, oldest first. Also erases the salt, so that the address cannot
 * be guessed from its digest. Returns the ids. Index events_actor, events_user or events_acting_for.
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
 * Erases payload and errors of the user's jobs, because they can contain an address, and discards the waiting jobs.
 * Jobs that were queued with the deletion itself stay, such as the mail that confirms it. Index jobs_user.
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

/** Deletes the idempotency keys of the user: no client can repeat those requests. Primary key. */
export const deleteKeysOf = (db: Database, userId: string) =>
  db.delete(idempotencyKeys).where(eq(idempotencyKeys.actorId, userId))
