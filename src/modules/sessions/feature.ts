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
    'DELETE /v1/users/:id/sessions/:sessionId': 'users:write',
  },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts'), import('./admin-routes.ts')]),
  idPrefixes: ['ses', 'tok'],
  events: ['session.created', 'session.ended'],
  errors: {
    'session.not_found': {
      status: 404,
      title: 'The session does not exist.',
      remedy: 'List the sessions again. This one may have ended.',
    },
    'session.expired': {
      status: 401,
      title: 'The session has ended or expired.',
      remedy: 'Refresh the session once. If that fails too, sign in again.',
    },
    'session.other_user': {
      status: 409,
      title: 'Another person is signed in in this browser now.',
      remedy: 'Nothing was done. Load the page again: it then shows the account of this browser.',
    },
  },
  variables: {
    ACCESS_TTL_SECONDS: {
      type: 'integer',
      minimum: 1,
      maximum: 34_560_000,
      default: 300,
      description: 'Lifetime of an access token.',
    },
    ACCESS_TOKEN_CLAIMS: {
      type: 'text',
      default: 'roles,org_id,org_role,amr,acr,email_verified',
      description:
        'Claims of access tokens for your own APIs, separated by commas: roles, org_id, org_role, amr, acr, email_verified; or none.',
    },
    REFRESH_TTL_SECONDS: {
      type: 'integer',
      minimum: 1,
      maximum: 34_560_000,
      default: 2_592_000,
      description: 'Maximum lifetime of a token session, with or without refreshes.',
    },
    REFRESH_IDLE_SECONDS: {
      type: 'integer',
      minimum: 1,
      maximum: 34_560_000,
      default: 1_209_600,
      description: 'Maximum idle time of a token session.',
    },
    COOKIE_TTL_SECONDS: {
      type: 'integer',
      minimum: 1,
      maximum: 34_560_000,
      default: 86_400,
      description: 'Maximum lifetime of a cookie session, used or not.',
    },
    COOKIE_IDLE_SECONDS: {
      type: 'integer',
      minimum: 1,
      maximum: 34_560_000,
      default: 3600,
      description: 'Maximum idle time of a cookie session.',
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
      description: 'Sessions, including ended sessions that are not deleted yet.',
      fields: ({ Type, timestamp, time, nullable }): SectionFields => ({
        id: Type.String({ examples: ['ses_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        kind: Type.Union([Type.Literal('token'), Type.Literal('cookie')]),
        address: nullable('From where.', '203.0.113.7'),
        userAgent: nullable('With what.', 'Mozilla/5.0'),
        createdAt: timestamp,
        authenticatedAt: time('null if another provider opened it and did not say when it authenticated the owner.'),
        lastSeenAt: timestamp,
        expiresAt: timestamp,
        endedAt: time('null while the session is active.'),
        amr: Type.Array(Type.String(), {
          description: 'The authentication methods that opened it (RFC 8176).',
          examples: [['pwd', 'otp', 'mfa']],
        }),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.sessionRows),
    },
    knownDevices: {
      description: 'Devices and networks from which the account was signed in to before.',
      fields: ({ Type, timestamp }): SectionFields => ({
        device: Type.String({ examples: ['Firefox on Linux'] }),
        network: Type.String({ description: 'The network prefix of the IP address.', examples: ['203.0.113.0/24'] }),
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
