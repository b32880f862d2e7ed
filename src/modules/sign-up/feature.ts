import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'sign-up',
  paths: {
    'POST /v1/auth/sign-up': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
