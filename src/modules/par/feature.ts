import { defineFeature, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'par',
  position: 285,
  paths: { 'POST /oauth/par': 'public' },
  forms: ['POST /oauth/par'],
  everyOrigin: ['POST /oauth/par'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  addressBudgets: {
    'par:address': { points: 300, seconds: 60 },
  },
  scheduled: {
    'sweep-proofs': {
      pattern: '47 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
