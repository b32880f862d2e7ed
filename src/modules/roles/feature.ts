import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'roles',
  paths: {
    'GET /v1/roles': 'roles:read',
    'PATCH /v1/roles/:role': 'roles:write',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
})
