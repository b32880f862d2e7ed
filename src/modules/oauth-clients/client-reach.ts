/** Who may see and change which client. */
import type { SQL } from 'drizzle-orm'
import { isAllowed } from '../../core/authz/authorize.ts'
import { forbidden, lacking } from '../../core/authz/forbidden.ts'
import { hidden, type Place, placeAt, refusalAt } from '../../core/authz/require-permission.ts'
import { always } from '../../core/events/queries.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { accountIsIn } from '../api-keys/queries.ts'
import { OPENID_SCOPES, ownResource } from '../resources/resource.ts'
import { accountById } from '../service-accounts/queries.ts'
import { invalid } from './client-faults.ts'
import type { ClientTerms } from './client-terms.ts'
import type { ClientRow } from './described.ts'
import { clientById } from './queries.ts'

export type ReadDeps = Pick<Deps, 'config' | 'db' | 'principals' | 'clock'>
export type WriteDeps = ReadDeps & Pick<Deps, 'random' | 'limiter' | 'fetchPublic'>

export const READ = 'oauth-clients:read'
export const WRITE = 'oauth-clients:write'

/** The client and where it belongs. One round trip. Throws `oauthclient.not_found`, also for one that the actor may not see. */
export async function clientAt(
  deps: ReadDeps,
  actor: Actor,
  id: string,
  permission: typeof READ | typeof WRITE,
): Promise<{ client: ClientRow; place: Place }> {
  const [client] = await clientById(deps.db, id)
  const place = client && (await placeAt(deps, client.orgId))
  const refusal = place && refusalAt(actor, permission, place, deps.clock.now())
  if (!client || !place || refusal !== undefined) throw hidden(refusal, 'oauthclient.not_found')
  return { client, place }
}

/**
 * Nobody is asked for consent by a first-party client. So whoever may change its redirect URIs or its secrets could get tokens of
 * every person, also of those with more rights: only administrators of the instance may, who have every permission that the client
 * may use. Throws `auth.forbidden`, `oauthclient.scope_refused`.
 */
export function assertMayVouch(
  deps: Pick<Deps, 'config'>,
  actor: Actor,
  { firstParty, scopes }: Pick<ClientRow, 'firstParty'> & Pick<ClientTerms, 'scopes'>,
  { instance }: Place,
): void {
  if (!firstParty) return
  if (!mayVouch(actor, { instance })) throw forbidden(actor, WRITE, instance)
  assertHasAll(actor, permissionsIn(deps, scopes), { instance })
}

/** Nobody gives a client what they lack. Throws `oauthclient.scope_refused`. */
function assertHasAll(actor: Actor, names: readonly string[], { instance, org }: Place): void {
  const refused = names.filter((name) => !isAllowed(actor, name, instance, org))
  const [first] = refused
  if (first !== undefined)
    throw problem('oauthclient.scope_refused', {
      detail: `Refused: ${refused.join(', ')}.`,
      denied: lacking(actor, first, instance, org),
    })
}

/** An administrator of the instance. Anybody can make an organisation, so its administrators vouch for nothing. */
export const mayVouch = (actor: Actor, { instance }: Place): boolean => isAllowed(actor, WRITE, instance)

/**
 * With its credentials, a client acts as its service account. So whoever makes or changes it must be able to change the account,
 * and must have the permissions that the client may use. Returns what must hold in the batch. One round trip for a client with an
 * account. Throws `serviceaccount.not_found`, `oauthclient.scope_refused`, `request.invalid`.
 */
export async function assertMayUseAccount(
  deps: ReadDeps,
  person: Actor,
  { serviceAccountId, scopes }: Pick<ClientTerms, 'serviceAccountId' | 'scopes'>,
  orgId: string | null,
): Promise<SQL> {
  if (serviceAccountId === null) return always
  const [account] = await accountById(deps.db, serviceAccountId)
  const place = account && (await placeAt(deps, account.orgId))
  const refusal = place && refusalAt(person, 'service-accounts:write', place, deps.clock.now())
  if (!place || refusal !== undefined) throw hidden(refusal, 'serviceaccount.not_found')
  if (account.orgId !== orgId)
    throw invalid([{ field: 'serviceAccountId', expected: 'Expected a service account of the same organisation' }])
  assertHasAll(person, permissionsIn(deps, scopes ?? []), place)
  return accountIsIn(serviceAccountId, orgId)
}

/** The scopes that are permissions of our own API. Null: all of them. */
function permissionsIn({ config }: Pick<Deps, 'config'>, scopes: readonly string[] | null): string[] {
  const openid = new Set(OPENID_SCOPES.map(({ name }) => name))
  const own = ownResource(config).scopes.map(({ name }) => name)
  return own.filter((name) => !openid.has(name) && (scopes?.includes(name) ?? true))
}
