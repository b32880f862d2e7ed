import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'docs',
  position: 290,
  paths: {
    'GET /openapi.json': 'public',
    'GET /docs': 'public',
    'GET /docs/errors': 'public',
    'GET /docs/api': 'public',
    'GET /docs/api/:tag': 'public',
    'GET /docs/adr/:name': 'public',
    'GET /docs/:guide': 'public',
    'GET /docs/assets/:name': 'public',
    'GET /llms.txt': 'public',
    'GET /llms-full.txt': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
