import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'token',
  position: 286,
  paths: { 'POST /oauth/token': 'public' },
  forms: ['POST /oauth/token'],
  everyOrigin: ['POST /oauth/token'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { OAuth: 'Tokens for clients: OAuth 2.1 and OpenID Connect.' },
  events: ['grant.redeemed', 'grant.code_reused', 'grant.refreshed', 'grant.token_reused', 'client.tokens_issued'],
})
