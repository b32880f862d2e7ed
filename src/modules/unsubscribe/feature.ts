import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'unsubscribe',
  position: 237,
  paths: {
    'GET /unsubscribe': 'public',
    'POST /unsubscribe': 'public',
  },
  forms: ['POST /unsubscribe'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  addressBudgets: {
    /** A mail program of many people sends their requests from few addresses. Counted in the memory of each process. */
    'unsubscribe:address': { points: 600, seconds: 60 },
  },
})
