import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { stillHolds } from '../../core/authz/authority-queries.ts'
import { always, both } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { sessionLives } from './queries.ts'

/**
 * Holds in the batch while the caller is signed in and has the roles by which they were judged: those of the instance and, in
 * `orgId`, those there. A program that acts for a person has the roles of that person, and so has an administrator who uses the
 * session of another person. Primary keys.
 */
export function mayStill(actor: Actor, orgId: string | null, now: number): SQL {
  const { sessionId } = actor
  const behind = actor.actingFor?.at(-1) ?? (sessionId === null ? undefined : { kind: 'user', id: actor.id })
  const holds = behind?.kind === 'user' ? stillHolds(behind.id, actor, orgId) : always
  return sessionId === null ? holds : both(sessionLives(sessionId, now), holds)
}

/** A row while `condition` holds. A batch uses it to explain why a statement changed nothing. The keys of the condition. */
export const whileHolds = (db: Database, condition: SQL) =>
  db
    .select({ holds: sql<number>`1`.as('holds') })
    .from(sql`(SELECT 1)`)
    .where(condition)
