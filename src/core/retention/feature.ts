import { defineFeature, type LoadedBatch } from '../feature.ts'

export const feature = defineFeature({
  name: 'retention',
  scheduled: {
    'compact-database': {
      pattern: '43 3 * * *',
      clock: 'any',
      run: (): LoadedBatch => import('./compact-database.ts').then((file) => file.compactDatabase),
    },
  },
})
