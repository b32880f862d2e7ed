/** The variables of the environment. `.env.example` is made from this, so none can exist without a description. */
import { Type } from '@sinclair/typebox'

const seconds = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 400 * 86_400, default: fallback, description })

export const Environment = Type.Object({
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 3000,
    description: 'Port to listen on; 0 picks a free one.',
  }),
  HOST: Type.String({
    minLength: 1,
    default: '127.0.0.1',
    description: 'Address to listen on: an IPv4 or IPv6 address, or a name of this machine.',
  }),
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
  APP_SECRET_PREVIOUS: Type.Optional(
    Type.String({ description: 'The secret before, while what it encrypted is encrypted anew (docs/mfa.md).' }),
  ),
  DATABASE_URL: Type.String({
    pattern: '^(file:|https?://|libsql://)',
    default: 'file:data/threeger.db',
    description: 'file:PATH for the embedded database, or http(s):// or libsql:// for a remote one.',
  }),
  DATABASE_AUTH_TOKEN: Type.Optional(Type.String({ description: 'Token of the remote database.' })),
  DATABASE_NEWER: Type.Union([Type.Literal('refuse'), Type.Literal('serve')], {
    default: 'refuse',
    description:
      'What to do with a database of a later release. refuse: do not start. serve: start, to go back one release on purpose.',
  }),
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
  MAIL_EHLO_NAME: Type.Optional(
    Type.String({
      maxLength: 255,
      description:
        'The name of this server in EHLO, the greeting to SMTP servers: a host name, or an address in brackets. Default: the host of APP_URL.',
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
  OIDC_PROVIDERS: Type.Optional(
    Type.String({
      description:
        'Other identity providers people sign in with: a JSON array, such as [{"id":"google","preset":"google","clientId":"…","clientSecret":"…"}]. See docs/providers.md.',
    }),
  ),
  RETURN_URLS: Type.String({
    default: '',
    description:
      'Where a sign-in with a provider may return to: whole URLs, separated by commas, compared as exact strings. The first is the default.',
  }),
  CORS_ORIGINS: Type.String({
    default: '',
    description:
      'Origins a browser or the web view of an app may call from, such as https://app.example.com or capacitor://localhost, separated by commas. No wildcard.',
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
  ANONYMOUS_USERS: Type.Optional(
    Type.Union([Type.Literal('allow'), Type.Literal('refuse')], {
      description:
        'allow (default in development): anybody gets an account without an address. refuse (default in production).',
    }),
  ),
  ANONYMOUS_RETENTION_DAYS: Type.Integer({
    minimum: 1,
    maximum: 3650,
    default: 30,
    description: 'Anonymous accounts that nobody has used for so many days are deleted, unless they have a passkey.',
  }),
  RP_ID: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 253,
      description:
        'Domain that passkeys belong to: the host of APP_URL (the default) or a domain above it. Changing it makes every passkey useless.',
    }),
  ),
  PASSKEY_ORIGINS: Type.String({
    default: '',
    description:
      'Origins besides APP_URL whose pages or apps may use passkeys, such as https://app.example.com or android:apk-key-hash:…, separated by commas. Pages outside RP_ID are told to browsers at /.well-known/webauthn.',
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
  REFRESH_RETRY_SECONDS: Type.Integer({
    minimum: 10,
    maximum: 3600,
    default: 300,
    description:
      'For this long a used refresh token gives its successor again, if nobody has used the successor: the answer may have been lost.',
  }),
  COOKIE_TTL_SECONDS: seconds(86_400, 'Life of a cookie session, used or not.'),
  COOKIE_IDLE_SECONDS: seconds(3600, 'A cookie session ends after this long without a request.'),
  SHUTDOWN_GRACE_SECONDS: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 300,
      description:
        'After SIGTERM, keep serving this long with /readyz at 503 so that load balancers move on. Default: 2 in production, else 0.',
    }),
  ),
  LOG_LEVEL: Type.Optional(
    Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warning'), Type.Literal('error')], {
      description:
        'debug (default in development; one line a request), info (default in production), warning or error.',
    }),
  ),
})
