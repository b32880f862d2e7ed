import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'jobs',
  paths: {
    'GET /v1/jobs': 'jobs:read',
    'POST /v1/jobs/:id/retry': 'jobs:write',
    'POST /v1/jobs/:id/discard': 'jobs:write',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
})
