/** Clients by their id, from every source. */
import { type Client, findStoredClient } from './client.ts'
import { isMetadataUrl } from './client-metadata.ts'
import { MAX_CLIENT_ID } from './client-model.ts'
import { type Asking, findMetadataClient, type MetadataDeps } from './metadata-client.ts'

export type FindDeps = MetadataDeps

/** RFC 6749 appendix A.1. A header or a JWT can name anything, also text that no database takes. */
const CLIENT_ID = new RegExp(`^[ -~]{1,${MAX_CLIENT_ID}}$`)

/**
 * The client with this id: a stored one, or one that the document at its https URL describes. From memory or in one round trip,
 * and one request for a document that is not known. Undefined for one that does not exist, that is disabled or has expired.
 * Throws `invalid_client` for a document that is refused. `asking`: who pays for a document, else nobody does.
 */
export async function findClient(deps: FindDeps, id: string, asking?: Asking): Promise<Client | undefined> {
  if (!CLIENT_ID.test(id)) return undefined
  if (isMetadataUrl(id, deps.config.privateTargets)) return findMetadataClient(deps, id, asking)
  return findStoredClient(deps, id)
}
