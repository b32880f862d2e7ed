/** OAuth clients as every endpoint reads them: from memory, or in one round trip. */
import type { Deps } from '../../deps.ts'
import type { ClientAbout } from '../../../db/tables/index.ts'
import { clientRow } from './find-queries.ts'

export interface ClientSecret {
  id: string
  mac: string
  keyId: string
  /** ms UTC; null: it does not expire. */
  expiresAt: number | null
}

export interface Client {
  id: string
  source: 'administrator' | 'registration' | 'metadata'
  orgId: string | null
  name: string
  /** Of a metadata document: the host that people see at consent, because its name is unproved. */
  host: string | null
  firstParty: boolean
  redirectUris: readonly string[]
  postLogoutRedirectUris: readonly string[]
  grantTypes: readonly string[]
  authMethod: 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'
  secrets: readonly ClientSecret[]
  jwks: { keys: Record<string, unknown>[] } | null
  jwksUri: string | null
  /** The scopes and audiences that it may ask for; null: every one. */
  scopes: readonly string[] | null
  audiences: readonly string[] | null
  subjectType: 'public' | 'pairwise'
  /** Of its pairwise subjects; null: they are public. */
  sectorSalt: string | null
  sector: string | null
  idTokenAlg: 'RS256' | 'ES256' | 'EdDSA'
  requiresPushedRequests: boolean
  requiresDpop: boolean
  backchannelLogoutUri: string | null
  serviceAccountId: string | null
  about: ClientAbout
}

/** A client as it is stored, also one that is disabled or has expired. */
export interface StoredClient extends Client {
  status: 'active' | 'disabled'
  /** Of a registration that nobody uses, ms UTC. Null: it stays. */
  expiresAt: number | null
  updatedAt: number
}

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
