import { defineFeature, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'oauth-clients',
  position: 281,
  paths: {
    'GET /v1/oauth-clients': 'principal',
    'POST /v1/oauth-clients': 'principal',
    'GET /v1/oauth-clients/:id': 'principal',
    'PATCH /v1/oauth-clients/:id': 'principal',
    'DELETE /v1/oauth-clients/:id': 'principal',
    'POST /v1/oauth-clients/:id/secrets': 'principal',
    'DELETE /v1/oauth-clients/:id/secrets/:secretId': 'principal',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { 'OAuth clients': 'Applications in which people sign in with their account here.' },
  permissions: ['oauth-clients:read', 'oauth-clients:write'],
  orgPermissions: { 'oauth-clients:read': 'admin', 'oauth-clients:write': 'admin' },
  idPrefixes: ['cli', 'sec'],
  events: [
    'oauth_client.created',
    'oauth_client.updated',
    'oauth_client.deleted',
    'oauth_client.secret_added',
    'oauth_client.secret_removed',
    'oauth_client.secret_resealed',
  ],
  errors: {
    'oauthclient.not_found': {
      status: 404,
      title: 'The OAuth client does not exist.',
      remedy: 'List the clients again. This one may have been deleted.',
    },
    'oauthclient.changed': {
      status: 412,
      title: 'The OAuth client was changed since you read it.',
      remedy: 'Read it again, then repeat the change with the new ETag.',
    },
    'oauthclient.too_many': {
      status: 409,
      title: 'There is the maximum number of OAuth clients.',
      remedy: 'Delete clients that are no longer used.',
    },
    'oauthclient.scope_refused': {
      status: 403,
      title: 'You cannot give a client these scopes.',
      remedy:
        'A client with a service account, or of the first party, has only permissions that you have yourself. Ask for fewer scopes.',
    },
    'oauthclient.described_elsewhere': {
      status: 409,
      title: 'A metadata document describes this client.',
      remedy: 'Change the document at the URL that is the id of the client. Here, only `status` can be changed.',
    },
    'oauthclient.no_secret': {
      status: 409,
      title: 'The OAuth client authenticates without a secret.',
      remedy: 'Change `tokenEndpointAuthMethod` first.',
    },
    'oauthclient.too_many_secrets': {
      status: 409,
      title: 'The OAuth client has two secrets.',
      remedy: 'Remove the secret that is no longer used, then make the new one.',
    },
    'oauthclient.secret_not_found': {
      status: 404,
      title: 'The OAuth client has no such secret.',
      remedy: 'Read the client again. The secret may have been removed, or it may have expired.',
    },
  },
  budgets: {
    /** Wrong secrets and assertions of one client from one address. */
    'client-secret:client+address': { points: 10, seconds: 60 },
  },
  addressBudgets: {
    /** Failed authentications of clients. */
    'client-failure:address': { points: 100, seconds: 60 },
    /** Metadata documents of clients that are not known yet. */
    'client-metadata:address': { points: 30, seconds: 60 },
  },
  scheduled: {
    'sweep-keys': {
      pattern: '27 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
