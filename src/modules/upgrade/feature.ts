import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'upgrade',
  paths: {
    'POST /v1/me/upgrade': 'fresh-session',
  },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts')]),
})
