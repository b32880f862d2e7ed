import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'roles',
  position: 220,
  paths: {
    'GET /v1/roles': 'roles:read',
    'PATCH /v1/roles/:role': 'roles:write',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  tags: { Roles: 'Roles, and the requirements for their holders.' },
  permissions: ['roles:read', 'roles:write'],
  idPrefixes: ['rol'],
  events: ['role.updated'],
  errors: {
    'role.not_found': {
      status: 404,
      title: 'The role does not exist.',
      remedy: 'Use a role that GET /v1/roles lists.',
    },
    'role.exceeds_own': {
      status: 403,
      title: 'This would give or change a permission that you lack.',
      remedy: 'Name only permissions and roles whose every permission you have yourself, or ask an administrator who has them.',
    },
    'role.factor_missing': {
      status: 409,
      title: 'You hold this role and have no second factor, so the requirement would lock you out.',
      remedy:
        'Add an authenticator app (POST /v1/me/mfa/totp) or a passkey (POST /v1/me/passkeys/options) to your account, then repeat the request.',
    },
  },
})
