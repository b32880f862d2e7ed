/** The sector of pairwise subjects: OpenID Connect Core §8.1. */
import type { Deps } from '../../deps.ts'
import { base64url, fromUtf8 } from '../../lib/encoding.ts'
import type { Client } from './client-model.ts'
import type { ClientTerms, Fault } from './client-terms.ts'
import { insertSector } from './queries.ts'

const MAX_BYTES = 65_536
const TIMEOUT_MS = 5_000
const SALT_BYTES = 32

/**
 * The host of the sector, null for public subjects. `uri` is `sector_identifier_uri`: the file there must list every redirect URI.
 * Without it, all redirect URIs have one host, which stays the one that it was.
 */
export async function sectorOf(
  { fetchPublic }: Pick<Deps, 'fetchPublic'>,
  { subjectType, redirectUris }: Pick<ClientTerms, 'subjectType' | 'redirectUris'>,
  uri: string | undefined,
  before?: Pick<Client, 'sector' | 'redirectUris'>,
): Promise<{ sector: string | null } | Fault> {
  if (subjectType === 'public') return { sector: null }
  if (uri !== undefined) {
    const listed = await fetchPublic(uri, { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS })
      .then(({ status, body }): unknown => (status === 200 ? JSON.parse(fromUtf8(body)) : undefined))
      .catch(() => undefined)
    if (!Array.isArray(listed) || !redirectUris.every((one) => listed.includes(one)))
      return { field: 'sectorIdentifierUri', expected: 'Expected an https URL of a list with every redirect URI' }
    return { sector: new URL(uri).hostname }
  }
  if (before?.sector && redirectUris.every((one) => before.redirectUris.includes(one))) return { sector: before.sector }
  const hosts = new Set(redirectUris.map((one) => new URL(one).hostname))
  const [host, ...others] = hosts
  if (!host || others.length > 0)
    return { field: 'sectorIdentifierUri', expected: 'Expected it, because the redirect URIs do not have one host' }
  return { sector: host }
}

/** For the batch that stores a client of this sector. */
export const sectorStep = ({ db, random }: Pick<Deps, 'db' | 'random'>, sector: string | null) =>
  sector === null ? undefined : insertSector(db, sector, base64url(random.bytes(SALT_BYTES)))
