import { defineFeature, type LoadedHandler, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'logout',
  position: 291,
  paths: {
    'GET /oauth/logout': 'public',
    'POST /oauth/logout': 'public',
  },
  forms: ['POST /oauth/logout'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  idPrefixes: ['lgt'],
  addressBudgets: {
    'logout:address': { points: 600, seconds: 60 },
  },
  queued: {
    'backchannel-logout': {
      run: (): LoadedHandler => import('./tell-client.ts').then((file) => file.tellClient),
    },
  },
  scheduled: {
    'sweep-sessions': {
      pattern: '17 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
