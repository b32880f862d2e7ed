/** Rows of clients that nobody made by hand: grants, device codes and pushed requests need them. */
import { commit, type Followed, recorded } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import type { Deps } from '../../deps.ts'
import { DAY_MS } from '../../lib/durations.ts'
import type { Client, StoredClient } from './client-model.ts'
import type { ClientTerms } from './client-terms.ts'
import { columnsOf } from './described.ts'
import { holdMetadataClient, keepRegistration, storeMetadataClient, updateMetadataClient } from './keep-queries.ts'

type KeepDeps = Pick<Deps, 'db' | 'clock' | 'principals'>

/** How long a client stays that asked for something, until a person allows it. */
const HELD_MS = DAY_MS

/**
 * The first steps of a batch that inserts a row which refers to this client. Empty for a client of an administrator.
 *
 * `consented`: a person allows the client. The client of a metadata document gets its row, and a registration stays. Otherwise, for
 * a device code or a pushed request, the client of a document gets a row for a day.
 *
 *   await commit(deps, { client: keepClient(deps, client, { consented: true }), ...steps })
 */
export function keepClient(
  { db, clock, principals }: KeepDeps,
  client: Client,
  { consented }: { consented: boolean },
): readonly Followed[] {
  const now = clock.now()
  const afterwards = (changed: boolean) => {
    if (changed) principals.forget(client.id)
  }
  if (client.source === 'registration')
    return consented ? [{ statement: keepRegistration(db, client.id, now), afterwards }] : []
  if (client.source !== 'metadata') return []
  const row = rowOf(client, now, consented ? null : now + HELD_MS)
  return [{ statement: consented ? storeMetadataClient(db, row) : holdMetadataClient(db, row), afterwards }]
}

const rowOf = (client: Client, now: number, expiresAt: number | null) => ({
  id: client.id,
  source: 'metadata' as const,
  orgId: null,
  status: 'active' as const,
  firstParty: false,
  ...columnsOf(client),
  sector: null,
  registrationTokenHash: null,
  createdBy: null,
  version: 1,
  createdAt: now,
  updatedAt: now,
  expiresAt,
})

/** Brings the row of a client up to its document, after the answer. */
export function storeChangedDocument(
  deps: KeepDeps & Pick<Deps, 'defer' | 'random'>,
  { id, ...stored }: StoredClient,
  terms: ClientTerms,
): void {
  const columns = columnsOf(terms)
  if (JSON.stringify(columnsOf({ ...stored })) === JSON.stringify(columns)) return
  deps.defer(async () => {
    const event = newEvent(deps, systemCause, 'oauth_client.updated', { data: { clientId: id, fields: ['document'] } })
    const statement = updateMetadataClient(deps.db, id, columns, deps.clock.now())
    await commit(deps, { changed: recorded(statement, event, [id]) })
  })
}
