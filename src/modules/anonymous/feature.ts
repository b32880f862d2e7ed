import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'anonymous',
  position: 40,
  paths: {
    'POST /v1/auth/anonymous': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  errors: {
    'auth.anonymous_refused': {
      status: 403,
      title: 'This server does not create anonymous accounts.',
      remedy: 'Sign up with an e-mail address, or ask the operator to set ANONYMOUS_USERS=allow.',
    },
  },
  variables: {
    ANONYMOUS_USERS: {
      oneOf: ['allow', 'refuse'],
      description:
        'allow (default in development): a client can create an account without an e-mail address. refuse (default in production).',
    },
    ANONYMOUS_RETENTION_DAYS: {
      type: 'integer',
      minimum: 1,
      maximum: 3650,
      default: 30,
      description:
        'An anonymous account that was not used for this many days is deleted, unless it has a passkey or a role.',
    },
  },
})
