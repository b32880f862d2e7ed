import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'signing-keys',
  position: 260,
  paths: {
    'GET /.well-known/jwks.json': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Keys: 'The public keys that verify access tokens.' },
  idPrefixes: ['key'],
  events: ['key.rotated'],
})
