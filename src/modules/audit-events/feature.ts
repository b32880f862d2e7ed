import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'audit-events',
  paths: {
    'GET /v1/audit-events': 'audit:read',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
})
