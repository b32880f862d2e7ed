import { defineFeature, type LoadedBatch, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'actions',
  position: 247,
  paths: {
    'GET /v1/actions': 'actions:read',
    'POST /v1/actions': 'actions:write',
    'GET /v1/actions/:id': 'actions:read',
    'PATCH /v1/actions/:id': 'actions:write',
    'DELETE /v1/actions/:id': 'actions:write',
    'POST /v1/actions/:id/rotate-secret': 'actions:write',
    'POST /v1/actions/:id/test': 'actions:write',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  tags: { Actions: 'Programs of yours that are asked before an account is made or a token is issued.' },
  permissions: ['actions:read', 'actions:write'],
  idPrefixes: ['act', 'ask'],
  events: [
    'action.created',
    'action.updated',
    'action.deleted',
    'action.secret_rotated',
    'action.denied',
    'action.failed',
  ],
  errors: {
    'action.not_found': {
      status: 404,
      title: 'The action does not exist.',
      remedy: 'Use an action that GET /v1/actions lists.',
    },
    'action.limit_reached': {
      status: 409,
      title: 'There are 5 actions for this trigger already.',
      remedy: 'Delete an action, or do both things in one program.',
    },
    'action.url_refused': {
      status: 422,
      title: 'The URL cannot be the target of an action.',
      remedy:
        'Use an https URL of a public host. WEBHOOK_PRIVATE_TARGETS and WEBHOOK_HOSTS say which other hosts this server may reach.',
    },
    'action.changed': {
      status: 412,
      title: 'The action was changed after you read it.',
      remedy: 'Read the action again, apply your change to the new state, and send the new ETag as If-Match.',
    },
    'action.already_rotated': {
      status: 409,
      title: 'The secret was replaced at the same time by another request.',
      remedy: 'Read the action. If nobody has the new secret, replace it again.',
    },
    'action.denied': {
      status: 403,
      title: 'This was refused by a rule of this service.',
      remedy: 'Read `detail`: it has the reason, if the operator of this service gives one. Ask the operator.',
    },
    'action.unavailable': {
      status: 503,
      title: 'A check that is necessary for this does not answer. Try again in a moment.',
      remedy:
        'Wait as many seconds as Retry-After says, then repeat the request. The audit log of the operator has the action that failed.',
    },
  },
  scheduled: {
    'reseal-actions': {
      pattern: '43 4 * * *',
      clock: 'any',
      run: (): LoadedBatch => import('./reseal.ts').then((file) => file.resealActions),
    },
  },
  budgets: {
    /** Tests send requests to other servers. */
    'action-test:account': { points: 30, seconds: 60 },
  },
})
