import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'rate-limits',
  position: 272,
  paths: { 'GET /v1/rate-limits': 'settings:read' },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
})
