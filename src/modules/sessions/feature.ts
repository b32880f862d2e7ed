import {
  defineFeature,
  type LoadedLetters,
  type LoadedRows,
  type LoadedSweep,
  type RouteFiles,
  type SectionFields,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'sessions',
  position: 70,
  paths: {
    'GET /v1/me/sessions': 'session',
    'DELETE /v1/me/sessions': 'session',
    'DELETE /v1/me/sessions/:id': 'session',
    'GET /v1/users/:id/sessions': 'users:read',
    'DELETE /v1/users/:id/sessions': 'users:write',
  },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts'), import('./admin-routes.ts')]),
  idPrefixes: ['ses', 'tok'],
  events: ['session.created', 'session.ended'],
  errors: {
    'session.not_found': {
      status: 404,
      title: 'There is no such session.',
      remedy: 'List the sessions again: it may have ended.',
    },
    'session.expired': {
      status: 401,
      title: 'The session has ended or expired. Sign in again.',
      remedy: 'Refresh the session once; if that fails too, sign in again.',
    },
  },
  variables: {
    ACCESS_TTL_SECONDS: {
      type: 'integer',
      minimum: 1,
      maximum: 34_560_000,
      default: 300,
      description: 'Life of an access token.',
    },
    REFRESH_TTL_SECONDS: {
      type: 'integer',
      minimum: 1,
      maximum: 34_560_000,
      default: 2_592_000,
      description: 'Life of a token session, refreshed or not.',
    },
    REFRESH_IDLE_SECONDS: {
      type: 'integer',
      minimum: 1,
      maximum: 34_560_000,
      default: 1_209_600,
      description: 'A token session ends after this long without a refresh.',
    },
    COOKIE_TTL_SECONDS: {
      type: 'integer',
      minimum: 1,
      maximum: 34_560_000,
      default: 86_400,
      description: 'Life of a cookie session, used or not.',
    },
    COOKIE_IDLE_SECONDS: {
      type: 'integer',
      minimum: 1,
      maximum: 34_560_000,
      default: 3600,
      description: 'A cookie session ends after this long without a request.',
    },
  },
  scheduled: {
    'sweep-sessions': {
      pattern: '17 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweepSessions),
    },
    'sweep-devices': {
      pattern: '57 3 * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweepDevices),
    },
  },
  exports: {
    sessions: {
      description: 'Sign-ins, ended ones too until they are swept.',
      fields: ({ Type, timestamp, time, nullable }): SectionFields => ({
        id: Type.String({ examples: ['ses_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        kind: Type.Union([Type.Literal('token'), Type.Literal('cookie')]),
        address: nullable('From where.', '203.0.113.7'),
        userAgent: nullable('With what.', 'Mozilla/5.0'),
        createdAt: timestamp,
        authenticatedAt: time('null where another provider opened it and does not say when it asked its owner.'),
        lastSeenAt: timestamp,
        expiresAt: timestamp,
        endedAt: time('null while it lives.'),
        amr: Type.Array(Type.String(), {
          description: 'How it was opened (RFC 8176).',
          examples: [['pwd', 'otp', 'mfa']],
        }),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.sessionRows),
    },
    knownDevices: {
      description: 'Where the account was signed in to before.',
      fields: ({ Type, timestamp }): SectionFields => ({
        device: Type.String({ examples: ['Firefox on Linux'] }),
        network: Type.String({ description: 'The first bits of an address.', examples: ['203.0.113.0/24'] }),
        firstSeenAt: timestamp,
        lastSeenAt: timestamp,
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.knownDeviceRows),
    },
  },
  mails: {
    'new-device': { device: 'text', address: 'text', at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
