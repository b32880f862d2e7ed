import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'orgs',
  position: 230,
  paths: {
    'POST /v1/orgs': 'session',
    'GET /v1/me/orgs': 'session',
    'GET /v1/orgs/:id': 'orgs:read in org',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./own-routes.ts'), import('./org-routes.ts')]),
  tags: { Organisations: 'Organisations, and what is done in one.' },
  permissions: ['orgs:read', 'orgs:write'],
  orgPermissions: {
    'orgs:read': 'member',
    'orgs:write': 'admin',
    'orgs:delete': 'owner',
    'orgs:restore': 'owner',
    'orgs:transfer': 'owner',
  },
  idPrefixes: ['org'],
  events: ['org.created', 'org.imported', 'org.role_imported', 'org.member_imported', 'orgs.exported'],
  errors: {
    'org.not_found': {
      status: 404,
      title: 'The organisation does not exist.',
      remedy: 'Use an organisation that GET /v1/me/orgs lists.',
    },
    'org.slug_taken': {
      status: 409,
      title: 'Another organisation has this slug.',
      remedy: 'Choose another slug. The slug of a deleted organisation is free when its grace period has ended.',
    },
    'org.too_many': {
      status: 409,
      title: 'The person owns 100 organisations or is a member of 500.',
      remedy: 'Delete, transfer or leave an organisation, then repeat the request.',
    },
    'org.anonymous_refused': {
      status: 403,
      title: 'An anonymous account cannot have an organisation.',
      remedy: 'Upgrade the account first.',
    },
  },
})
