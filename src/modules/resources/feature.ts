import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'resources',
  position: 280,
  idPrefixes: ['res'],
})
