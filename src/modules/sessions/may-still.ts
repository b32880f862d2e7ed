import type { SQL } from 'drizzle-orm'
import { stillHolds } from '../../core/authz/authority-queries.ts'
import { isClient } from '../../core/authz/question.ts'
import { always, both, type Cause } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { familyLives, keyLives } from './credential-queries.ts'
import { sessionLives } from './queries.ts'

/**
 * Holds in the batch while the caller is signed in and has the roles by which they were judged: those of the instance and, in
 * `orgId`, those there. A program that acts for a person has the roles of that person, and so has an administrator who uses the
 * session of another person; its key or its tokens must still count. Primary keys, users_id.
 */
export function mayStill(actor: Actor, orgId: string | null, now: number): SQL {
  const behind = actor.actingFor?.at(-1) ?? (actor.sessionId === null ? undefined : { kind: 'user', id: actor.id })
  return both(stillCounts(actor, now), behind?.kind === 'user' ? stillHolds(behind.id, actor, orgId) : always)
}

/** The same for who asks in the instance. The operator needs no role, and nobody judged a stranger by one. */
export const mayStillHere = ({ by }: Pick<Cause, 'by'>, now: number): SQL =>
  by === null || by === 'operator' ? always : mayStill(by, null, now)

/** What the caller showed was not ended a moment ago. */
function stillCounts(actor: Actor, now: number): SQL {
  if (actor.sessionId !== null) return sessionLives(actor.sessionId, now)
  if (actor.kind === 'api-key') return keyLives(actor.id, now)
  return isClient(actor) && actor.familyId !== null ? familyLives(actor.familyId) : always
}
