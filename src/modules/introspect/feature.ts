import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'introspect',
  position: 287,
})
