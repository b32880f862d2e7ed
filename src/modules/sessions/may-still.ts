import type { SQL } from 'drizzle-orm'
import { stillHolds } from '../../core/authz/authority-queries.ts'
import { isClient } from '../../core/authz/question.ts'
import { always, both } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { familyLives, keyLives } from './credential-queries.ts'
import { sessionLives } from './queries.ts'

/**
 * Holds in the batch while the caller is signed in and has the roles by which they were judged: those of the instance, and those in the
 * organisations in which this request asked for a permission. Undefined: it asked for none. A program that acts for a person has the
 * roles of that person, and so has an administrator who uses the session of another person; its key or its tokens must still count.
 * Primary keys, users_id.
 */
export function mayStill(actor: Actor, now: number): SQL | undefined {
  if (actor.askedIn === undefined || actor.askedIn.size === 0) return undefined
  const orgIds = [...actor.askedIn].filter((orgId) => orgId !== null)
  const behind = actor.actingFor?.at(-1) ?? (actor.sessionId === null ? undefined : { kind: 'user', id: actor.id })
  return both(stillCounts(actor, now), behind?.kind === 'user' ? stillHolds(behind.id, actor, orgIds) : always)
}

/** What the caller showed was not ended a moment ago. */
function stillCounts(actor: Actor, now: number): SQL {
  if (actor.sessionId !== null) return sessionLives(actor.sessionId, now)
  if (actor.kind === 'api-key') return keyLives(actor.id, now)
  return isClient(actor) && actor.familyId !== null ? familyLives(actor.familyId) : always
}
