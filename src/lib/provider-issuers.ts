/**
 * Which issuer a provider may use. It depends on host and tenant, in any spelling. Microsoft serves many tenants at one
 * address, and its metadata name another issuer than their address. Those exceptions are here, exactly as Microsoft
 * documents them. Pure: makes no requests.
 */

/**
 * The shared tenant of personal accounts. https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9]$/
/** The placeholder for the claim `tid` in the issuer of metadata that serve many tenants. */
const TEMPLATE = '{tenantid}'

/** Domains of the worldwide cloud, of the national clouds and of Entra External ID, with all their subdomains. */
const MICROSOFT_DOMAINS = [
  'microsoftonline.com',
  'microsoftonline.us',
  'microsoftonline.cn',
  'microsoftonline.de',
  'ciamlogin.com',
]
const MICROSOFT_HOSTS = [
  'login.windows.net',
  'sts.windows.net',
  'login.microsoft.com',
  'login.live.com',
  'login.chinacloudapi.cn',
  'sts.chinacloudapi.cn',
]
const B2C_DOMAIN = '.b2clogin.com'

/** The host as DNS compares it: the parser has converted it to lower case, and a dot at the end has no meaning. */
const hostOf = (issuer: string): string => new URL(issuer).hostname.replace(/\.+$/, '')

/**
 * Whether an issuer, in any spelling, belongs to Microsoft. Azure AD B2C is excluded, because each policy there writes
 * its own claims.
 */
export function isMicrosoft(issuer: string): boolean {
  const host = hostOf(issuer)
  return MICROSOFT_HOSTS.includes(host) || MICROSOFT_DOMAINS.some((domain) => `.${host}`.endsWith(`.${domain}`))
}

/** The tenant of `/{tenant}` or `/{tenant}/v2.0`, in lower case; undefined for any other path. */
function tenantOf(issuer: string): string | undefined {
  const [tenant, version, ...more] = new URL(issuer).pathname.split('/').filter((part) => part !== '')
  if (tenant === undefined || more.length > 0 || (version !== undefined && !/^v2\.0$/i.test(version))) return undefined
  try {
    return decodeURIComponent(tenant).toLowerCase()
  } catch {
    return undefined
  }
}

/**
 * Whether more than one organisation can sign people in with this issuer. This is true for every tenant of Microsoft,
 * except a tenant that is named by its id or by a domain. So an unexpected spelling counts as shared.
 */
export function isSharedTenant(issuer: string): boolean {
  if (!isMicrosoft(issuer)) return false
  const tenant = tenantOf(issuer)
  return tenant === undefined || tenant === CONSUMERS || !(GUID.test(tenant) || DOMAIN.test(tenant))
}

/**
 * Whether the metadata at the address of a configured issuer may announce this issuer (OpenID Connect Discovery §4.3).
 * It must be the same one. For Microsoft it may be the issuer of the configured tenant.
 */
export function maySpeakAs(configured: string, announced: string): boolean {
  if (!URL.canParse(announced)) return false
  if (new URL(announced).href === new URL(configured).href) return true
  const host = hostOf(configured)
  if (host === 'login.microsoftonline.com') return isEntraIssuer(configured, announced)
  return host.endsWith(B2C_DOMAIN) && isB2cIssuer(configured, announced)
}

function isEntraIssuer(configured: string, announced: string): boolean {
  const asked = tenantOf(configured)
  const shape = /\/v2\.0\/*$/i.test(new URL(configured).pathname)
    ? /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/v2\.0$/
    : /^https:\/\/sts\.windows\.net\/([^/]+)\/$/
  const named = shape.exec(announced)?.[1]
  if (asked === undefined || named === undefined) return false
  if (asked === 'common' || asked === 'organizations') return named === TEMPLATE
  if (asked === 'consumers') return named === CONSUMERS
  return GUID.test(asked) ? named === asked : DOMAIN.test(asked) && GUID.test(named)
}

/** `https://{name}.b2clogin.com/{id}/v2.0/` or `/tfp/{id}/{policy}/v2.0/`, with any policy. */
function isB2cIssuer(configured: string, announced: string): boolean {
  const { origin, pathname } = new URL(configured)
  const asked = pathname
    .toLowerCase()
    .split('/')
    .filter((part) => part !== '' && part !== 'tfp')[0]
  const named = /^\/(?:tfp\/)?([0-9a-f-]+)(?:\/[\w-]+)?\/v2\.0\/?$/.exec(new URL(announced).pathname)?.[1]
  if (asked === undefined || named === undefined || !GUID.test(named)) return false
  return new URL(announced).origin === origin && (!GUID.test(asked) || asked === named)
}

/**
 * The `iss` that every token must have, for metadata with this issuer. Undefined if the issuer has a placeholder and
 * the token names no tenant (`tid`).
 */
export function issuerOfToken(announced: string, tid: unknown): string | undefined {
  if (!announced.includes(TEMPLATE)) return announced
  return typeof tid === 'string' && GUID.test(tid) ? announced.replace(TEMPLATE, tid) : undefined
}

/**
 * SQLite GLOB patterns for the issuers of identities that a configured provider can still sign in. They may also match
 * issuers that a tenant does not use. They match no issuer of another provider.
 */
export function issuerPatterns(configured: string): string[] {
  const { href, origin } = new URL(configured)
  const whole = href.replace(/\/+$/, '')
  const exact = [whole, `${whole}/`].map((issuer) => issuer.replace(/[*?[]/g, '[$&]'))
  const host = hostOf(configured)
  if (host.endsWith(B2C_DOMAIN)) return [...exact, `${origin}/*`]
  const tenant = host === 'login.microsoftonline.com' ? tenantOf(configured) : undefined
  if (tenant === undefined) return exact
  const named = GUID.test(tenant) ? tenant : tenant === 'consumers' ? CONSUMERS : '*'
  return [`https://login.microsoftonline.com/${named}/v2.0`, `https://sts.windows.net/${named}/`]
}
