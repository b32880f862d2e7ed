import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'console',
  position: 284,
  paths: {
    'GET /console': 'public',
    'GET /console/:section': 'public',
    'GET /console/:section/:item': 'public',
    'GET /console/:section/:item/:tab': 'public',
    'GET /console/assets/:name': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
