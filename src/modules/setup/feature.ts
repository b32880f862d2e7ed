import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'setup',
  position: 120,
  paths: {
    'POST /v1/setup': 'public',
    'GET /setup': 'public',
    'GET /setup/assets/:name': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./page-routes.ts')]),
  tags: { Setup: 'Creates the first administrator, once.' },
  events: ['setup.completed'],
  errors: {
    'setup.token_invalid': {
      status: 401,
      title: 'The set-up token is wrong or expired.',
      remedy: 'Restart the server and copy the token that it prints.',
    },
    'setup.done': {
      status: 409,
      title: 'An administrator already exists.',
      remedy: 'Sign in as an administrator, or create another one on the command line: users create.',
    },
  },
})
