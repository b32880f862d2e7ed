import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'refresh',
  position: 80,
  paths: {
    'POST /v1/auth/refresh': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  events: ['session.refreshed', 'session.reused'],
  errors: {
    'session.reused': {
      status: 401,
      title: 'A used refresh token was sent again, so the server ended its session.',
      remedy: 'Sign in again. If only one client has this token, another person may have used it: change the password.',
    },
  },
  variables: {
    REFRESH_RETRY_SECONDS: {
      type: 'integer',
      minimum: 10,
      maximum: 3600,
      default: 300,
      description:
        'For this long after a refresh, the used refresh token returns its successor again while the successor is unused, because the answer may have been lost.',
    },
  },
})
