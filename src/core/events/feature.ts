import { defineFeature } from '../feature.ts'

export const feature = defineFeature({
  name: 'events',
  idPrefixes: ['evt'],
})
