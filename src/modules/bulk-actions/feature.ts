import { defineFeature, type LoadedHandler, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'bulk-actions',
  paths: {
    'GET /v1/bulk-actions': 'users:read',
    'POST /v1/bulk-actions': 'users:write',
    'GET /v1/bulk-actions/:id': 'users:read',
    'POST /v1/bulk-actions/:id/cancel': 'users:write',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  idPrefixes: ['blk'],
  events: ['bulk_action.started', 'bulk_action.finished', 'bulk_action.cancelled'],
  errors: {
    'bulk.not_found': {
      status: 404,
      title: 'There is no such bulk action.',
      remedy: 'List the bulk actions again. One is deleted 30 days after it has ended.',
    },
    'bulk.finished': {
      status: 409,
      title: 'This bulk action has already ended.',
      remedy: 'Nothing was changed. What it has done is not undone: start another bulk action with the opposite act.',
    },
    'bulk.limit_reached': {
      status: 409,
      title: 'Too many bulk actions are under way.',
      remedy: 'Wait until one has ended, or cancel one. At most 20 are pending or running at the same time.',
    },
  },
  queued: {
    'bulk-action': {
      run: (): LoadedHandler => import('./run-slice.ts').then((file) => file.runBulkAction),
    },
  },
  scheduled: {
    'sweep-bulk-actions': {
      pattern: '47 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
