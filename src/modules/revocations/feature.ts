import { defineFeature, type LoadedBatch, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'revocations',
  position: 289,
  paths: { 'GET /v1/revocations': 'revocations:read' },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  tags: { Revocations: 'What ended before its tokens expire, for APIs that verify tokens offline.' },
  permissions: ['revocations:read'],
  variables: {
    REVOCATION_FOLLOWERS: {
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000,
      default: 5_000,
      description: 'Verifiers that can follow the revocations of this process at the same time. One more gets 503.',
    },
  },
  scheduled: {
    // A clock that is ahead would delete revocations that still matter.
    'sweep-revocations': {
      pattern: '41 * * * *',
      clock: 'believed',
      run: (): LoadedBatch => import('./sweep.ts').then((file) => file.sweepRevocations),
    },
  },
})
