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
  errors: {
    'auth.fresh_session_required': {
      status: 403,
      title: 'Sign in again: this needs a sign-in of the last 10 minutes.',
      remedy:
        'Ask the person for the password or for a code by mail. Make a new session with POST /v1/auth/step-up, and repeat the request with it.',
    },
  },
})
