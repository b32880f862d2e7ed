import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'account',
  position: 282,
  paths: {
    'GET /account': 'public',
    'GET /account/:section': 'public',
    'GET /account/assets/:name': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
