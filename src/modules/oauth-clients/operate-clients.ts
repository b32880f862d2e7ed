/** What the operator of the machine does with clients. No permission limits it. */
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { always } from '../../core/events/queries.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { usesSecret } from './client-terms.ts'
import { newSecret } from './client-secrets.ts'
import type { ClientRow } from './described.ts'
import { importClients } from './import-clients.ts'
import type { ImportedClient } from './import-schema.ts'
import { newSecretRow } from './new-client.ts'
import {
  clientById,
  deleteClient,
  deleteExpiredSecrets,
  deleteSecretsOf,
  endOtherSecrets,
  insertSecret,
  listClients,
  listEveryClient,
  touchClient,
  updateClient,
} from './queries.ts'
import type { CreatedClientSecret } from './schema.ts'

type OperateDeps = Pick<Deps, 'config' | 'db' | 'principals' | 'clock' | 'random'>

/** By id, backwards. Without an organisation, the clients of the instance and of every organisation. */
export const pageOfEveryClient = (
  { db }: Pick<Deps, 'db'>,
  orgId: string | undefined,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<ClientRow>> =>
  readNewest(page, (before, limit) =>
    orgId === undefined ? listEveryClient(db, before, limit) : listClients(db, orgId, before, limit),
  )

/** One round trip. Throws `oauthclient.not_found`. */
export async function anyClient({ db }: Pick<Deps, 'db'>, id: string): Promise<ClientRow> {
  const [client] = await clientById(db, id)
  if (client === undefined) throw problem('oauthclient.not_found')
  return client
}

/** Throws `request.invalid`, also for the id of a client that is there. */
export async function createAnyClient(
  deps: OperateDeps & Pick<Deps, 'fetchPublic' | 'limiter'>,
  { clientId = deps.random.id('cli'), ...body }: ImportedClient,
): Promise<{ client: ClientRow; secret: string | undefined }> {
  const taken = { path: '/clientId', message: 'Expected an id that no client has' }
  if ((await clientById(deps.db, clientId)).length > 0) throw problem('request.invalid', { errors: [taken] })
  const [item] = await importClients(deps, [{ ...body, clientId }])
  if (item?.status !== 'created') throw problem('request.invalid', { errors: [...(item?.errors ?? [])] })
  return { client: await anyClient(deps, clientId), secret: item.clientSecret }
}

/** Two round trips. Throws `oauthclient.not_found`, `oauthclient.changed`. */
export async function setClientStatus(
  deps: OperateDeps,
  id: string,
  status: 'active' | 'disabled',
): Promise<ClientRow> {
  const { db, clock } = deps
  const before = await anyClient(deps, id)
  const updated = newEvent(deps, systemCause, 'oauth_client.updated', {
    orgId: before.orgId,
    data: { clientId: id, fields: ['status'], status },
  })
  const { changed, found } = await commit(deps, {
    changed: recorded(updateClient(db, before, { status }, { condition: always, now: clock.now() }), updated, [id]),
    found: clientById(db, id),
  })
  const [client] = found
  if (client === undefined) throw problem('oauthclient.not_found')
  if (changed.length === 0) throw problem('oauthclient.changed')
  return client
}

/** Two round trips. Its grants and tokens end with it. Throws `oauthclient.not_found`. */
export async function removeAnyClient(deps: OperateDeps, id: string): Promise<void> {
  const { orgId } = await anyClient(deps, id)
  const deleted = newEvent(deps, systemCause, 'oauth_client.deleted', { orgId, data: { clientId: id } })
  const everywhere = { everywhere: true, orgIds: [], refusals: new Map() }
  const { rows } = await commit(deps, {
    rows: recorded(deleteClient(deps.db, id, everywhere), deleted, [id]),
  })
  if (rows.length === 0) throw problem('oauthclient.not_found')
}

/**
 * Adds a secret. The old one works beside it until `overlapUntil` (ms UTC), or until it is removed. Two round trips. Throws
 * `oauthclient.not_found`, `oauthclient.no_secret`, `oauthclient.too_many_secrets`.
 */
export async function addAnySecret(
  deps: OperateDeps,
  clientId: string,
  overlapUntil: number | undefined,
): Promise<CreatedClientSecret> {
  const { db, clock } = deps
  const client = await anyClient(deps, clientId)
  if (!usesSecret(client)) throw problem('oauthclient.no_secret')
  const now = clock.now()
  const secret = newSecret(deps)
  const row = await newSecretRow(deps, clientId, secret, null)
  const added = newEvent(deps, systemCause, 'oauth_client.secret_added', {
    orgId: client.orgId,
    data: { clientId, secretId: row.id },
  })
  const { inserted } = await commit(deps, {
    expired:
      overlapUntil !== undefined && overlapUntil <= now
        ? deleteSecretsOf(db, clientId)
        : deleteExpiredSecrets(db, clientId, now),
    inserted: recorded(insertSecret(db, row, always), added, [clientId]),
    others: overlapUntil === undefined ? undefined : endOtherSecrets(db, row, overlapUntil, added),
    touched: touchClient(db, clientId, now, added),
  })
  if (inserted.length === 0) throw problem('oauthclient.too_many_secrets')
  return { id: row.id, hint: row.hint, createdAt: iso(now), expiresAt: null, clientId, clientSecret: secret }
}
