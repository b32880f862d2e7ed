import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'refresh',
  paths: {
    'POST /v1/auth/refresh': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
