import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'pages',
  position: 280,
  paths: {
    'GET /favicon.ico': 'public',
    'GET /pages/assets/:name': 'public',
    'GET /verify-email': 'public',
    'GET /confirm-email': 'public',
    'GET /reset-password': 'public',
    'GET /accept-invitation': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
