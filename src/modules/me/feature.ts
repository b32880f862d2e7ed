import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'me',
  position: 110,
  paths: {
    'GET /v1/me': 'any-session',
    'PATCH /v1/me': 'session',
    'DELETE /v1/me': 'fresh-session',
  },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts')]),
  tags: { Me: 'The account of the signed-in user.' },
})
