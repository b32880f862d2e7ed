import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { DAY_MS } from '../../lib/durations.ts'
import { base64url } from '../../lib/encoding.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { newSecret } from '../oauth-clients/client-secrets.ts'
import { usesSecret } from '../oauth-clients/client-terms.ts'
import { columnsOf } from '../oauth-clients/described.ts'
import { newSecretRow } from '../oauth-clients/new-client.ts'
import { insertFirstSecret, type NewClient } from '../oauth-clients/queries.ts'
import { sectorStep } from '../oauth-clients/sector.ts'
import { insertRegistration } from './queries.ts'
import { readRegistration, registered } from './registered.ts'

export type RegisterDeps = Pick<Deps, 'config' | 'db' | 'principals' | 'clock' | 'random' | 'limiter' | 'fetchPublic'>

/** So that scanners for secrets find them. */
const TOKEN_PREFIX = 'trt_'
/** A registration that nobody has used until then is deleted. */
const UNUSED_MS = 30 * DAY_MS

/**
 * Registers a client that describes itself (RFC 7591). Nobody vouches for it: its people are always asked for consent, it acts
 * only for them, and it ends after 30 days unless somebody allows it. One round trip. Throws `invalid_redirect_uri`,
 * `invalid_client_metadata`, and `temporarily_unavailable` while too many registrations are unused.
 */
export async function registerClient(
  deps: RegisterDeps,
  cause: Cause,
  body: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { db, clock, random } = deps
  const { sector, ...terms } = await readRegistration(deps, cause, body)
  const now = clock.now()
  const token = TOKEN_PREFIX + base64url(random.bytes(TOKEN_BYTES))
  const row: NewClient = {
    id: random.id('cli'),
    source: 'registration',
    orgId: null,
    status: 'active',
    firstParty: false,
    ...columnsOf(terms),
    sector,
    registrationTokenHash: await hashToken(token),
    createdBy: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
    expiresAt: now + UNUSED_MS,
  }
  const secret = usesSecret(terms) ? newSecret(deps) : undefined
  const event = newEvent(deps, cause, 'oauth_client.registered', {
    data: { clientId: row.id, grantTypes: row.grantTypes, authMethod: row.authMethod },
  })
  const { inserted } = await commit(deps, {
    sector: sectorStep(deps, sector),
    inserted: recorded(insertRegistration(db, row), event, [row.id]),
    secret:
      secret === undefined ? undefined : insertFirstSecret(db, await newSecretRow(deps, row.id, secret, null), event),
  })
  if (inserted.length === 0)
    throw refuse('temporarily_unavailable', 'Too many registrations are unused. Try again later.', {
      status: 503,
      headers: { 'retry-after': '3600' },
      cause: 'the maximum number of unused registrations is reached',
    })
  return registered(deps, row, { secret, token })
}
