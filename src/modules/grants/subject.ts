/** The `sub` of a person, and the `sid` of a session, at a client. */
import { primitives } from '#primitives'
import { base64url, utf8 } from '../../lib/encoding.ts'
import type { Client } from '../oauth-clients/client.ts'

/**
 * The id of the user, or a pairwise subject (OpenID Connect Core §8.1): the same for every client of a sector, and
 * different in each sector, so that two sectors cannot compare their users. It never changes.
 */
export const subjectFor = (client: Known, userId: string): Promise<string> => pairwise(client, userId)

/** The `sid` of a browser session at a client. By the id of the session, two sectors could compare their users after all. */
export const sidFor = (client: Known, sessionId: string): Promise<string> => pairwise(client, sessionId)

type Known = Pick<Client, 'id' | 'subjectType' | 'sector' | 'sectorSalt'>

async function pairwise({ id, subjectType, sector, sectorSalt }: Known, known: string): Promise<string> {
  if (subjectType === 'public') return known
  // The id itself must not come out in the place of a pairwise one.
  if (sector === null || sectorSalt === null) throw new Error(`client ${id} is pairwise and its sector has no salt`)
  return base64url(await primitives.digest('SHA-256', utf8(`${sectorSalt} ${sector} ${known}`)))
}
