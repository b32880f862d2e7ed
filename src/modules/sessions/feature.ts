import { defineFeature, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

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
})
