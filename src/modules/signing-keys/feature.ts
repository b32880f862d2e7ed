import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'signing-keys',
  paths: {
    'GET /.well-known/jwks.json': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
