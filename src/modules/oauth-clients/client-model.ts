/** What a client is, for queries and services alike. */

/** RFC 6749 sets no limit. A longer URL is no client. */
export const MAX_CLIENT_ID = 500

/** What a client says of itself, for people: RFC 7591 §2. */
export interface ClientAbout {
  clientUri?: string
  logoUri?: string
  policyUri?: string
  tosUri?: string
  contacts?: string[]
  softwareId?: string
  softwareVersion?: string
}

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

/**
 * Whether the instance vouches for the name of a client. Anybody can make an organisation, and clients in it with the name of a
 * bank.
 */
export const isVouchedFor = ({ source, orgId }: Pick<Client, 'source' | 'orgId'>): boolean =>
  source === 'administrator' && orgId === null

/** A client as it is stored, also one that is disabled or has expired. */
export interface StoredClient extends Client {
  status: 'active' | 'disabled'
  /** Of a registration that nobody uses, ms UTC. Null: it stays. */
  expiresAt: number | null
  updatedAt: number
}
