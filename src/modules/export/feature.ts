import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'export',
  position: 200,
  paths: {
    'GET /v1/me/export': 'fresh-session',
  },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts')]),
  events: ['user.exported'],
})
