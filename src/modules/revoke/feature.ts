import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'revoke',
  position: 288,
  paths: { 'POST /oauth/revoke': 'public' },
  forms: ['POST /oauth/revoke'],
  everyOrigin: ['POST /oauth/revoke'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  events: ['grant.tokens_revoked'],
})
