import { defineFeature, type LoadedSweep } from '../feature.ts'

export const feature = defineFeature({
  name: 'idempotency',
  errors: {
    'idempotency.key_reused': {
      status: 422,
      title: 'This Idempotency-Key was used for another request.',
      remedy: 'Use a new key for every new request. Send the same key only with the same method, path and body.',
    },
  },
  scheduled: {
    'sweep-keys': {
      pattern: '27 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
