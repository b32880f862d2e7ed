import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'userinfo',
  position: 289,
})
