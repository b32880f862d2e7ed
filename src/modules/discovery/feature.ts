import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'discovery',
  position: 292,
})
