import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'device',
  position: 290,
})
