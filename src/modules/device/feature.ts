import { defineFeature, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'device',
  position: 290,
  paths: {
    'POST /oauth/device': 'public',
    'GET /device': 'public',
    'POST /device': 'public',
  },
  forms: ['POST /oauth/device', 'POST /device'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  events: ['device.approved', 'device.denied'],
  addressBudgets: {
    'device:address': { points: 60, seconds: 60 },
    'guess-device:address': { points: 60, seconds: 600 },
  },
  budgets: {
    'guess-device:account': { points: 20, seconds: 600 },
    'guess-device:code': { points: 20, seconds: 600 },
  },
  scheduled: {
    'sweep-proofs': {
      pattern: '47 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
