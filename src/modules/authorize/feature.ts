import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'authorize',
  position: 284,
})
