import { defineFeature, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'signing-keys',
  position: 260,
  paths: {
    'GET /.well-known/jwks.json': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Keys: 'The public keys that verify access tokens and ID tokens.' },
  errors: {
    'key.not_found': {
      status: 404,
      title: 'The signing key does not exist, or it verifies nothing any more.',
      remedy: 'List the keys with `bun run cli signing-keys list`.',
    },
  },
  idPrefixes: ['key'],
  events: ['key.rotated', 'key.revoked'],
  scheduled: {
    'sweep-keys': {
      pattern: '27 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
