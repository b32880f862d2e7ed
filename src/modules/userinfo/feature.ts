import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'userinfo',
  position: 289,
  paths: { 'GET /oauth/userinfo': 'public', 'POST /oauth/userinfo': 'public' },
  forms: ['POST /oauth/userinfo'],
  everyOrigin: ['GET /oauth/userinfo', 'POST /oauth/userinfo'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  errors: {
    'userinfo.scope_missing': {
      status: 403,
      title: 'The access token does not have the scope openid.',
      remedy: 'Begin an authorization request with the scope openid.',
    },
  },
})
