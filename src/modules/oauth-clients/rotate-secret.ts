/** The secrets of a client: two at most, so the new one can be put everywhere before the old one ends. */
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { personBehind } from '../api-keys/own-or-reached.ts'
import { assertMayUseAccount, assertMayVouch, clientAt, WRITE, type WriteDeps } from './client-reach.ts'
import { newSecret } from './client-secrets.ts'
import { usesSecret } from './client-terms.ts'
import { newSecretRow } from './new-client.ts'
import { deleteExpiredSecrets, deleteSecret, endOtherSecrets, insertSecret, touchClient } from './queries.ts'
import type { CreateClientSecret, CreatedClientSecret } from './schema.ts'

/**
 * Adds a secret, which is in the answer and nowhere else. The old one works until it is removed, or until `overlapUntil`. Two round
 * trips besides the one for the principal. Throws `oauthclient.not_found`, `oauthclient.too_many_secrets`,
 * `oauthclient.no_secret`, `auth.forbidden`, `auth.fresh_session_required`, `request.invalid`.
 */
export async function addSecret(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  clientId: string,
  body: CreateClientSecret,
): Promise<CreatedClientSecret> {
  const person = personBehind(cause, actor)
  const { db, clock } = deps
  const now = clock.now()
  const expiresAt = body.expiresAt === undefined ? null : futureTime('/expiresAt', body.expiresAt, now)
  const overlapUntil =
    body.overlapUntil === undefined ? undefined : Math.max(now, futureTime('/overlapUntil', body.overlapUntil, 0))
  const { client, place } = await clientAt(deps, person, clientId, WRITE)
  assertMayVouch(deps, person, client, place)
  if (!usesSecret(client)) throw problem('oauthclient.no_secret')
  const inAccount = await assertMayUseAccount(deps, person, client, client.orgId)

  const secret = newSecret(deps)
  const row = await newSecretRow(deps, clientId, secret, expiresAt)
  const added = newEvent(deps, cause, 'oauth_client.secret_added', {
    orgId: client.orgId,
    data: { clientId, secretId: row.id },
  })
  const { inserted } = await commit(deps, {
    expired: deleteExpiredSecrets(db, clientId, now),
    inserted: recorded(insertSecret(db, row, inAccount), added, [clientId]),
    others: overlapUntil === undefined ? undefined : endOtherSecrets(db, row, overlapUntil, added),
    touched: touchClient(db, clientId, now, added),
  })
  if (inserted.length === 0) throw problem('oauthclient.too_many_secrets')
  const { id, hint, createdAt } = row
  return {
    id,
    hint,
    createdAt: iso(createdAt),
    expiresAt: expiresAt === null ? null : iso(expiresAt),
    clientId,
    clientSecret: secret,
  }
}

/**
 * Removes a secret, which is refused from the next request on. Two round trips besides the one for the principal. Throws
 * `oauthclient.not_found`, `oauthclient.secret_not_found`, `auth.fresh_session_required`.
 */
export async function removeSecret(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  { id: clientId, secretId }: { id: string; secretId: string },
): Promise<void> {
  const person = personBehind(cause, actor)
  const { client } = await clientAt(deps, person, clientId, WRITE)
  const now = deps.clock.now()
  const removed = newEvent(deps, cause, 'oauth_client.secret_removed', {
    orgId: client.orgId,
    data: { clientId, secretId },
  })
  const { rows } = await commit(deps, {
    rows: recorded(deleteSecret(deps.db, { id: secretId, clientId }), removed, [clientId]),
    touched: touchClient(deps.db, clientId, now, removed),
  })
  if (rows.length === 0) throw problem('oauthclient.secret_not_found')
}

/** Times of the API after this one are typing errors. */
const MAX_TIME = Date.UTC(9999, 0)

/** ms UTC. Throws `request.invalid`. */
function futureTime(path: string, text: string, after: number): number {
  const at = Date.parse(text)
  if (!(at > after && at < MAX_TIME))
    throw problem('request.invalid', { errors: [{ path, message: 'Expected a time in the future' }] })
  return at
}
