import type { SQL } from 'drizzle-orm'
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
