import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'sign-in',
  position: 10,
  paths: {
    'POST /v1/auth/sign-in': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Auth: 'Sign-up, sign-in, refresh and sign-out.' },
  events: ['auth.failed'],
  errors: {
    'auth.invalid_credentials': {
      status: 401,
      title: 'The e-mail or the password is wrong.',
      remedy: 'Let the person enter the e-mail and the password again. The answer never says which of them was wrong.',
    },
  },
})
