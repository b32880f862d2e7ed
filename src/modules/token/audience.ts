/** What one access token is for: one audience, and the scopes that it has there (RFC 8707 §2.2). */
import type { ScopesByAudience } from '../../../db/tables/index.ts'
import type { Deps } from '../../deps.ts'
import { refuse } from '../../lib/oauth-error.ts'
import type { Client } from '../oauth-clients/client.ts'
import { findResource, OPENID_SCOPES } from '../resources/resource.ts'

export interface Target {
  audience: string
  /** Those of the access token. */
  scopes: readonly string[]
  /** Those of OpenID Connect, which belong to our own audience. They decide on the ID token whichever audience is chosen. */
  openid: readonly string[]
}

const isOpenid = (scope: string): boolean => OPENID_SCOPES.some(({ name }) => name === scope)

/**
 * Chooses the audience that was asked for, or the first that was granted, and narrows the scopes to those asked for.
 * Throws `invalid_target` for an audience that was not granted, and `invalid_scope` for such a scope.
 */
export function targetOf(
  { appUrl }: Pick<Deps['config'], 'appUrl'>,
  client: Pick<Client, 'scopes' | 'audiences'>,
  granted: ScopesByAudience,
  asked: { audience?: string | undefined; scope?: readonly string[] | undefined },
): Target {
  const audience = asked.audience ?? Object.keys(granted)[0] ?? appUrl
  if (asked.audience !== undefined && !Object.hasOwn(granted, asked.audience))
    throw refuse('invalid_target', 'The resource was not granted.')
  // The client may have lost it since.
  if (audience !== appUrl && client.audiences?.includes(audience) === false)
    throw refuse('invalid_target', 'The client may not use this resource.')
  const { scope } = asked
  const openid = (granted[appUrl] ?? []).filter(isOpenid)
  const here = granted[audience] ?? []
  if (scope?.some((name) => !here.includes(name) && !openid.includes(name)))
    throw refuse('invalid_scope', 'A scope was not granted.')
  const mayHave = (name: string) => (scope?.includes(name) ?? true) && (client.scopes?.includes(name) ?? true)
  return { audience, scopes: here.filter(mayHave), openid: openid.filter(mayHave) }
}

/** The one resource of a request; undefined: none was named. Throws `invalid_target` for several. */
export function oneResource(resources: readonly string[]): string | undefined {
  if (new Set(resources).size > 1) throw refuse('invalid_target', 'An access token is for one resource.')
  return resources[0]
}

/**
 * The resource of this audience as it is now: how long its access tokens live, and which scopes it still has. It may have changed
 * since it was granted, and the same audience may be of another owner. Throws `invalid_target` for one that is gone, and for one of
 * another organisation than the client.
 */
export async function resourceNow(
  deps: Pick<Deps, 'config' | 'db' | 'principals'>,
  { orgId }: Pick<Client, 'orgId'>,
  audience: string,
): Promise<{ ttlSeconds: number; has: (scope: string) => boolean }> {
  const resource = await findResource(deps, audience)
  const isElsewhere = resource !== undefined && resource.orgId !== null && orgId !== null && resource.orgId !== orgId
  if (resource === undefined || isElsewhere) throw refuse('invalid_target', 'The resource does not exist.')
  const names = new Set(resource.scopes.map(({ name }) => name))
  return { ttlSeconds: resource.accessTtlSeconds ?? deps.config.accessTtlSeconds, has: (scope) => names.has(scope) }
}

/** The authorization details for this audience (RFC 9396 §2): those that name it in `locations`, and those that name none. */
export const detailsFor = (
  details: readonly Record<string, unknown>[],
  audience: string,
): readonly Record<string, unknown>[] =>
  details.filter(({ locations }) => !Array.isArray(locations) || locations.includes(audience))

/** Whether these scopes were granted. */
export const covers = (granted: ScopesByAudience | null, scopes: ScopesByAudience): boolean =>
  granted !== null &&
  Object.entries(scopes).every(([audience, names]) => names.every((name) => granted[audience]?.includes(name)))
