import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'passkeys',
  paths: {
    'GET /.well-known/webauthn': 'public',
    'POST /v1/auth/passkey/options': 'public',
    'POST /v1/auth/passkey': 'public',
    'POST /v1/auth/passkey/sign-up/options': 'public',
    'POST /v1/auth/passkey/sign-up': 'public',
    'GET /v1/me/passkeys': 'any-session',
    'POST /v1/me/passkeys/options': 'fresh-any-session',
    'POST /v1/me/passkeys': 'fresh-any-session',
    'PATCH /v1/me/passkeys/:id': 'session',
    'DELETE /v1/me/passkeys/:id': 'fresh-session',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./own-routes.ts')]),
})
