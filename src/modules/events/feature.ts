import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'events',
  position: 261,
  paths: { 'GET /v1/events': 'principal' },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Events: 'What happens, as it happens: to an account, in an organisation, or in the whole server.' },
})
