import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'resource-types',
  position: 222,
  paths: {
    'GET /v1/resource-types': 'principal',
    'POST /v1/resource-types': 'resource-types:write',
    'PATCH /v1/resource-types/:name': 'resource-types:write',
    'DELETE /v1/resource-types/:name': 'resource-types:write',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./admin-routes.ts')]),
  tags: { 'Resource types': 'What applications protect, and the attributes that rules can use.' },
  permissions: ['resource-types:read', 'resource-types:write'],
  orgPermissions: { 'resource-types:read': 'member' },
  events: ['resource_type.created', 'resource_type.updated', 'resource_type.deleted'],
  errors: {
    'resource.type_not_found': {
      status: 404,
      title: 'The resource type does not exist.',
      remedy: 'Use a type that GET /v1/resource-types lists.',
    },
    'resource.type_taken': {
      status: 409,
      title: 'A resource type with this name exists.',
      remedy: 'Change the existing type, or choose another name.',
    },
    'resource.type_limit_reached': {
      status: 409,
      title: 'There are 200 resource types already.',
      remedy: 'Delete a type that no rule uses.',
    },
    'resource.type_in_use': {
      status: 409,
      title: 'Rules use the resource type in a way that this would break.',
      remedy: 'Change or delete the rules that `errors` names, then repeat the request.',
    },
    'resource.type_changed': {
      status: 409,
      title: 'The resource type or a rule of it was changed at the same time.',
      remedy: 'Read it again, and repeat the request.',
    },
  },
})
