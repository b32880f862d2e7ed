import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'discovery',
  position: 292,
  paths: {
    'GET /.well-known/openid-configuration': 'public',
    'GET /.well-known/oauth-authorization-server': 'public',
    'GET /.well-known/oauth-protected-resource': 'public',
  },
  everyOrigin: [
    'GET /.well-known/openid-configuration',
    'GET /.well-known/oauth-authorization-server',
    'GET /.well-known/oauth-protected-resource',
  ],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
