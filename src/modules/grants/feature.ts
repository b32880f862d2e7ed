import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'grants',
  position: 283,
  idPrefixes: ['grt', 'fam'],
})
