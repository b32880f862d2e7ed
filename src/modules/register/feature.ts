import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'register',
  position: 282,
})
