import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'branding',
  position: 279,
  paths: {
    'GET /branding/:name': 'public',
    'GET /branding/orgs/:slug/:name': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  addressBudgets: {
    /** Files of an organisation, whose slug anybody may guess. Counted in the memory of each process. */
    'branding:address': { points: 300, seconds: 60 },
  },
})
