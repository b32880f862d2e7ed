import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'users',
  paths: {
    'GET /v1/users': 'users:read',
    'POST /v1/users': 'users:write',
    'POST /v1/users/import': 'users:write',
    'GET /v1/users/:id': 'users:read',
    'PATCH /v1/users/:id': 'users:write',
    'DELETE /v1/users/:id': 'users:write',
    'POST /v1/users/:id/disable': 'users:write',
    'POST /v1/users/:id/enable': 'users:write',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
})
