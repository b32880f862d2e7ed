import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'resources',
  position: 280,
  paths: {
    'GET /v1/resources': 'principal',
    'POST /v1/resources': 'principal',
    'GET /v1/resources/:id': 'principal',
    'PATCH /v1/resources/:id': 'principal',
    'DELETE /v1/resources/:id': 'principal',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Resources: 'APIs that accept access tokens of this server, and their scopes.' },
  permissions: ['resources:read', 'resources:write'],
  orgPermissions: { 'resources:read': 'admin', 'resources:write': 'admin' },
  idPrefixes: ['res'],
  events: ['resource.created', 'resource.updated', 'resource.deleted'],
  errors: {
    'resource.not_found': {
      status: 404,
      title: 'The resource does not exist.',
      remedy: 'List the resources again. This one may have been deleted.',
    },
    'resource.changed': {
      status: 412,
      title: 'The resource was changed since you read it.',
      remedy: 'Read it again, then repeat the change with the new ETag.',
    },
    'resource.audience_taken': {
      status: 409,
      title: 'There is a resource with this audience.',
      remedy: 'Use that resource, or choose another audience. It may belong to another organisation.',
    },
    'resource.domain_unproved': {
      status: 409,
      title: 'The organisation has not proved the domain of this audience.',
      remedy:
        'Prove the domain of the API with POST /v1/orgs/{id}/domains first, or ask an administrator to make the resource.',
    },
    'resource.too_many': {
      status: 409,
      title: 'There is the maximum number of resources.',
      remedy: 'Delete resources that are no longer used.',
    },
  },
})
