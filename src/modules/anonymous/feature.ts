import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'anonymous',
  paths: {
    'POST /v1/auth/anonymous': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
