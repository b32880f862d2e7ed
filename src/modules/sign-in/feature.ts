import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'sign-in',
  paths: {
    'POST /v1/auth/sign-in': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
