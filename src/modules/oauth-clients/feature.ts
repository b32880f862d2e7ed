import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'oauth-clients',
  position: 281,
  idPrefixes: ['cli', 'sec'],
})
