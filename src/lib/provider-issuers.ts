/**
 * Which issuer a provider may speak as, decided by host and tenant however they are spelt. Microsoft serves many tenants at
 * one address, and its metadata name another issuer than the address they stand at: those exceptions are here, and are
 * no wider than Microsoft documents them. Pure: nothing is reached.
 */

/** Personal accounts: a tenant of everybody. https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9]$/
/** Stands in the issuer of metadata that speak for many tenants, in the place of the claim `tid`. */
const TEMPLATE = '{tenantid}'

/** Of the worldwide cloud, the national ones, and Entra External ID; any subdomain of them too. */
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

/** As DNS compares it: the parser has lowered its case, and a dot at the end changes nothing. */
const hostOf = (issuer: string): string => new URL(issuer).hostname.replace(/\.+$/, '')

/** Whether an issuer, spelt in any way, is Microsoft's. Azure AD B2C is not: there each policy writes its own claims. */
export function isMicrosoft(issuer: string): boolean {
  const host = hostOf(issuer)
  return MICROSOFT_HOSTS.includes(host) || MICROSOFT_DOMAINS.some((domain) => `.${host}`.endsWith(`.${domain}`))
}

/** `/{tenant}` or `/{tenant}/v2.0`, in lower case; undefined for any other path. */
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
 * Whether whoever runs some tenant could sign people in there: true of every tenant of Microsoft's but one that is named
 * by its id or by a domain. So a spelling nobody thought of is a shared one.
 */
export function isSharedTenant(issuer: string): boolean {
  if (!isMicrosoft(issuer)) return false
  const tenant = tenantOf(issuer)
  return tenant === undefined || tenant === CONSUMERS || !(GUID.test(tenant) || DOMAIN.test(tenant))
}

/**
 * Whether metadata found at the address of a configured issuer may name this one (OpenID Connect Discovery §4.3): the very
 * same, and for Microsoft the issuer of the tenant that was asked for.
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

/** `https://{name}.b2clogin.com/{id}/v2.0/` or `/tfp/{id}/{policy}/v2.0/`, whatever the policy that was asked. */
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

/** The `iss` every token must have, under metadata that name this issuer; undefined when it names no tenant (`tid`). */
export function issuerOfToken(announced: string, tid: unknown): string | undefined {
  if (!announced.includes(TEMPLATE)) return announced
  return typeof tid === 'string' && GUID.test(tid) ? announced.replace(TEMPLATE, tid) : undefined
}

/**
 * GLOB patterns of SQLite for the issuers of identities that a configured provider can still sign in. Some that a tenant
 * could have had match too; none of another provider does.
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
