import {
  defineFeature,
  type LoadedBatch,
  type LoadedHandler,
  type LoadedLetters,
  type RouteFiles,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'webhooks',
  position: 258,
  paths: {
    'GET /v1/webhooks': 'principal',
    'POST /v1/webhooks': 'principal',
    'GET /v1/webhooks/:id': 'principal',
    'PATCH /v1/webhooks/:id': 'principal',
    'DELETE /v1/webhooks/:id': 'principal',
    'POST /v1/webhooks/:id/rotate-secret': 'principal',
    'POST /v1/webhooks/:id/test': 'principal',
    'POST /v1/webhooks/:id/replay': 'principal',
    'GET /v1/webhooks/:id/deliveries': 'principal',
    'GET /v1/webhooks/:id/deliveries/:deliveryId': 'principal',
    'POST /v1/webhooks/:id/deliveries/:deliveryId/replay': 'principal',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Webhooks: 'Endpoints to which events are sent, and what was sent to them.' },
  permissions: ['webhooks:read', 'webhooks:write'],
  orgPermissions: { 'webhooks:read': 'admin', 'webhooks:write': 'admin' },
  idPrefixes: ['whk', 'dlv'],
  events: [
    'webhook.created',
    'webhook.updated',
    'webhook.deleted',
    'webhook.secret_rotated',
    'webhook.disabled',
    'webhook.tested',
    'webhook.replayed',
  ],
  errors: {
    'webhook.not_found': {
      status: 404,
      title: 'The webhook does not exist.',
      remedy: 'List the webhooks again. This one may have been deleted.',
    },
    'webhook.delivery_not_found': {
      status: 404,
      title: 'The delivery does not exist.',
      remedy: 'List the deliveries of this webhook again. A delivery is deleted after 14 days.',
    },
    'webhook.changed': {
      status: 412,
      title: 'The webhook was changed since you read it.',
      remedy: 'Read it again, then repeat the change with the new ETag.',
    },
    'webhook.already_rotated': {
      status: 409,
      title: 'The secret was replaced at the same time by another request.',
      remedy: 'Read the webhook. If nobody has the new secret, replace it again.',
    },
    'webhook.disabled': {
      status: 409,
      title: 'The webhook is disabled, so nothing is sent to it.',
      remedy: 'Repair the endpoint, set `status` to `active`, then repeat the request.',
    },
    'webhook.too_many': {
      status: 409,
      title: 'There is the maximum number of webhooks.',
      remedy: 'Delete webhooks that are no longer used.',
    },
  },
  budgets: {
    /** Of one webhook: each sends a request to a foreign host. */
    'webhook-test:webhook': { points: 20, seconds: 60 },
    /** Of one webhook: each writes and sends what was sent in up to 14 days. */
    'webhook-replay:webhook': { points: 10, seconds: 3600 },
  },
  queued: {
    'send-webhooks': { run: (): LoadedHandler => import('./send-due.ts').then((file) => file.sendDue) },
    'replay-webhooks': { run: (): LoadedHandler => import('./replay-range.ts').then((file) => file.replayRange) },
    'webhook-notice': { run: (): LoadedHandler => import('./tell-owners.ts').then((file) => file.tellOwners) },
  },
  scheduled: {
    'sweep-webhooks': {
      pattern: '17 * * * *',
      clock: 'believed',
      run: (): LoadedBatch => import('./sweep.ts').then((file) => file.sweep),
    },
    'reseal-webhooks': {
      pattern: '33 4 * * *',
      clock: 'any',
      run: (): LoadedBatch => import('./reseal.ts').then((file) => file.resealWebhooks),
    },
  },
  mails: {
    'webhook-target': { host: 'text', device: 'text', address: 'text', at: 'time' },
    'webhook-disabled': { host: 'text', at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
