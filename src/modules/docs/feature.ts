import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'docs',
  position: 290,
  paths: {
    'GET /openapi.json': 'public',
    'GET /docs': 'public',
    'GET /docs/errors': 'public',
    'GET /docs/mcp': 'public',
    'GET /docs/assets/:name': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
