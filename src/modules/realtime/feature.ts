import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'realtime',
  position: 262,
  paths: {
    'GET /v1/realtime': 'public',
    'GET /asyncapi.json': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { 'Real time': 'Events as they happen, over WebSocket or as server-sent events.' },
  errors: {
    'realtime.upgrade_required': {
      status: 426,
      title: 'This is a WebSocket.',
      remedy: 'Connect with a WebSocket client (RFC 6455, version 13), or read the same events at GET /v1/events.',
    },
    'realtime.not_here': {
      status: 501,
      title: 'This server has no WebSockets.',
      remedy: 'Functions cannot keep a connection open. Read the same events at GET /v1/events.',
    },
    'realtime.message_invalid': {
      status: 422,
      title: 'The message is not valid.',
      remedy: 'Send one JSON object of a type that /asyncapi.json describes. `errors` says which field is wrong.',
    },
    'realtime.not_authenticated': {
      status: 401,
      title: 'Nobody has authenticated on this connection yet.',
      remedy: 'Send `authenticate` with an access token or an API key first.',
    },
    'realtime.too_many_messages': {
      status: 429,
      title: 'The client sends more messages than the server takes.',
      remedy: 'Send at most 100 messages in ten seconds, and wait for answers. Then connect again.',
    },
  },
  addressBudgets: {
    // A client that comes back waits first, so a network needs this many for itself after a restart alone.
    'realtime:address': { points: 600, seconds: 60 },
  },
})
