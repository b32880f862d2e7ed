import {
  defineFeature,
  type LoadedRows,
  type LoadedSweep,
  type RouteFiles,
  type SectionFields,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'grants',
  position: 283,
  paths: {
    'GET /v1/me/grants': 'session',
    'DELETE /v1/me/grants/:id': 'session',
    'GET /v1/users/:id/grants': 'users:read',
    'DELETE /v1/users/:id/grants/:grantId': 'users:write',
  },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts'), import('./admin-routes.ts')]),
  idPrefixes: ['grt', 'fam'],
  events: ['grant.consented', 'grant.refused', 'grant.ended'],
  errors: {
    'grant.not_found': {
      status: 404,
      title: 'The grant does not exist.',
      remedy: 'List the grants again. This one may have ended.',
    },
  },
  scheduled: {
    'sweep-keys': {
      pattern: '27 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
  exports: {
    grants: {
      description: 'What the person allowed apps, also if it has ended a short time ago.',
      fields: ({ Type, timestamp, time }): SectionFields => ({
        id: Type.String({ examples: ['grt_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        clientId: Type.String({ examples: ['cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        scopes: Type.Record(Type.String(), Type.Array(Type.String()), {
          examples: [{ 'https://id.example.com': ['openid'] }],
        }),
        details: Type.Array(Type.Object({}, { additionalProperties: true }), { examples: [[]] }),
        createdAt: timestamp,
        updatedAt: timestamp,
        endedAt: time('null: it has not ended.'),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.grantRows),
    },
  },
})
