import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'mail',
  paths: {
    'GET /dev/mail': 'public',
    'GET /dev/mail/:id': 'public',
    'GET /dev/mail/:id/html': 'public',
  },
  served: ({ development }) => development,
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
