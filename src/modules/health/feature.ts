import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'health',
  position: 270,
  paths: {
    'GET /livez': 'public',
    'GET /readyz': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Health: 'Checks for load balancers and supervisors.' },
  errors: {
    'server.not_ready': {
      status: 503,
      title: 'The server is not ready. The field errors lists the failed checks.',
      remedy: 'Send traffic to another server until this check passes.',
    },
  },
})
