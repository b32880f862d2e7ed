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
      title: 'A spent refresh token was used again, so its session was ended. Sign in again.',
      remedy:
        'Sign in again. If only one client holds this token, somebody else may have used it: change the password.',
    },
  },
  variables: {
    REFRESH_RETRY_SECONDS: {
      type: 'integer',
      minimum: 10,
      maximum: 3600,
      default: 300,
      description:
        'For this long a used refresh token gives its successor again, if nobody has used the successor: the answer may have been lost.',
    },
  },
})
