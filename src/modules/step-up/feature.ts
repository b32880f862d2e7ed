import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'step-up',
  position: 50,
  paths: {
    'POST /v1/auth/step-up': 'any-session',
    'POST /v1/auth/step-up/passkey/options': 'any-session',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  events: ['session.stepped_up'],
})
