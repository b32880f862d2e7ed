/** What a client asks for: scopes (RFC 6749 §3.3) of resources (RFC 8707), and details (RFC 9396). */
import type { ScopesByAudience } from '../../../db/tables/index.ts'
import type { Deps } from '../../deps.ts'
import { scopesIn } from '../../lib/form-parameters.ts'
import { refuse } from '../../lib/oauth-error.ts'
import type { Client } from '../oauth-clients/client.ts'
import { findResource, OPENID_SCOPES, type Resource } from '../resources/resource.ts'
import { type Detail, locationsOf, requireDeclared } from './asked-details.ts'

export interface Asked {
  /** The parameter `scope`. */
  scope: string | undefined
  /** The values of the parameter `resource`. */
  resources: readonly string[]
  /** As `readDetails` returns them. */
  details?: readonly Detail[]
}

const MAX_SCOPES = 100
const ofOpenId = new Set(OPENID_SCOPES.map(({ name }) => name))

/**
 * The scopes by audience. Every audience that the client asks for is there, also without a scope, in the order of the
 * request: the first one is the default of the token endpoint. The scopes of OpenID Connect belong to our own audience,
 * which then comes last. Without `resource` the audience is the location of the details, else the only one of the
 * client, else our own API. A client that describes itself gets no permissions of our own API.
 *
 * No round trip for resources in memory, else one for each. Throws `invalid_target` for a resource that does not exist or that the
 * client may not ask for, `invalid_scope` for a scope that none of the resources has or that the client may not have, and
 * `invalid_authorization_details`.
 */
export async function scopesAsked(
  deps: Pick<Deps, 'config' | 'db' | 'principals'>,
  client: Pick<Client, 'orgId' | 'scopes' | 'audiences' | 'grantTypes' | 'source'>,
  { scope, resources, details = [] }: Asked,
): Promise<ScopesByAudience> {
  const audiences = audiencesAsked(deps, client, resources, details)
  const targets = await Promise.all(audiences.map((audience) => targetOf(deps, client, audience)))
  requireDeclared(details, targets)
  const names = scopesIn(scope)
  if (names.length > MAX_SCOPES) throw refuse('invalid_scope', `More than ${MAX_SCOPES} scopes.`)
  const asked = new Map<string, string[]>(audiences.map((audience) => [audience, []]))
  for (const name of names) for (const audience of holdersOf(deps, client, name, targets)) add(asked, audience, name)
  return Object.fromEntries(asked)
}

/** The audiences that a request is about, before it is known whether they exist. */
export function audiencesAsked(
  { config }: Pick<Deps, 'config'>,
  { audiences }: Pick<Client, 'audiences'>,
  resources: readonly string[],
  details: readonly Detail[],
): string[] {
  if (resources.length > 0) return [...new Set(resources)]
  const locations = locationsOf(details)
  if (locations.length > 0) return locations
  const [only, ...others] = audiences ?? []
  return [only !== undefined && others.length === 0 ? only : config.appUrl]
}

async function targetOf(
  deps: Pick<Deps, 'config' | 'db' | 'principals'>,
  { audiences, orgId }: Pick<Client, 'audiences' | 'orgId'>,
  audience: string,
): Promise<Resource> {
  const resource = await findResource(deps, audience)
  const isAllowed = audiences === null || audiences.includes(audience)
  // A client of one organisation never gets at the API of another one.
  const isElsewhere = resource !== undefined && resource.orgId !== null && orgId !== null && resource.orgId !== orgId
  if (resource === undefined || !isAllowed || isElsewhere)
    throw refuse('invalid_target', 'The resource is unknown, or this client may not ask for it.', {
      cause: resource === undefined ? 'no resource has this audience' : 'the client may not ask for this audience',
    })
  return resource
}

/** The audiences to which the scope belongs. */
function holdersOf(
  { config }: Pick<Deps, 'config'>,
  { scopes, grantTypes, source }: Pick<Client, 'scopes' | 'grantTypes' | 'source'>,
  name: string,
  targets: readonly Resource[],
): string[] {
  if (scopes !== null && !scopes.includes(name))
    throw refuse('invalid_scope', 'The client may not ask for one of the scopes.', { cause: `scope ${name}` })
  if (name === 'offline_access' && !grantTypes.includes('refresh_token'))
    throw refuse('invalid_scope', 'offline_access needs a client with the grant type refresh_token.')
  if (ofOpenId.has(name)) return [config.appUrl]
  // Anybody can make a client that describes itself. One click of an administrator must not hand it our own API.
  const isOpen = ({ audience }: Resource) => source === 'administrator' || audience !== config.appUrl
  const holders = targets.filter((target) => isOpen(target) && target.scopes.some((scope) => scope.name === name))
  if (holders.length === 0)
    throw refuse('invalid_scope', 'One of the scopes is unknown to the resource.', { cause: `scope ${name}` })
  return holders.map(({ audience }) => audience)
}

function add(asked: Map<string, string[]>, audience: string, name: string): void {
  const known = asked.get(audience)
  if (known === undefined) asked.set(audience, [name])
  else known.push(name)
}
