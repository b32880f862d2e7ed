import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'providers',
  paths: {
    'GET /v1/auth/providers': 'public',
    'GET /v1/auth/providers/:id/start': 'public',
    'POST /v1/auth/providers/:id/callback': 'public',
    'GET /v1/auth/providers/:id/callback': 'public',
  },
  // OAuth 2.0 Form Post Response Mode. It changes nothing and reads no cookie: see `routes.ts`.
  forms: ['POST /v1/auth/providers/:id/callback'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
