import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'emails',
  paths: {
    'POST /v1/auth/verify-email': 'public',
    'POST /v1/auth/verify-email/resend': 'public',
    'POST /v1/me/email': 'fresh-session',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./own-routes.ts')]),
})
