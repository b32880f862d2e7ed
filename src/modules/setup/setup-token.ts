import type { Deps } from '../../deps.ts'
import { anyAdmin } from '../users/queries.ts'

const TOKEN_TTL_SECONDS = 86_400

/** The token that allows one set-up. It is valid for a day. Undefined if an administrator exists. ASVS 6.3.2 */
export async function setupToken({ db, tickets }: Pick<Deps, 'db' | 'tickets'>): Promise<string | undefined> {
  const [admin] = await anyAdmin(db)
  return admin ? undefined : tickets.sign('setup', {}, TOKEN_TTL_SECONDS)
}
