/** The `sub` of a person at a client. */
import { primitives } from '#primitives'
import { base64url, utf8 } from '../../lib/encoding.ts'
import type { Client } from '../oauth-clients/client.ts'

/**
 * The id of the user, or a pairwise subject (OpenID Connect Core §8.1): the same for every client of a sector, and
 * different in each sector, so that two sectors cannot compare their users. It never changes.
 */
export async function subjectFor(
  { id, subjectType, sector, sectorSalt }: Pick<Client, 'id' | 'subjectType' | 'sector' | 'sectorSalt'>,
  userId: string,
): Promise<string> {
  if (subjectType === 'public') return userId
  // The id of the user must not come out in the place of a pairwise subject.
  if (sector === null || sectorSalt === null) throw new Error(`client ${id} is pairwise and its sector has no salt`)
  return base64url(await primitives.digest('SHA-256', utf8(`${sectorSalt} ${sector} ${userId}`)))
}
