import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'settings',
  position: 271,
  paths: { 'GET /v1/settings': 'settings:read' },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  tags: { Settings: 'How this server is set up. The environment sets it; no route changes it.' },
  permissions: ['settings:read'],
})
