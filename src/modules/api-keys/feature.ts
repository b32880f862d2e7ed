import {
  defineFeature,
  type LoadedLetters,
  type LoadedRows,
  type LoadedSweep,
  type RouteFiles,
  type SectionFields,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'api-keys',
  position: 250,
  paths: {
    'GET /v1/api-keys': 'principal',
    'POST /v1/api-keys': 'principal',
    'POST /v1/api-keys/revoke': 'public',
    'GET /v1/api-keys/:id': 'principal',
    'DELETE /v1/api-keys/:id': 'principal',
    'POST /v1/api-keys/:id/rotate': 'principal',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { 'API keys': 'Keys with which programs call this API.' },
  permissions: ['api-keys:read', 'api-keys:write'],
  orgPermissions: { 'api-keys:read': 'admin', 'api-keys:write': 'admin' },
  idPrefixes: ['apk'],
  events: ['api_key.created', 'api_key.rotated', 'api_key.revoked', 'api_key.revoked_by_value'],
  errors: {
    'apikey.invalid': {
      status: 401,
      title: 'The API key is unknown, expired or revoked.',
      remedy: 'Use another key. The answer never says what is wrong with this one.',
    },
    'apikey.network_refused': {
      status: 403,
      title: 'The API key may not be used from this network.',
      remedy: 'Send the request from a network of the key, or make a key for this network.',
    },
    'apikey.not_found': {
      status: 404,
      title: 'The API key does not exist.',
      remedy: 'List the keys again. This one may have been revoked, or it may have expired.',
    },
    'apikey.scope_refused': {
      status: 403,
      title: 'You cannot give a key these scopes.',
      remedy: 'Ask only for permissions that you have yourself, and that the owner of the key can use.',
    },
    'apikey.too_many': {
      status: 409,
      title: 'The owner has the maximum number of API keys.',
      remedy: 'Revoke keys that are no longer used, then make the new one.',
    },
    'apikey.already_rotated': {
      status: 409,
      title: 'The API key was replaced already.',
      remedy: 'Rotate the key that replaced it.',
    },
  },
  budgets: {
    /** Of a key with a limit of its own, which replaces these points. */
    'requests:api-key': { points: 10_000_000, seconds: 60 },
  },
  addressBudgets: {
    /** Of keys with a right checksum. */
    'revoke-key:address': { points: 60, seconds: 60 },
  },
  scheduled: {
    'sweep-keys': {
      pattern: '27 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
  exports: {
    apiKeys: {
      description: 'API keys, without their secrets.',
      fields: ({ Type, timestamp, time, nullable }): SectionFields => ({
        id: Type.String({ examples: ['apk_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        name: Type.String({ examples: ['Backup'] }),
        form: Type.String({ examples: ['opaque'] }),
        hint: Type.String({ examples: ['x9Kd'] }),
        orgId: nullable('The organisation to which the key is limited.'),
        scopes: Type.Array(Type.String(), { examples: [['users:read']] }),
        networks: Type.Union([Type.Array(Type.String()), Type.Null()], { examples: [null] }),
        metadata: Type.Object({}, { additionalProperties: true }),
        createdAt: timestamp,
        expiresAt: time('null: it does not expire.'),
        revokedAt: time('null: it was not revoked.'),
        lastUsedAt: time('null if it was never used.'),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.apiKeyRows),
    },
  },
  mails: {
    'api-key-created': { key: 'text', device: 'text', address: 'text', at: 'time' },
    /** Someone who found the key has sent its value. */
    'api-key-revoked': { key: 'text', at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
