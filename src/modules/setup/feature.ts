import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'setup',
  paths: {
    'POST /v1/setup': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
