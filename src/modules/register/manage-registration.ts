/** A client reads, changes and deletes its own registration (RFC 7592), with the token that it got for it. */
import { limitAddressHere } from '../../core/limits/request-budgets.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { type OAuthError, refuse } from '../../lib/oauth-error.ts'
import { hashToken } from '../../lib/tokens.ts'
import { findSecret, newSecret } from '../oauth-clients/client-secrets.ts'
import { usesSecret } from '../oauth-clients/client-terms.ts'
import { columnsOf } from '../oauth-clients/described.ts'
import { newSecretRow } from '../oauth-clients/new-client.ts'
import { dropSecrets, insertFirstSecret, type NewClient } from '../oauth-clients/queries.ts'
import { sectorStep } from '../oauth-clients/sector.ts'
import { changeRegistration, deleteRegistration, ownRegistration, secretsOf } from './queries.ts'
import type { RegisterDeps } from './register-client.ts'
import { readRegistration, registered } from './registered.ts'

type ManageDeps = RegisterDeps

/** Who asks: the id in the path, and the Authorization header. */
export interface Claim {
  id: string
  authorization: string | null
}

const MAX_TOKEN = 200

/** The same for an unknown client, a wrong token, and a registration that has ended (RFC 7592 §2.1). */
const unauthorized = (): OAuthError =>
  refuse('invalid_token', 'The registration access token is not valid.', {
    status: 401,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  })

/** One round trip. Throws `invalid_token`, `request.rate_limited`. */
async function claimed(
  deps: ManageDeps,
  cause: Cause,
  { id, authorization }: Claim,
): Promise<{ row: NewClient; tokenHash: string }> {
  const token = /^Bearer +([\w-]+) *$/i.exec(authorization ?? '')?.[1]
  if (token === undefined || token.length > MAX_TOKEN) throw unauthorized()
  const tokenHash = await hashToken(token)
  const [row] = await ownRegistration(deps.db, id, tokenHash, deps.clock.now())
  if (row !== undefined) return { row, tokenHash }
  limitAddressHere(deps, 'client-failure:address', cause)
  throw unauthorized()
}

export async function readOwn(deps: ManageDeps, cause: Cause, claim: Claim): Promise<Record<string, unknown>> {
  return registered(deps, (await claimed(deps, cause, claim)).row)
}

/**
 * Replaces the registration: what the body does not name gets its default (RFC 7592 §2.2). A new secret is made if the client
 * changes to a method with one. Two or three round trips. Throws `invalid_token`, `invalid_redirect_uri`,
 * `invalid_client_metadata`.
 */
export async function replaceOwn(
  deps: ManageDeps,
  cause: Cause,
  claim: Claim,
  { client_id: id, client_secret: given, ...body }: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { row: before, tokenHash } = await claimed(deps, cause, claim)
  if (id !== before.id) throw refuse('invalid_client_metadata', 'client_id: Expected the id of the client.')
  const ours = [
    'registration_access_token',
    'registration_client_uri',
    'client_secret_expires_at',
    'client_id_issued_at',
  ]
  const named = ours.find((member) => member in body)
  if (named !== undefined) throw refuse('invalid_client_metadata', `${named}: Expected none in a change.`)
  const { db, clock } = deps
  const { sector, ...terms } = await readRegistration(deps, cause, body, before)
  const secrets = given === undefined && !usesSecret(terms) ? [] : await secretsOf(db, before.id)
  if (
    given !== undefined &&
    !(typeof given === 'string' && (await findSecret(deps, { id: before.id, secrets }, given)))
  )
    throw refuse('invalid_client_metadata', 'client_secret: Expected the secret of the client.')

  const now = clock.now()
  const secret = usesSecret(terms) && secrets.length === 0 ? newSecret(deps) : undefined
  const columns = { ...columnsOf(terms), sector }
  const event = newEvent(deps, cause, 'oauth_client.registration_changed', { data: { clientId: before.id } })
  const { changed } = await commit(deps, {
    sector: sectorStep(deps, sector),
    changed: recorded(changeRegistration(db, before, tokenHash, columns, now), event, [before.id]),
    dropped: usesSecret(terms) ? undefined : dropSecrets(db, before.id, event),
    secret:
      secret === undefined
        ? undefined
        : insertFirstSecret(db, await newSecretRow(deps, before.id, secret, null), event),
  })
  if (changed.length === 0)
    throw refuse('invalid_client_metadata', 'The registration was changed at the same time. Read it again.')
  return registered(deps, { ...before, ...columns }, { secret })
}

/** Ends the client, its grants and their tokens (RFC 7592 §2.3). Two round trips. Throws `invalid_token`. */
export async function deleteOwn(deps: ManageDeps, cause: Cause, claim: Claim): Promise<void> {
  const { row, tokenHash } = await claimed(deps, cause, claim)
  const event = newEvent(deps, cause, 'oauth_client.registration_deleted', { data: { clientId: row.id } })
  const { rows } = await commit(deps, {
    rows: recorded(deleteRegistration(deps.db, row.id, tokenHash, deps.clock.now()), event, [row.id]),
  })
  if (rows.length === 0) throw unauthorized()
}
