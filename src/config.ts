/**
 * The environment, parsed once into a frozen Config.
 *
 * A wrong or missing value stops the start, and the message names the variable.
 */
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Environment } from './environment.ts'
import { isTooWide, parseProxyRanges } from './lib/addresses.ts'
import { utf8 } from './lib/encoding.ts'
import { formatMailbox, parseMailbox, parseMailUrl } from './lib/mail-settings.ts'
import { type ProviderSettings, parseProviders } from './lib/provider-settings.ts'
import { type RelyingParty, relyingParty } from './lib/relying-party.ts'
import { parseReturnUrls } from './lib/return-urls.ts'

export { Environment }

export type Config = Readonly<
  RelyingParty & {
    port: number
    host: string
    production: boolean
    development: boolean
    /** Public origin without a trailing slash; also the `iss` and `aud` of access tokens. */
    appUrl: string
    appSecret: string
    /** The one before, while seeds and signing keys are encrypted anew. */
    appSecretPrevious: string | undefined
    databaseUrl: string
    databaseAuthToken: string | undefined
    /** A database that a later release has migrated: not served, or served as it is. */
    databaseNewer: 'refuse' | 'serve'
    emailVerification: 'required' | 'optional'
    /** Undefined: there is nobody to give mails to, so they wait. */
    mailUrl: string | undefined
    mailFrom: string
    brandName: string
    brandColor: string
    rateLimit: boolean
    rateLimitPerMinute: number
    redisUrl: string | undefined
    auditRetentionDays: number
    anonymousUsers: boolean
    anonymousRetentionDays: number
    corsOrigins: readonly string[]
    trustedProxies: readonly string[]
    /** Where people may sign in with. */
    providers: readonly ProviderSettings[]
    /** Where that may return to; the first is the default. Not empty where there are providers. */
    returnUrls: readonly string[]
    passwordMinLength: number
    refuseBreachedPasswords: boolean
    accessTtlSeconds: number
    refreshTtlSeconds: number
    refreshIdleSeconds: number
    cookieTtlSeconds: number
    cookieIdleSeconds: number
    shutdownGraceSeconds: number
    logLevel: 'debug' | 'info' | 'warning' | 'error'
  }
>

/** A variable is wrong or missing. The message is for the operator: which one, why, and what to put there. */
export class ConfigError extends Error {
  constructor(
    readonly variable: string,
    reason: string,
  ) {
    super(`${variable}: ${reason}`)
    this.name = 'ConfigError'
  }
}

const MIN_SECRET_BYTES = 32

/** Parses the environment. An empty string counts as absent. Throws `ConfigError` for the first wrong variable. */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const parsed = parseEnvironment(env)
  const production = parsed.NODE_ENV === 'production'
  const { APP_SECRET: appSecret } = parsed
  if (appSecret === undefined)
    throw new ConfigError('APP_SECRET', `is missing: set ${MIN_SECRET_BYTES} or more random bytes`)
  if (utf8(appSecret).length < MIN_SECRET_BYTES)
    throw new ConfigError('APP_SECRET', `is shorter than ${MIN_SECRET_BYTES} bytes`)
  const appUrl = parseAppUrl(parsed, production)
  return Object.freeze({
    port: parsed.PORT,
    host: parsed.HOST,
    production,
    development: parsed.NODE_ENV === 'development',
    appUrl,
    appSecret,
    appSecretPrevious: parsed.APP_SECRET_PREVIOUS,
    databaseUrl: parsed.DATABASE_URL,
    databaseAuthToken: parsed.DATABASE_AUTH_TOKEN,
    databaseNewer: parsed.DATABASE_NEWER,
    emailVerification: parsed.EMAIL_VERIFICATION ?? (production ? 'required' : 'optional'),
    mailUrl: mailUrl(parsed, production),
    mailFrom: mailFrom(parsed, appUrl),
    brandName: parsed.BRAND_NAME,
    brandColor: parsed.BRAND_COLOR,
    rateLimit: parsed.RATE_LIMIT === 'on',
    rateLimitPerMinute: parsed.RATE_LIMIT_PER_MINUTE,
    redisUrl: parsed.REDIS_URL,
    auditRetentionDays: parsed.AUDIT_RETENTION_DAYS,
    anonymousUsers: (parsed.ANONYMOUS_USERS ?? (production ? 'refuse' : 'allow')) === 'allow',
    anonymousRetentionDays: parsed.ANONYMOUS_RETENTION_DAYS,
    corsOrigins: list(parsed.CORS_ORIGINS).map((origin) => parseOrigin('CORS_ORIGINS', origin)),
    trustedProxies: parseTrustedProxies(parsed.TRUSTED_PROXIES),
    ...signInElsewhere(parsed, production),
    ...passkeySettings(parsed, appUrl, production),
    passwordMinLength: parsed.PASSWORD_MIN_LENGTH,
    refuseBreachedPasswords: parsed.BREACHED_PASSWORDS === 'refuse',
    accessTtlSeconds: parsed.ACCESS_TTL_SECONDS,
    refreshTtlSeconds: parsed.REFRESH_TTL_SECONDS,
    refreshIdleSeconds: parsed.REFRESH_IDLE_SECONDS,
    cookieTtlSeconds: parsed.COOKIE_TTL_SECONDS,
    cookieIdleSeconds: parsed.COOKIE_IDLE_SECONDS,
    shutdownGraceSeconds: parsed.SHUTDOWN_GRACE_SECONDS,
    logLevel: parsed.LOG_LEVEL ?? (production ? 'info' : 'debug'),
  })
}

function parseEnvironment(env: Record<string, string | undefined>): Static<typeof Environment> {
  const given: Record<string, unknown> = {}
  for (const name of Object.keys(Environment.properties)) if (env[name]) given[name] = env[name]
  const candidate = Value.Default(Environment, Value.Convert(Environment, given))
  const error = Value.Errors(Environment, candidate).First()
  if (error) throw new ConfigError(error.path.split('/')[1] ?? 'environment', explain(error.schema, error.message))
  return Value.Decode(Environment, candidate)
}

/** Says what is accepted without repeating the value: it may be a secret pasted into the wrong line. */
function explain(schema: { description?: string; anyOf?: { const?: unknown }[] }, message: string): string {
  const choices = schema.anyOf?.map((choice) => String(choice.const))
  return choices
    ? `must be one of ${choices.join(', ')}`
    : `${message.toLowerCase()}. ${schema.description ?? ''}`.trim()
}

function parseAppUrl(env: Static<typeof Environment>, production: boolean): string {
  if (env.APP_URL === undefined) {
    if (production)
      throw new ConfigError('APP_URL', 'is missing: set the public https origin, such as https://id.example.com')
    return `http://${env.HOST === '0.0.0.0' || env.HOST === '::' ? 'localhost' : env.HOST}:${env.PORT}`
  }
  const origin = parseOrigin('APP_URL', env.APP_URL)
  if (production && !origin.startsWith('https://'))
    throw new ConfigError('APP_URL', 'must be https in production: it is the issuer of tokens')
  return origin
}

function parseOrigin(variable: string, text: string): string {
  if (text.includes('*'))
    throw new ConfigError(variable, 'takes no wildcard: with credentials it would let every site act as the user')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash || url.username)
    throw new ConfigError(variable, 'must be an origin such as https://id.example.com, without a path')
  return url.origin
}

function passkeySettings(env: Static<typeof Environment>, appUrl: string, production: boolean): RelyingParty {
  const origins = list(env.PASSKEY_ORIGINS).map((origin) => parseOrigin('PASSKEY_ORIGINS', origin))
  const party = relyingParty(appUrl, { rpId: env.RP_ID, origins }, production)
  if ('reason' in party) throw new ConfigError(party.variable, party.reason)
  return party
}

function mailUrl({ MAIL_URL }: Static<typeof Environment>, production: boolean): string | undefined {
  if (MAIL_URL === undefined) return production ? undefined : 'console:'
  const target = parseMailUrl(MAIL_URL)
  if (target.kind === 'refused') throw new ConfigError('MAIL_URL', target.reason)
  if (target.kind === 'console' && production)
    throw new ConfigError('MAIL_URL', 'must not be console: in production: codes and links would stand in the log')
  return MAIL_URL
}

function mailFrom({ MAIL_FROM, BRAND_NAME }: Static<typeof Environment>, appUrl: string): string {
  if (MAIL_FROM === undefined)
    return formatMailbox({ name: BRAND_NAME, address: `no-reply@${new URL(appUrl).hostname}` })
  if (parseMailbox(MAIL_FROM) === undefined)
    throw new ConfigError('MAIL_FROM', 'must be one mailbox, such as Acme <no-reply@acme.example>')
  return MAIL_FROM
}

function signInElsewhere({ OIDC_PROVIDERS, RETURN_URLS }: Static<typeof Environment>, production: boolean) {
  const providers = parseProviders(OIDC_PROVIDERS, production)
  if ('refused' in providers) throw new ConfigError('OIDC_PROVIDERS', providers.refused)
  const returnUrls = parseReturnUrls(list(RETURN_URLS), production)
  if ('refused' in returnUrls) throw new ConfigError('RETURN_URLS', returnUrls.refused)
  if (providers.accepted.length > 0 && returnUrls.accepted.length === 0)
    throw new ConfigError('RETURN_URLS', 'is missing: OIDC_PROVIDERS needs a page to return to')
  return { providers: providers.accepted, returnUrls: returnUrls.accepted }
}

function parseTrustedProxies(text: string): string[] {
  const ranges = list(text)
  const wrong = ranges.find((range) => parseProxyRanges([range]) === undefined)
  if (wrong !== undefined)
    throw new ConfigError('TRUSTED_PROXIES', 'must be addresses or CIDR ranges, such as 10.0.0.0/8')
  if (parseProxyRanges(ranges)?.some(isTooWide))
    throw new ConfigError(
      'TRUSTED_PROXIES',
      'holds the whole internet or much of it: name the addresses of your proxies',
    )
  return ranges
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
