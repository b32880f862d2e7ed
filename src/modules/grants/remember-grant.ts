import type { SQL } from 'drizzle-orm'
import type { ScopesByAudience } from '../../../db/tables/index.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { always, both, type Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { sessionLives } from '../sessions/queries.ts'
import type { Detail } from './asked-details.ts'
import { clientIsActive } from './family-queries.ts'
import { aboutConsent, endUntrustedGrant, upsertGrant, userIsActive } from './queries.ts'

export interface Consent {
  userId: string
  clientId: string
  scopes: ScopesByAudience
  details: readonly Detail[]
  /** The session of the person who allowed it. */
  sessionId: string
}

/**
 * The steps that remember what a person allowed: a new grant, or more scopes of the one there is. In a batch, the step `granted`
 * returns `[{ id }]`, or nothing if the session, the person or the client has ended meanwhile; then nothing was written.
 * The event is `grant.consented`, which later steps can test (`happened(event)`).
 *
 *   const { steps, event } = rememberGrant(deps, cause, consent)
 *   const { granted } = await commit(deps, steps)
 */
export function rememberGrant(
  deps: Pick<Deps, 'db' | 'clock' | 'random'>,
  cause: Cause,
  { userId, clientId, scopes, details, sessionId }: Consent,
  condition: SQL = always,
) {
  const { db, clock, random } = deps
  const now = clock.now()
  const grant = { id: random.id('grt'), userId, clientId, scopes, details: [...details], now }
  const consented = newEvent(deps, cause, 'grant.consented', {
    userId,
    sessionId,
    data: aboutConsent(userId, clientId, scopes),
  })
  const living = both(both(sessionLives(sessionId, now), userIsActive(userId)), clientIsActive(clientId, now))
  return {
    steps: {
      replaced: endUntrustedGrant(db, grant),
      granted: recorded(upsertGrant(db, grant, both(living, condition)), consented),
    },
    event: consented,
    /** Of a new grant. The living one keeps its id. */
    newId: grant.id,
  }
}
