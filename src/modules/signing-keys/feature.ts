import { defineFeature, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

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
  scheduled: {
    'sweep-keys': {
      pattern: '27 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
