import { requirePermission } from '../../core/authz/require-permission.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Actor } from '../../deps.ts'
import { clientAt, READ, type ReadDeps } from './client-reach.ts'
import type { ClientRow } from './described.ts'
import { listClients } from './queries.ts'
import type { ListOAuthClients } from './schema.ts'

/** By id, backwards. One round trip. Throws `org.not_found`, `auth.forbidden`, `request.invalid`. */
export async function pageOfClients(
  deps: ReadDeps,
  actor: Actor,
  { limit, cursor, ...given }: ListOAuthClients,
): Promise<Page<ClientRow>> {
  const orgId = given.orgId ?? null
  await requirePermission(deps, actor, READ, orgId)
  return readNewest({ limit, cursor }, (before, rows) => listClients(deps.db, orgId, before, rows))
}

/** One round trip. Throws `oauthclient.not_found`, also for a client that the principal may not see. */
export const readClient = async (deps: ReadDeps, actor: Actor, id: string): Promise<ClientRow> =>
  (await clientAt(deps, actor, id, READ)).client
