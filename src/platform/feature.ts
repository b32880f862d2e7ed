import { defineFeature } from '../core/feature.ts'

export const feature = defineFeature({
  name: 'platform',
  errors: {
    'server.error': {
      status: 500,
      title: 'Something went wrong on our side. Quote the request id when you report it.',
      remedy:
        'Repeat the request later. If it keeps failing, report its request id to the operator: the log has the cause.',
    },
    'server.busy': {
      status: 503,
      title: 'Too busy right now. Try again in a moment.',
      remedy: 'Wait as many seconds as Retry-After says, then repeat the request.',
    },
    'server.unavailable': {
      status: 503,
      title: 'The database does not answer right now. Try again in a moment.',
      remedy:
        'Wait as many seconds as Retry-After says, then repeat the request. A write may have been committed: repeat it with the same Idempotency-Key, or read the resource before you repeat it.',
    },
    'server.storage_full': {
      status: 507,
      title: 'The storage of the server is full. Nothing was changed.',
      remedy: 'Free disk space on the server, then repeat the request.',
    },
  },
  variables: {
    PORT: {
      type: 'integer',
      minimum: 0,
      maximum: 65_535,
      default: 3000,
      description: 'Port to listen on; 0 picks a free one.',
    },
    HOST: {
      type: 'text',
      minLength: 1,
      default: '127.0.0.1',
      description: 'Address to listen on: an IPv4 or IPv6 address, or a name of this machine.',
    },
    TLS_CERT: {
      type: 'text',
      description:
        'PEM file of a certificate and its chain. With TLS_KEY the server speaks https on PORT. Without, a proxy ends TLS in production.',
    },
    TLS_KEY: { type: 'text', description: 'PEM file of the private key of TLS_CERT, without a passphrase.' },
    NODE_ENV: {
      oneOf: ['development', 'production', 'test'],
      default: 'development',
      description: 'development, production or test.',
    },
    APP_URL: {
      type: 'text',
      description:
        'Public origin and token issuer. Production: required, https. Development: http://HOST:PORT, or https with TLS_CERT.',
    },
    APP_SECRET: {
      type: 'text',
      description: 'At least 32 bytes. Production: required. Development: generated once into data/.',
    },
    APP_SECRET_PREVIOUS: {
      type: 'text',
      description: 'The previous secret, until its data is encrypted with the new one (docs/mfa.md).',
    },
    DATABASE_URL: {
      type: 'text',
      pattern: '^(file:|https?://|libsql://)',
      default: 'file:data/threeger.db',
      description: 'file:PATH for the embedded database, or http(s):// or libsql:// for a remote one.',
    },
    DATABASE_AUTH_TOKEN: { type: 'text', description: 'Token of the remote database.' },
    DATABASE_TIMEOUT_MS: {
      type: 'integer',
      minimum: 100,
      maximum: 60_000,
      default: 1_500,
      description:
        'How long a remote database may take for each of the two round trips of a request. With 1500, a request is answered within 3 s.',
    },
    DATABASE_REPLICA_PATH: {
      type: 'text',
      description:
        'Folder for a copy of the remote database, which answers statistics and exports (docs/scale.md). Each process needs its own. Bun only.',
    },
    DATABASE_NEWER: {
      oneOf: ['refuse', 'serve'],
      default: 'refuse',
      description:
        'What to do with a database of a later release. refuse: do not start. serve: start, to go back one release on purpose.',
    },
    PRIVATE_TARGETS: {
      oneOf: ['refuse', 'allow'],
      default: 'refuse',
      description:
        'allow: the server also asks URLs of clients that lead to this machine or its network, and over http. Not in production.',
    },
    BRAND_NAME: {
      type: 'text',
      minLength: 1,
      maxLength: 60,
      pattern: '^[^\\r\\n<>"]+$',
      default: 'Threeger ID',
      description: 'Name of this service in mails and pages: 1 to 60 characters, without <, >, " or line breaks.',
    },
    BRAND_COLOR: {
      type: 'text',
      pattern: '^#[0-9a-fA-F]{6}$',
      default: '#3730a3',
      description:
        'Colour of buttons in mails and pages, as #rrggbb. Their text is black or white, for the better contrast.',
    },
    BRAND_LOGO: {
      type: 'text',
      description:
        'Logo on the pages: a data: URL with base64 of an SVG, PNG, JPEG or WebP file of at most 64 KiB. On Bun also the path of such a file.',
    },
    BRAND_FAVICON: {
      type: 'text',
      description: 'Icon of the pages, in the same form. Default: the first letter of BRAND_NAME on BRAND_COLOR.',
    },
    BRAND_CSS: {
      type: 'text',
      maxLength: 2000,
      description:
        'CSS variables of the pages, such as --radius: 4px; --font: Georgia, serif; --page: #fafafa (docs/branding.md). Colours without enough contrast are refused.',
    },
    TERMS_URL: { type: 'text', description: 'https URL of the terms, linked at the foot of the pages.' },
    PRIVACY_URL: { type: 'text', description: 'https URL of the privacy notice, linked there too.' },
    SUPPORT_URL: {
      type: 'text',
      description: 'E-mail address or https URL where people get help, linked there too.',
    },
    SHUTDOWN_GRACE_SECONDS: {
      type: 'integer',
      minimum: 0,
      maximum: 300,
      description:
        'Seconds of service after SIGTERM with /readyz at 503, until load balancers use other servers. Default: 2 in production, else 0.',
    },
    LOG_LEVEL: {
      oneOf: ['debug', 'info', 'warning', 'error'],
      description:
        'debug (default in development; one line a request), info (default in production), warning or error.',
    },
  },
})
