import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'health',
  position: 270,
  paths: {
    'GET /livez': 'public',
    'GET /readyz': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Health: 'For load balancers and supervisors.' },
  errors: {
    'server.not_ready': {
      status: 503,
      title: 'Not ready to serve. See errors.',
      remedy: 'Send traffic elsewhere until this check passes; errors names what failed.',
    },
  },
})
