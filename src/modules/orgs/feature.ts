import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'orgs',
  position: 230,
  permissions: ['orgs:read', 'orgs:write'],
  orgPermissions: {
    'orgs:read': 'member',
    'orgs:write': 'admin',
    'orgs:delete': 'owner',
    'orgs:restore': 'owner',
    'orgs:transfer': 'owner',
  },
  idPrefixes: ['org'],
  errors: {
    'org.not_found': {
      status: 404,
      title: 'The organisation does not exist.',
      remedy: 'Use an organisation that GET /v1/me/orgs lists.',
    },
  },
})
