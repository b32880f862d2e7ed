import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'sign-out',
  position: 30,
  paths: {
    'POST /v1/auth/sign-out': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
})
