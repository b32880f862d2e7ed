import { defineFeature, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'signing-keys',
  position: 260,
  paths: {
    'GET /.well-known/jwks.json': 'public',
    'GET /v1/signing-keys': 'signing-keys:read',
    'POST /v1/signing-keys/rotate': 'signing-keys:write',
    'POST /v1/signing-keys/:id/revoke': 'signing-keys:write',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./admin-routes.ts')]),
  tags: {
    Keys: 'The keys that sign access tokens and ID tokens: their public halves, their ages, rotation and revocation.',
  },
  permissions: ['signing-keys:read', 'signing-keys:write'],
  errors: {
    'key.not_found': {
      status: 404,
      title: 'The signing key does not exist, or it verifies nothing any more.',
      remedy: 'List the keys with GET /v1/signing-keys or `bun run cli signing-keys list`.',
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
