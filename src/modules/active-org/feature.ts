import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'active-org',
  position: 235,
  paths: { 'POST /v1/me/active-org': 'session' },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts')]),
  events: ['session.org_changed'],
})
