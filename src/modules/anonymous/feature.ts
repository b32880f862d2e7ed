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
      title: 'This server makes no anonymous accounts.',
      remedy: 'Sign up with an address, or have the operator set ANONYMOUS_USERS=allow.',
    },
  },
  variables: {
    ANONYMOUS_USERS: {
      oneOf: ['allow', 'refuse'],
      description:
        'allow (default in development): anybody gets an account without an address. refuse (default in production).',
    },
    ANONYMOUS_RETENTION_DAYS: {
      type: 'integer',
      minimum: 1,
      maximum: 3650,
      default: 30,
      description: 'Anonymous accounts that nobody has used for so many days are deleted, unless they have a passkey.',
    },
  },
})
