/** Clients by their id, from every source. */
import type { Deps } from '../../deps.ts'
import { type Client, findStoredClient } from './client.ts'
import { MAX_CLIENT_ID } from './client-model.ts'

export type FindDeps = Pick<
  Deps,
  'config' | 'db' | 'principals' | 'clock' | 'defer' | 'fetchPublic' | 'limiter' | 'log' | 'random'
>

/**
 * The client with this id: a stored one, or one that the document at its https URL describes. From memory or in one round trip,
 * and one request for a document that is not known. Undefined for one that does not exist, that is disabled, that has expired,
 * or whose document is refused; the log says why.
 */
export async function findClient(deps: FindDeps, id: string): Promise<Client | undefined> {
  if (id.length > MAX_CLIENT_ID) return undefined
  return findStoredClient(deps, id)
}
