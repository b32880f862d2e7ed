import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'upgrade',
  position: 190,
  paths: {
    'POST /v1/me/upgrade': 'fresh-session',
  },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts')]),
  events: ['user.upgraded'],
  errors: {
    'user.not_anonymous': {
      status: 409,
      title: 'The account is not anonymous.',
      remedy: 'Change the address with POST /v1/me/email and the password with POST /v1/me/password.',
    },
  },
})
