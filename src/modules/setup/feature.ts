import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'setup',
  position: 120,
  paths: {
    'POST /v1/setup': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Setup: 'The first administrator, once.' },
  events: ['setup.completed'],
  errors: {
    'setup.token_invalid': {
      status: 401,
      title: 'The set-up token is wrong or too old. Restart the server for a new one.',
      remedy: 'Restart the server and copy the token it prints.',
    },
    'setup.done': {
      status: 409,
      title: 'An administrator exists already. Sign in, or use the command line.',
      remedy: 'Sign in as an administrator, or have an operator create another on the command line: users create.',
    },
  },
})
