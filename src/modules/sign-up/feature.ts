import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'sign-up',
  position: 20,
  paths: {
    'POST /v1/auth/sign-up': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  addressBudgets: {
    'sign-up:address': { points: 100, seconds: 3600 },
  },
})
