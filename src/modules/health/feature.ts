import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'health',
  paths: {
    'GET /livez': 'public',
    'GET /readyz': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
