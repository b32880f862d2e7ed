/** The sector of pairwise subjects: OpenID Connect Core §8.1. */
import { limitAddressHere } from '../../core/limits/request-budgets.ts'
import type { Deps } from '../../deps.ts'
import { base64url, fromUtf8 } from '../../lib/encoding.ts'
import type { Client } from './client-model.ts'
import type { ClientTerms, Fault } from './client-terms.ts'
import { insertSector } from './queries.ts'

const MAX_BYTES = 65_536
const TIMEOUT_MS = 5_000
const SALT_BYTES = 32

/** With these, what a client learns of a person goes to its redirect URIs first, so to the host of its sector. */
const GRANTS_BY_REDIRECT = ['authorization_code', 'refresh_token', 'client_credentials']
const hasOthers = (grantTypes: readonly string[]) => grantTypes.some((grant) => !GRANTS_BY_REDIRECT.includes(grant))

interface SectorRequest {
  /** `sector_identifier_uri`. */
  uri: string | undefined
  before?: Pick<Client, 'sector' | 'redirectUris' | 'grantTypes'> | undefined
  /** The network that pays for a request to a host that a stranger chose. Null: the operator. */
  asking: Parameters<typeof limitAddressHere>[2] | null
}

/**
 * The host of the sector, null for public subjects. The file at `uri` must list every redirect URI. Without it, all redirect URIs
 * are https URLs of one host, which stays the one that it was. Otherwise a stranger could name the host of somebody else, and
 * compare ids with it. Throws `request.rate_limited`.
 */
export async function sectorOf(
  deps: Pick<Deps, 'fetchPublic' | 'limiter'>,
  { subjectType, redirectUris, grantTypes }: Pick<ClientTerms, 'subjectType' | 'redirectUris' | 'grantTypes'>,
  { uri, before, asking }: SectorRequest,
): Promise<{ sector: string | null } | Fault> {
  if (subjectType === 'public') return { sector: null }
  if (uri !== undefined) {
    if (asking !== null) limitAddressHere(deps, 'client-metadata:address', asking)
    const listed = await deps
      .fetchPublic(uri, { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS })
      .then(({ status, body }): unknown => (status === 200 ? JSON.parse(fromUtf8(body)) : undefined))
      .catch(() => undefined)
    if (!Array.isArray(listed) || !redirectUris.every((one) => listed.includes(one)))
      return { field: 'sectorIdentifierUri', expected: 'Expected an https URL of a list with every redirect URI' }
    return { sector: new URL(uri).hostname }
  }
  const isProved = (one: string) => before?.redirectUris.includes(one) === true
  if (before?.sector && redirectUris.every(isProved) && (hasOthers(before.grantTypes) || !hasOthers(grantTypes)))
    return { sector: before.sector }
  if (hasOthers(grantTypes))
    return { field: 'sectorIdentifierUri', expected: 'Expected it, because of grants without a redirect URI' }
  const hosts = new Set(redirectUris.map((one) => (one.startsWith('https:') ? new URL(one).hostname : '')))
  const [host, ...others] = hosts
  if (!host || others.length > 0)
    return {
      field: 'sectorIdentifierUri',
      expected: 'Expected it, because the redirect URIs do not have one https host',
    }
  return { sector: host }
}

/** For the batch that stores a client of this sector. */
export const sectorStep = ({ db, random }: Pick<Deps, 'db' | 'random'>, sector: string | null) =>
  sector === null ? undefined : insertSector(db, sector, base64url(random.bytes(SALT_BYTES)))
