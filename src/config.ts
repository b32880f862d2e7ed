/**
 * Parses the environment once into a frozen Config.
 *
 * The server does not start with a wrong or missing value. The message names the variable.
 */
import { Value } from '@sinclair/typebox/value'
import { type ProductClaimName, parseProductClaims } from './config/access-token-claims.ts'
import { assertQueue } from './config/assert-queue.ts'
import { assertReplica } from './config/assert-replica.ts'
import { type BrandSettings, brandSettings } from './config/brand-settings.ts'
import { ConfigError, Findings } from './config/config-findings.ts'
import { parseCaller, parseOrigin, parsePasskeyOrigin } from './config/configured-origins.ts'
import { parseHomeUrl } from './config/home-url.ts'
import { Environment, type Variables } from './environment.ts'
import { isTooWide, parseProxyRanges } from './lib/addresses.ts'
import { utf8 } from './lib/encoding.ts'
import { domainOf, ehloName, formatMailbox, isEhloName, parseMailbox, parseMailUrl } from './lib/mail-settings.ts'
import { type ProviderSettings, parseProviders } from './lib/provider-settings.ts'
import { type RelyingParty, relyingParty } from './lib/relying-party.ts'
import { parseReturnUrls } from './lib/return-urls.ts'

export { ConfigError, Environment }

export type Config = Readonly<
  RelyingParty & {
    port: number
    host: string
    production: boolean
    development: boolean
    /** Public origin without a trailing slash; also the `iss` and `aud` of access tokens. */
    appUrl: string
    appSecret: string
    /** The earlier APP_SECRET, until seeds and signing keys are encrypted with the new one. */
    appSecretPrevious: string | undefined
    databaseUrl: string
    databaseAuthToken: string | undefined
    /** The limit of one round trip to a libSQL server. */
    databaseTimeoutMs: number
    /** What to do with a database that a later release has migrated: refuse to serve it, or serve it. */
    databaseNewer: 'refuse' | 'serve'
    emailVerification: 'required' | 'optional'
    /** Undefined: no mail server is configured, so mails wait in the queue. */
    mailUrl: string | undefined
    mailFrom: string
    /** The name of this server in EHLO: RFC 5321 §4.1.1.1. */
    mailEhloName: string
    brandName: string
    brandColor: string
    brand: BrandSettings
    /** Where the root leads browsers; undefined: to the page of `modules/home`. */
    homeUrl: string | undefined
    rateLimit: boolean
    rateLimitPerMinute: number
    redisUrl: string | undefined
    auditRetentionDays: number
    anonymousUsers: boolean
    anonymousRetentionDays: number
    corsOrigins: readonly string[]
    /** Whether `Deps.fetchPublic` may reach this machine and its network. Never in production. */
    privateTargets: boolean
    trustedProxies: readonly string[]
    /** The providers with which people can sign in. */
    providers: readonly ProviderSettings[]
    /**
     * The URLs to which a sign-in with a provider may return. The first is the default. Not empty if there are
     * providers.
     */
    returnUrls: readonly string[]
    passwordMinLength: number
    refuseBreachedPasswords: boolean
    accessTtlSeconds: number
    /** The claims that access tokens have besides those of RFC 9068. */
    accessTokenClaims: readonly ProductClaimName[]
    refreshTtlSeconds: number
    refreshIdleSeconds: number
    /** How long a used token gives its unused successor again. */
    refreshRetrySeconds: number
    cookieTtlSeconds: number
    cookieIdleSeconds: number
    shutdownGraceSeconds: number
    logLevel: 'debug' | 'info' | 'warning' | 'error'
    /** Every declared variable after parsing, for features that derive no value from it. */
    variables: Variables
  }
>

const MIN_SECRET_BYTES = 32

/** An additional check of a runtime. Throws `ConfigError`. */
export type ConfigCheck = (config: Config) => void

/**
 * Parses the environment. An empty string counts as absent. Throws one `ConfigError` that names every wrong variable.
 * `checks` add the checks of this runtime.
 */
export function parseConfig(env: Record<string, string | undefined>, checks: readonly ConfigCheck[] = []): Config {
  const findings = new Findings()
  const parsed = parseEnvironment(env, findings)
  const production = parsed.NODE_ENV === 'production'
  const appSecret = findings.check(() => parseAppSecret(parsed), '')
  const host = parsed.HOST.replace(/^\[(.*)\]$/, '$1')
  const fallbackUrl = 'https://id.example.com'
  const appUrl = findings.check(() => parseAppUrl({ ...parsed, HOST: host }, production), fallbackUrl)
  const config: Config = Object.freeze({
    port: parsed.PORT,
    host,
    production,
    development: parsed.NODE_ENV === 'development',
    appUrl,
    appSecret,
    appSecretPrevious: parsed.APP_SECRET_PREVIOUS,
    databaseUrl: parsed.DATABASE_URL,
    databaseAuthToken: parsed.DATABASE_AUTH_TOKEN,
    databaseTimeoutMs: parsed.DATABASE_TIMEOUT_MS,
    databaseNewer: parsed.DATABASE_NEWER,
    emailVerification: parsed.EMAIL_VERIFICATION ?? (production ? 'required' : 'optional'),
    mailUrl: findings.check(() => mailUrl(parsed, production), undefined),
    mailFrom: findings.check(() => mailFrom(parsed, appUrl), ''),
    mailEhloName: findings.check(() => mailEhloName(parsed, appUrl), ''),
    brandName: parsed.BRAND_NAME,
    brandColor: parsed.BRAND_COLOR,
    brand: brandSettings(parsed, production, findings),
    homeUrl: findings.check(() => parseHomeUrl(parsed.HOME_URL, { appUrl, production }), undefined),
    rateLimit: parsed.RATE_LIMIT === 'on',
    rateLimitPerMinute: parsed.RATE_LIMIT_PER_MINUTE,
    redisUrl: parsed.REDIS_URL,
    auditRetentionDays: parsed.AUDIT_RETENTION_DAYS,
    anonymousUsers: (parsed.ANONYMOUS_USERS ?? (production ? 'refuse' : 'allow')) === 'allow',
    anonymousRetentionDays: parsed.ANONYMOUS_RETENTION_DAYS,
    corsOrigins: findings.check(() => list(parsed.CORS_ORIGINS).map(parseCaller), []),
    privateTargets: findings.check(() => privateTargets(parsed, production), false),
    trustedProxies: findings.check(() => parseTrustedProxies(parsed.TRUSTED_PROXIES), []),
    ...findings.check(() => signInElsewhere(parsed, production), { providers: [], returnUrls: [] }),
    ...findings.check(() => passkeySettings(parsed, appUrl, production), { rpId: '', passkeyOrigins: [] }),
    passwordMinLength: parsed.PASSWORD_MIN_LENGTH,
    refuseBreachedPasswords: parsed.BREACHED_PASSWORDS === 'refuse',
    accessTtlSeconds: parsed.ACCESS_TTL_SECONDS,
    accessTokenClaims: findings.check(() => parseProductClaims(list(parsed.ACCESS_TOKEN_CLAIMS)), []),
    refreshTtlSeconds: parsed.REFRESH_TTL_SECONDS,
    refreshIdleSeconds: parsed.REFRESH_IDLE_SECONDS,
    refreshRetrySeconds: parsed.REFRESH_RETRY_SECONDS,
    cookieTtlSeconds: parsed.COOKIE_TTL_SECONDS,
    cookieIdleSeconds: parsed.COOKIE_IDLE_SECONDS,
    // Only a load balancer needs time to remove the server, and only production has one.
    shutdownGraceSeconds: parsed.SHUTDOWN_GRACE_SECONDS ?? (production ? PRODUCTION_GRACE_SECONDS : 0),
    logLevel: parsed.LOG_LEVEL ?? (production ? 'info' : 'debug'),
    variables: parsed,
  })
  findings.check(() => assertTlsPair(parsed), undefined)
  findings.check(() => assertQueue(parsed), undefined)
  findings.check(() => assertReplica(parsed), undefined)
  for (const check of checks) findings.check(() => check(config), undefined)
  findings.assertNone()
  return config
}

function privateTargets({ PRIVATE_TARGETS }: Variables, production: boolean): boolean {
  if (PRIVATE_TARGETS === 'allow' && production)
    throw new ConfigError('PRIVATE_TARGETS', 'must not be allow in production, because strangers choose these URLs')
  return PRIVATE_TARGETS === 'allow'
}

const PRODUCTION_GRACE_SECONDS = 2
const WHOLE_NUMBER = /^\s*-?\d+\s*$/

/** Records wrong variables and treats them as absent, so that the other variables are checked too. */
function parseEnvironment(env: Record<string, string | undefined>, findings: Findings): Variables {
  const given: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(Environment.properties)) {
    const value = env[name]
    // TypeBox would read `4e2` and `4.5` as 4, and `true` as 1. A wrong number of days would delete data too early.
    if (value) given[name] = schema.type === 'integer' && !WHOLE_NUMBER.test(value) ? Number.NaN : value
  }
  const candidateOf = () => Value.Default(Environment, Value.Convert(Environment, { ...given }))
  const candidate = candidateOf()
  const wrong = [...Value.Errors(Environment, candidate)]
  for (const { path, schema, message } of wrong) {
    const name = path.split('/')[1] ?? 'environment'
    findings.add(new ConfigError(name, explain(schema, message)))
    delete given[name]
  }
  // A candidate without errors is not checked again: every start reads this. The schema was made from the types of `Variables`.
  return Object.freeze(wrong.length === 0 ? candidate : Value.Decode(Environment, candidateOf())) as Variables
}

function parseAppSecret({ APP_SECRET }: Variables): string {
  if (APP_SECRET === undefined)
    throw new ConfigError('APP_SECRET', `is missing: set it to ${MIN_SECRET_BYTES} or more random bytes`)
  if (utf8(APP_SECRET).length < MIN_SECRET_BYTES)
    throw new ConfigError('APP_SECRET', `is shorter than ${MIN_SECRET_BYTES} bytes`)
  return APP_SECRET
}

/** Says what is accepted, without the value: a secret may be in the wrong line. */
function explain(
  schema: { description?: string; pattern?: string; anyOf?: { const?: unknown }[] },
  message: string,
): string {
  const choices = schema.anyOf?.map((choice) => String(choice.const))
  if (choices) return `must be one of ${choices.join(', ')}`
  // An operator should not have to read a regular expression.
  const reason = schema.pattern === undefined ? message.toLowerCase() : 'does not have the expected form'
  return `${reason}. ${schema.description ?? ''}`.trim()
}

function parseAppUrl(env: Variables, production: boolean): string {
  if (env.APP_URL === undefined) {
    if (production)
      throw new ConfigError('APP_URL', 'is missing: set the public https origin, such as https://id.example.com')
    const everywhere = env.HOST === '0.0.0.0' || env.HOST === '::'
    const url = `${env.TLS_CERT === undefined ? 'http' : 'https'}://${everywhere ? 'localhost' : urlHost(env.HOST)}:${env.PORT}`
    // Compared with the URL as parsed: a text that does not fit into a URL is not a host.
    if (!URL.canParse(url) || new URL(url).pathname !== '/' || new URL(url).username !== '')
      throw new ConfigError(
        'HOST',
        'must be an address or a host name of this machine, such as 127.0.0.1, ::1 or 0.0.0.0',
      )
    return url
  }
  const origin = parseOrigin('APP_URL', env.APP_URL)
  if (production && !origin.startsWith('https://'))
    throw new ConfigError('APP_URL', 'must be https in production, because it is the issuer of tokens')
  return origin
}

function assertTlsPair({ TLS_CERT, TLS_KEY }: Variables): void {
  if (TLS_CERT !== undefined && TLS_KEY === undefined)
    throw new ConfigError('TLS_KEY', 'is missing: TLS_CERT needs the PEM file of its private key')
  if (TLS_KEY !== undefined && TLS_CERT === undefined)
    throw new ConfigError('TLS_CERT', 'is missing: TLS_KEY needs the PEM file of its certificate')
}

/** RFC 3986 §3.2.2: an IPv6 address is in brackets. */
const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)

function passkeySettings(env: Variables, appUrl: string, production: boolean): RelyingParty {
  const origins = list(env.PASSKEY_ORIGINS).map(parsePasskeyOrigin)
  const party = relyingParty(appUrl, { rpId: env.RP_ID, origins }, production)
  if ('reason' in party) throw new ConfigError(party.variable, party.reason)
  return party
}

function mailUrl({ MAIL_URL }: Variables, production: boolean): string | undefined {
  if (MAIL_URL === undefined) return production ? undefined : 'console:'
  const target = parseMailUrl(MAIL_URL)
  if (target.kind === 'refused') throw new ConfigError('MAIL_URL', target.reason)
  if (target.kind === 'console' && production)
    throw new ConfigError('MAIL_URL', 'must not be console: in production, because the log would show codes and links')
  return MAIL_URL
}

function mailFrom({ MAIL_FROM, BRAND_NAME }: Variables, appUrl: string): string {
  if (MAIL_FROM === undefined)
    return formatMailbox({ name: BRAND_NAME, address: `no-reply@${ehloName(new URL(appUrl).hostname)}` })
  const sender = parseMailbox(MAIL_FROM)
  if (sender === undefined || domainOf(sender) === undefined)
    throw new ConfigError('MAIL_FROM', 'must be one mailbox, such as Acme <no-reply@acme.example>')
  return MAIL_FROM
}

/**
 * The name of this server for SMTP servers. Many of them refuse the name or address of a machine in a private network.
 */
function mailEhloName({ MAIL_EHLO_NAME }: Variables, appUrl: string): string {
  if (MAIL_EHLO_NAME === undefined) return ehloName(new URL(appUrl).hostname)
  if (!isEhloName(MAIL_EHLO_NAME))
    throw new ConfigError('MAIL_EHLO_NAME', 'must be a host name such as id.example.com, or an address in brackets')
  return MAIL_EHLO_NAME
}

function signInElsewhere({ OIDC_PROVIDERS, RETURN_URLS }: Variables, production: boolean) {
  const providers = parseProviders(OIDC_PROVIDERS, production)
  if ('refused' in providers) throw new ConfigError('OIDC_PROVIDERS', providers.refused)
  const returnUrls = parseReturnUrls(list(RETURN_URLS), production)
  if ('refused' in returnUrls) throw new ConfigError('RETURN_URLS', returnUrls.refused)
  if (providers.accepted.length > 0 && returnUrls.accepted.length === 0)
    throw new ConfigError(
      'RETURN_URLS',
      'is missing: with OIDC_PROVIDERS, set the page to which a sign-in returns, such as https://app.example.com/signed-in',
    )
  return { providers: providers.accepted, returnUrls: returnUrls.accepted }
}

function parseTrustedProxies(text: string): string[] {
  const ranges = list(text)
  const wrong = ranges.find((range) => parseProxyRanges([range]) === undefined)
  if (wrong !== undefined)
    throw new ConfigError('TRUSTED_PROXIES', 'must be addresses or CIDR ranges, such as 10.0.0.0/8')
  if (parseProxyRanges(ranges)?.some(isTooWide))
    throw new ConfigError('TRUSTED_PROXIES', 'has a range that is too wide: set the addresses of your proxies')
  return ranges
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
