import {
  defineFeature,
  type LoadedBatch,
  type LoadedHandler,
  type LoadedLetters,
  type RouteFiles,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'orgs',
  position: 230,
  paths: {
    'POST /v1/orgs': 'session',
    'GET /v1/me/orgs': 'session',
    'GET /v1/users/:id/orgs': 'users:read',
    'GET /v1/orgs': 'orgs:read',
    'GET /v1/orgs/:id': 'orgs:read in org',
    'PATCH /v1/orgs/:id': 'orgs:write in org',
    'DELETE /v1/orgs/:id': 'orgs:delete in org',
    'POST /v1/orgs/:id/restore': 'orgs:restore in org',
    'POST /v1/orgs/:id/transfer': 'orgs:transfer in org',
    'POST /v1/orgs/:id/leave': 'fresh-session',
  },
  routes: (): RouteFiles =>
    Promise.all([
      import('./routes.ts'),
      import('./own-routes.ts'),
      import('./org-routes.ts'),
      import('./admin-routes.ts'),
    ]),
  tags: { Organisations: 'Organisations, and what is done in one.' },
  permissions: ['orgs:read', 'orgs:write'],
  orgPermissions: {
    'orgs:read': 'member',
    'orgs:write': 'admin',
    'orgs:delete': 'owner',
    'orgs:restore': 'owner',
    'orgs:transfer': 'owner',
  },
  idPrefixes: ['org'],
  events: [
    'org.created',
    'org.updated',
    'org.deleted',
    'org.restored',
    'org.erased',
    'org.transferred',
    'org.imported',
    'org.role_imported',
    'org.member_imported',
    'orgs.exported',
  ],
  budgets: {
    /** Mails to the owners of an organisation, counted in each process. */
    'org-notice:org': { points: 10, seconds: 3600 },
  },
  scheduled: {
    'erase-orgs': {
      pattern: '19 * * * *',
      clock: 'believed',
      run: (): LoadedBatch => import('./sweep-orgs.ts').then((file) => file.sweepOrgs),
    },
  },
  queued: {
    'org-notice': { run: (): LoadedHandler => import('./tell-owners.ts').then((file) => file.tellOwners) },
  },
  mails: {
    'org-deleted': { org: 'text', at: 'time' },
    'org-transferred': { org: 'text', at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
  errors: {
    'org.not_found': {
      status: 404,
      title: 'The organisation does not exist.',
      remedy: 'Use an organisation that GET /v1/me/orgs lists.',
    },
    'org.slug_taken': {
      status: 409,
      title: 'Another organisation has this slug.',
      remedy: 'Choose another slug. The slug of a deleted organisation is free when its grace period has ended.',
    },
    'org.changed': {
      status: 412,
      title: 'The organisation was changed after you read it.',
      remedy: 'Read the organisation again, apply your change to the new state, and send the new ETag as If-Match.',
    },
    'org.ownerless': {
      status: 409,
      title: 'The organisation has no owner any more.',
      remedy: 'The operator adds one (`cli orgs add-member`). Then repeat the request.',
    },
    'org.heir_refused': {
      status: 409,
      title: 'The organisation cannot be transferred to this person.',
      remedy: 'Choose another member whose account is active.',
    },
    'org.too_many': {
      status: 409,
      title: 'The person owns 100 organisations or is a member of 500.',
      remedy: 'Delete, transfer or leave an organisation, then repeat the request.',
    },
    'org.anonymous_refused': {
      status: 403,
      title: 'An anonymous account cannot have an organisation.',
      remedy: 'Upgrade the account first.',
    },
  },
})
