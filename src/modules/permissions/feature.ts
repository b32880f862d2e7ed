import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'permissions',
  position: 221,
  paths: {
    'GET /v1/permissions': 'principal',
    'GET /v1/me/permissions': 'principal',
    'POST /v1/permissions': 'permissions:write',
    'DELETE /v1/permissions/:name': 'permissions:write',
  },
  routes: (): RouteFiles =>
    Promise.all([import('./routes.ts'), import('./own-routes.ts'), import('./admin-routes.ts')]),
  tags: { Permissions: 'The permissions of this server, and those that applications register.' },
  permissions: ['permissions:read', 'permissions:write'],
  orgPermissions: { 'permissions:read': 'member' },
  events: ['permission.created', 'permission.deleted'],
  errors: {
    'permission.not_found': {
      status: 404,
      title: 'No application registered this permission.',
      remedy: 'Use a permission that GET /v1/permissions lists with builtIn: false.',
    },
    'permission.name_taken': {
      status: 409,
      title: 'A permission with this name exists.',
      remedy: 'Use the existing permission, or choose another name.',
    },
    'permission.limit_reached': {
      status: 409,
      title: 'There are 1,000 permissions of applications already.',
      remedy: 'Delete a permission that no application uses.',
    },
  },
})
