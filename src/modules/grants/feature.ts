import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'grants',
  position: 283,
  idPrefixes: ['grt', 'fam'],
  events: ['grant.consented', 'grant.refused', 'grant.ended'],
  errors: {
    'grant.not_found': {
      status: 404,
      title: 'The grant does not exist.',
      remedy: 'List the grants again. This one may have ended.',
    },
  },
})
