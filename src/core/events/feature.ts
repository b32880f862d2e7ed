import { defineFeature } from '../feature.ts'

export const feature = defineFeature({
  name: 'event-log',
  idPrefixes: ['evt'],
})
