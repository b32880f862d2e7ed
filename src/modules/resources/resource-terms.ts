/** What a resource may be: the checks that a schema cannot make. */
import { problem } from '../../errors.ts'
import { OPENID_SCOPES } from './resource.ts'
import type { UpdateResource } from './schema.ts'

export interface Fault {
  path: string
  message: string
}

/** RFC 3986 §2, without `#`. */
const URI = /^[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/
/** RFC 8707 §2: an absolute URI without a fragment. Our own API has one already. */
export function audienceFault(audience: string, appUrl: string): string | undefined {
  if (!URI.test(audience) || !URL.canParse(audience)) return 'Expected an absolute URI without a fragment'
  const url = new URL(audience)
  if (url.username !== '' || url.password !== '') return 'Expected a URI without a user'
  if (placeOf(url) === placeOf(new URL(appUrl))) return 'Expected a URI that is not the one of this server'
  return undefined
}

/** Without what clients and servers may take for the same: capitals, the usual port, a dot or slashes at the end. */
const placeOf = ({ protocol, hostname, port, pathname, search }: URL): string =>
  `${protocol}//${hostname.replace(/\.$/, '')}:${port}${pathname.replace(/\/+$/, '')}${search}`

/** Scopes of OpenID Connect belong to our own API. */
const RESERVED = new Set([...OPENID_SCOPES.map(({ name }) => name), 'address', 'phone'])

export function faultsOf({ scopes = [], authorizationDetailsTypes = [] }: UpdateResource): Fault[] {
  const faults: Fault[] = []
  const names = new Set<string>()
  for (const [at, { name }] of scopes.entries()) {
    if (RESERVED.has(name))
      faults.push({ path: `/scopes/${at}/name`, message: 'Expected a name that is no scope of OpenID Connect' })
    if (names.has(name)) faults.push({ path: `/scopes/${at}/name`, message: 'Expected another name' })
    names.add(name)
  }
  const types = new Set<string>()
  for (const [at, { type }] of authorizationDetailsTypes.entries()) {
    if (types.has(type))
      faults.push({ path: `/authorizationDetailsTypes/${at}/type`, message: 'Expected another type' })
    types.add(type)
  }
  return faults
}

/** Throws `request.invalid`. */
export function assertNoFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw problem('request.invalid', { errors: [...faults] })
}
