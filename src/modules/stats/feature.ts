import { defineFeature, type LoadedBatch, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'stats',
  position: 245,
  paths: { 'GET /v1/stats': 'stats:read' },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  tags: { Statistics: 'How much this server is used: sign-ins, failures, new accounts and sessions by day.' },
  permissions: ['stats:read'],
  scheduled: {
    // A clock that is ahead would store a day that is not over, and that row stays.
    'count-days': {
      pattern: '17 * * * *',
      clock: 'believed',
      run: (): LoadedBatch => import('./count-days.ts').then((file) => file.countDays),
    },
  },
})
