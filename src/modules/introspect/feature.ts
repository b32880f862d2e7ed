import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'introspect',
  position: 287,
  paths: { 'POST /oauth/introspect': 'public' },
  forms: ['POST /oauth/introspect'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
