import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'logout',
  position: 291,
})
