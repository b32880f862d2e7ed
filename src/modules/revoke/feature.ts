import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'revoke',
  position: 288,
})
