import type { SQL } from 'drizzle-orm'
import { stillHolds } from '../../core/authz/authority-queries.ts'
import { always, both } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { sessionLives } from './queries.ts'

/**
 * Holds in the batch while the caller is signed in and has the roles by which they were judged: those of the instance and, in
 * `orgId`, those there. A program that acts for a person has the roles of that person. Primary keys.
 */
export function mayStill(actor: Actor, orgId: string | null, now: number): SQL {
  if (actor.sessionId !== null) return both(sessionLives(actor.sessionId, now), stillHolds(actor.id, actor, orgId))
  const behind = actor.actingFor?.at(-1)
  return behind?.kind === 'user' ? stillHolds(behind.id, actor, orgId) : always
}
