import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'mfa',
  paths: {
    'POST /v1/auth/mfa/passkey/options': 'public',
    'POST /v1/auth/mfa/verify': 'public',
    'GET /v1/me/mfa': 'any-session',
    'POST /v1/me/mfa/totp': 'fresh-any-session',
    'POST /v1/me/mfa/totp/confirm': 'fresh-any-session',
    'DELETE /v1/me/mfa/totp': 'fresh-session',
    'POST /v1/me/mfa/recovery-codes': 'fresh-session',
    'GET /v1/me/mfa/devices': 'session',
    'DELETE /v1/me/mfa/devices': 'session',
    'DELETE /v1/me/mfa/devices/:id': 'session',
    'DELETE /v1/users/:id/mfa': 'users:write',
  },
  routes: (): RouteFiles =>
    Promise.all([import('./routes.ts'), import('./own-routes.ts'), import('./admin-routes.ts')]),
})
