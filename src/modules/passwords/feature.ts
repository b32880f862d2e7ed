import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'passwords',
  paths: {
    'POST /v1/auth/forgot-password': 'public',
    'POST /v1/auth/reset-password': 'public',
    'POST /v1/me/password': 'session',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./own-routes.ts')]),
})
