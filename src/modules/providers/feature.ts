import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'providers',
  paths: {
    'GET /v1/auth/providers': 'public',
    'GET /v1/auth/providers/:id/start': 'public',
    'POST /v1/auth/providers/:id/callback': 'public',
    'GET /v1/auth/providers/:id/callback': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
