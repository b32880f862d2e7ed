import { defineFeature, type LoadedBatch, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'audit-events',
  position: 240,
  paths: {
    'GET /v1/audit-events': 'audit:read',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  tags: { Audit: 'Who did what, when, from where, and with what result.' },
  permissions: ['audit:read'],
  variables: {
    AUDIT_RETENTION_DAYS: {
      type: 'integer',
      minimum: 1,
      maximum: 3650,
      default: 400,
      description: 'Events of the audit log are deleted after this many days.',
    },
  },
  scheduled: {
    // Whoever gets in wants to edit what tells of it: a few minutes are the time they have.
    'seal-events': {
      pattern: '*/5 * * * *',
      clock: 'not behind',
      run: (): LoadedBatch => import('./seal-events.ts').then((file) => file.sealEvents),
    },
    'prune-events': {
      pattern: '7 * * * *',
      clock: 'believed',
      run: (): LoadedBatch => import('./prune-events.ts').then((file) => file.pruneEvents),
    },
  },
})
