import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'roles',
  position: 220,
  paths: {
    'GET /v1/roles': 'roles:read',
    'POST /v1/roles': 'roles:write',
    'PATCH /v1/roles/:role': 'roles:write',
    'DELETE /v1/roles/:role': 'roles:write',
    'GET /v1/orgs/:id/roles': 'roles:read in org',
    'POST /v1/orgs/:id/roles': 'roles:write in org',
    'PATCH /v1/orgs/:id/roles/:role': 'roles:write in org',
    'DELETE /v1/orgs/:id/roles/:role': 'roles:write in org',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts'), import('./org-routes.ts')]),
  tags: {
    Roles: 'Roles of the instance and of organisations: what they allow, and what they require of their holders.',
  },
  permissions: ['roles:read', 'roles:write'],
  orgPermissions: { 'roles:read': 'member', 'roles:write': 'admin' },
  idPrefixes: ['rol'],
  events: ['role.created', 'role.updated', 'role.deleted'],
  errors: {
    'role.not_found': {
      status: 404,
      title: 'The role does not exist.',
      remedy: 'Use a role that GET /v1/roles lists.',
    },
    'role.name_taken': {
      status: 409,
      title: 'A role with this name exists.',
      remedy: 'Change the existing role, or choose another name.',
    },
    'role.limit_reached': {
      status: 409,
      title: 'There are 100 roles already.',
      remedy: 'Delete a role that nobody needs.',
    },
    'role.built_in': {
      status: 409,
      title: 'A built-in role cannot be changed.',
      remedy: 'Make a role of your own that inherits the built-in one.',
    },
    'role.inheritance_refused': {
      status: 409,
      title: 'A role inherits one level: the inherited role inherits nothing, and nobody inherits the inheriting role.',
      remedy: 'Name a role that inherits nothing, or copy its permissions into this role.',
    },
    'role.inherited': {
      status: 409,
      title: 'Another role inherits this role.',
      remedy: 'Change or delete the roles that inherit it, then repeat the request.',
    },
    'role.exceeds_own': {
      status: 403,
      title: 'This would give or change a permission that you lack.',
      remedy:
        'Name only permissions and roles whose every permission you have yourself, or ask an administrator who has them.',
    },
    'role.factor_missing': {
      status: 409,
      title: 'You hold this role and have no second factor, so the requirement would lock you out.',
      remedy:
        'Add an authenticator app (POST /v1/me/mfa/totp) or a passkey (POST /v1/me/passkeys/options) to your account, then repeat the request.',
    },
  },
})
