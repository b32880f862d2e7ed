/** OAuth clients as every endpoint reads them: from memory, or in one round trip. */
import type { Deps } from '../../deps.ts'
import type { Client, StoredClient } from './client-model.ts'
import { clientRow } from './find-queries.ts'

export type { Client, ClientSecret, StoredClient } from './client-model.ts'

type FindDeps = Pick<Deps, 'db' | 'principals' | 'clock'>

/** From memory or in one round trip. A change of a client names its id in `forget` of its event. */
export const findStored = async (
  { db, principals }: Pick<FindDeps, 'db' | 'principals'>,
  id: string,
): Promise<StoredClient | undefined> =>
  principals.record<StoredClient>('client', id) ??
  principals.loadRecord('client', id, async () => (await clientRow(db, id))[0])

/**
 * The client with this id, from memory or in one round trip. Undefined for one that does not exist, that is disabled, or
 * whose registration has expired.
 */
export async function findStoredClient(deps: FindDeps, id: string): Promise<Client | undefined> {
  const known = await findStored(deps, id)
  const isUsable = known?.status === 'active' && (known.expiresAt === null || known.expiresAt > deps.clock.now())
  return isUsable ? known : undefined
}
