import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'par',
  position: 285,
})
