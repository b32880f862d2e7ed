import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'identities',
  paths: {
    'GET /v1/me/identities': 'session',
    'POST /v1/me/identities/:provider/start': 'fresh-session',
    'DELETE /v1/me/identities/:id': 'fresh-session',
  },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts')]),
})
