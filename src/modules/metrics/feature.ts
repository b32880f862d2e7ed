import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'metrics',
  position: 272,
  paths: { 'GET /metrics': 'public' },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Metrics: 'Numbers about this server for monitoring.' },
  errors: {
    'metrics.token_invalid': {
      status: 401,
      title: 'The metrics need the token of METRICS_TOKEN.',
      remedy: 'Send `Authorization: Bearer` and the value of METRICS_TOKEN of this server.',
    },
  },
  variables: {
    METRICS_TOKEN: {
      type: 'text',
      minLength: 16,
      maxLength: 256,
      pattern: '^[A-Za-z0-9._~+/=-]+$',
      description:
        'The bearer token with which monitoring reads GET /metrics: 16 or more random characters. Without it there are no metrics.',
    },
  },
})
