import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'authorize',
  position: 284,
  paths: {
    'GET /oauth/authorize': 'public',
    'POST /oauth/authorize': 'public',
    'GET /oauth/consent': 'public',
    'POST /oauth/consent': 'public',
  },
  forms: ['POST /oauth/authorize', 'POST /oauth/consent'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  addressBudgets: {
    'authorize:address': { points: 600, seconds: 60 },
  },
})
