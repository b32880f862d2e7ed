import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'token',
  position: 286,
})
