import type { SQL } from 'drizzle-orm'
import { accountStillHolds, stillHolds } from '../../core/authz/authority-queries.ts'
import { isClient, isSession } from '../../core/authz/question.ts'
import { always, both } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { clientLives, familyLives, keyLives } from './credential-queries.ts'
import { sessionLives } from './queries.ts'

/**
 * Holds in the batch while the caller is signed in and has the roles by which they were judged: those of the instance, and those in the
 * organisations in which this request asked for a permission. Undefined: it asked for none. A program that acts for a person or a
 * service account has their roles, and so has an administrator who uses the session of another person; its key or its tokens must
 * still count. Primary keys, users_id.
 */
export function mayStill(actor: Actor, now: number): SQL | undefined {
  if (actor.askedIn === undefined || actor.askedIn.size === 0) return undefined
  const orgIds = [...actor.askedIn].filter((orgId) => orgId !== null)
  const behind = actor.actingFor?.at(-1) ?? (actor.sessionId === null ? undefined : { kind: 'user', id: actor.id })
  const holds =
    behind?.kind === 'user'
      ? stillHolds(behind.id, actor, orgIds)
      : behind?.kind === 'service-account'
        ? accountStillHolds(behind.id, actor)
        : always // an organisation, whose keys have their own roles
  return both(both(stillCounts(actor, now), holds), impersonatorHolds(actor))
}

/** An administrator needs their own roles too, where they were compared with those of the person: `outranks`. */
function impersonatorHolds(actor: Actor): SQL {
  if (!isSession(actor) || actor.impersonatorId === null || actor.impersonator === undefined) return always
  return stillHolds(actor.impersonatorId, actor.impersonator, [...actor.memberships.keys()])
}

/** What the caller showed was not ended a moment ago. */
function stillCounts(actor: Actor, now: number): SQL {
  if (actor.sessionId !== null) return sessionLives(actor.sessionId, now)
  if (actor.kind === 'api-key') return keyLives(actor.id, now)
  if (!isClient(actor)) return always
  const client = clientLives(actor.id, now)
  return actor.familyId === null ? client : both(client, familyLives(actor.familyId))
}
