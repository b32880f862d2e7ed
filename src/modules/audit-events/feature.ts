import {
  defineFeature,
  type LoadedBatch,
  type LoadedHandler,
  type LoadedRows,
  type RouteFiles,
  type SectionFields,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'audit-events',
  position: 240,
  paths: {
    'GET /v1/audit-events': 'audit:read',
    'GET /v1/audit-events/export': 'audit:read',
    'GET /v1/audit-events/verification': 'audit:read',
    'POST /v1/audit-events/verification': 'audit:read',
    'GET /v1/orgs/:id/events': 'audit:read in org',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts'), import('./org-routes.ts')]),
  tags: { Audit: 'Who did what, when, from where, and with what result.' },
  permissions: ['audit:read'],
  orgPermissions: { 'audit:read': 'admin' },
  events: ['audit.exported', 'audit.verified'],
  queued: {
    'verify-audit': { run: (): LoadedHandler => import('./verify-audit.ts').then((file) => file.verifyAudit) },
  },
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
    // An intruder tries to edit the events of the intrusion. A short interval leaves only a few minutes for that.
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
  exports: {
    events: {
      description:
        'Events caused by the user, and events about the account. The address and user agent of other people are left out.',
      fields: ({ Type, timestamp, nullable }): SectionFields => ({
        id: Type.String({ examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        type: Type.String({ examples: ['session.created'] }),
        result: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
        at: timestamp,
        actorId: nullable('The account that caused the event.', 'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
        userId: nullable('The account that the event is about.', 'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
        sessionId: nullable('The session that the event is about.', 'ses_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
        address: nullable('The IP address of the request.', '203.0.113.7'),
        userAgent: nullable('The User-Agent header of the request.', 'Mozilla/5.0'),
        requestId: nullable('The id of the request that caused the event.', 'req_192121646ad746969'),
        data: Type.Record(Type.String(), Type.Unknown()),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.eventRows),
    },
  },
})
