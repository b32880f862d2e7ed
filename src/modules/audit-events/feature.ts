import { defineFeature, type RouteFiles } from '../../core/feature.ts'

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
})
