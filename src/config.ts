/**
 * The environment, parsed once into a frozen Config.
 *
 * A wrong or missing value stops the start, and the message names the variable. `.env.example` is generated
 * from `Environment`, so a variable cannot exist without a description.
 */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { isTooWide, parseProxyRanges } from './lib/addresses.ts'
import { utf8 } from './lib/encoding.ts'
import { formatMailbox, parseMailbox, parseMailUrl } from './lib/mail-settings.ts'

const seconds = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 400 * 86_400, default: fallback, description })

export const Environment = Type.Object({
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 3000,
    description: 'Port to listen on; 0 picks a free one.',
  }),
  HOST: Type.String({ minLength: 1, default: '127.0.0.1', description: 'Address to listen on.' }),
  NODE_ENV: Type.Union([Type.Literal('development'), Type.Literal('production'), Type.Literal('test')], {
    default: 'development',
    description: 'development, production or test.',
  }),
  APP_URL: Type.Optional(
    Type.String({
      description: 'Public origin and token issuer. Production: required, https. Development: http://HOST:PORT.',
    }),
  ),
  APP_SECRET: Type.Optional(
    Type.String({ description: 'At least 32 bytes. Production: required. Development: generated once into data/.' }),
  ),
  DATABASE_URL: Type.String({
    pattern: '^(file:|https?://|libsql://)',
    default: 'file:data/threeger.db',
    description: 'file:PATH for the embedded database, or http(s):// or libsql:// for a remote one.',
  }),
  DATABASE_AUTH_TOKEN: Type.Optional(Type.String({ description: 'Token of the remote database.' })),
  EMAIL_VERIFICATION: Type.Optional(
    Type.Union([Type.Literal('required'), Type.Literal('optional')], {
      description:
        'required (default in production): nobody signs in before the e-mail is verified. optional (default in development).',
    }),
  ),
  MAIL_URL: Type.Optional(
    Type.String({
      pattern: '^(console:|smtps?://|https?://)',
      description:
        'console: prints mails (default in development). smtp://USER:PASSWORD@HOST:PORT or smtps://… sends them (Bun only). https://:KEY@HOST/PATH posts them as JSON to a provider that speaks the API of Resend. Unset in production: mails wait.',
    }),
  ),
  MAIL_FROM: Type.Optional(
    Type.String({
      minLength: 3,
      maxLength: 320,
      pattern: '^[^\\r\\n]+$',
      description:
        'Sender of mails, such as Acme <no-reply@acme.example>. Default: BRAND_NAME <no-reply@host of APP_URL>.',
    }),
  ),
  BRAND_NAME: Type.String({
    minLength: 1,
    maxLength: 60,
    pattern: '^[^\\r\\n<>"]+$',
    default: 'Threeger ID',
    description: 'What mails and pages call this service.',
  }),
  BRAND_COLOR: Type.String({
    pattern: '^#[0-9a-fA-F]{6}$',
    default: '#3730a3',
    description:
      'Colour of buttons in mails and pages, as #rrggbb. Text on it is black or white, whichever reads better.',
  }),
  CORS_ORIGINS: Type.String({
    default: '',
    description: 'Origins a browser may call from, separated by commas. No wildcard.',
  }),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description: 'Addresses or CIDR ranges whose X-Forwarded-For is believed, separated by commas.',
  }),
  RATE_LIMIT: Type.Union([Type.Literal('on'), Type.Literal('off')], {
    default: 'on',
    description: 'off: nothing is limited, for load tests and behind a gateway that limits by itself.',
  }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    maximum: 10_000_000,
    default: 60_000,
    description:
      'Requests a minute that one account may make, counted in each process by itself; sign-in has limits of its own.',
  }),
  REDIS_URL: Type.Optional(
    Type.String({
      pattern: '^rediss?://',
      description:
        'redis://HOST:PORT: where processes count rate limits together (Bun only). Without it: in memory beside an embedded database, else in the database.',
    }),
  ),
  AUDIT_RETENTION_DAYS: Type.Integer({
    minimum: 1,
    maximum: 3650,
    default: 400,
    description: 'Events of the audit log are deleted after this many days.',
  }),
  PASSWORD_MIN_LENGTH: Type.Integer({
    minimum: 8,
    maximum: 128,
    default: 12,
    description: 'Shortest password, in characters.',
  }),
  BREACHED_PASSWORDS: Type.Union([Type.Literal('refuse'), Type.Literal('ignore')], {
    default: 'refuse',
    description:
      'refuse: look new passwords up in the Pwned Passwords ranges (only 5 hex digits of a hash leave the house).',
  }),
  ACCESS_TTL_SECONDS: seconds(300, 'Life of an access token.'),
  REFRESH_TTL_SECONDS: seconds(30 * 86_400, 'Life of a token session, refreshed or not.'),
  REFRESH_IDLE_SECONDS: seconds(14 * 86_400, 'A token session ends after this long without a refresh.'),
  COOKIE_TTL_SECONDS: seconds(86_400, 'Life of a cookie session, used or not.'),
  COOKIE_IDLE_SECONDS: seconds(3600, 'A cookie session ends after this long without a request.'),
  SHUTDOWN_GRACE_SECONDS: Type.Integer({
    minimum: 0,
    maximum: 300,
    default: 2,
    description: 'After SIGTERM, keep serving this long with /readyz at 503 so that load balancers move on.',
  }),
  LOG_LEVEL: Type.Optional(
    Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warning'), Type.Literal('error')], {
      description:
        'debug (default in development; one line a request), info (default in production), warning or error.',
    }),
  ),
})

export type Config = Readonly<{
  port: number
  host: string
  production: boolean
  development: boolean
  /** Public origin without a trailing slash; also the `iss` and `aud` of access tokens. */
  appUrl: string
  appSecret: string
  databaseUrl: string
  databaseAuthToken: string | undefined
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
  corsOrigins: readonly string[]
  trustedProxies: readonly string[]
  passwordMinLength: number
  refuseBreachedPasswords: boolean
  accessTtlSeconds: number
  refreshTtlSeconds: number
  refreshIdleSeconds: number
  cookieTtlSeconds: number
  cookieIdleSeconds: number
  shutdownGraceSeconds: number
  logLevel: 'debug' | 'info' | 'warning' | 'error'
}>

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
    databaseUrl: parsed.DATABASE_URL,
    databaseAuthToken: parsed.DATABASE_AUTH_TOKEN,
    emailVerification: parsed.EMAIL_VERIFICATION ?? (production ? 'required' : 'optional'),
    mailUrl: mailUrl(parsed, production),
    mailFrom: mailFrom(parsed, appUrl),
    brandName: parsed.BRAND_NAME,
    brandColor: parsed.BRAND_COLOR,
    rateLimit: parsed.RATE_LIMIT === 'on',
    rateLimitPerMinute: parsed.RATE_LIMIT_PER_MINUTE,
    redisUrl: parsed.REDIS_URL,
    auditRetentionDays: parsed.AUDIT_RETENTION_DAYS,
    corsOrigins: list(parsed.CORS_ORIGINS).map((origin) => parseOrigin('CORS_ORIGINS', origin)),
    trustedProxies: parseTrustedProxies(parsed.TRUSTED_PROXIES),
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
