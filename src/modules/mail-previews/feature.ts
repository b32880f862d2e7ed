import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'mail-previews',
  position: 231,
  paths: {
    'GET /v1/mail-previews': 'settings:read',
    'GET /v1/mail-previews/:letter': 'settings:read',
    'GET /v1/mail-previews/:letter/html': 'settings:read',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  tags: { 'Mail previews': 'Each mail that this server sends, with sample data, in each language.' },
})
