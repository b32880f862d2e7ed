import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'sessions',
  paths: {
    'GET /v1/me/sessions': 'session',
    'DELETE /v1/me/sessions': 'session',
    'DELETE /v1/me/sessions/:id': 'session',
    'GET /v1/users/:id/sessions': 'users:read',
    'DELETE /v1/users/:id/sessions': 'users:write',
  },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts'), import('./admin-routes.ts')]),
})
