import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'register',
  position: 282,
  paths: {
    'POST /oauth/register': 'public',
    'GET /oauth/register/:id': 'public',
    'PUT /oauth/register/:id': 'public',
    'DELETE /oauth/register/:id': 'public',
  },
  everyOrigin: ['POST /oauth/register'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  events: ['oauth_client.registered', 'oauth_client.registration_changed', 'oauth_client.registration_deleted'],
  addressBudgets: {
    'register:address': { points: 20, seconds: 3600 },
  },
  variables: {
    OAUTH_REGISTRATION: {
      oneOf: ['off', 'open'],
      default: 'off',
      description:
        'open: any program may register itself as an OAuth client (RFC 7591), as MCP clients without a metadata document do. People see at consent that nobody vouches for it.',
    },
  },
})
