import { defineFeature } from '../core/feature.ts'

export const feature = defineFeature({
  name: 'http',
  errors: {
    'request.malformed': {
      status: 400,
      title: 'The body is not valid JSON.',
      remedy: 'Send well-formed JSON encoded as UTF-8.',
    },
    'request.origin_refused': {
      status: 403,
      title: 'A request with a session cookie must come from an allowed origin.',
      remedy: 'Send the request from a page of our own origin, add the origin to CORS_ORIGINS, or use a bearer token.',
    },
    'request.not_found': {
      status: 404,
      title: 'There is nothing at this path.',
      remedy: 'Check the path against /openapi.json.',
    },
    'request.method_not_allowed': {
      status: 405,
      title: 'This path does not take this method. See the Allow header.',
      remedy: 'Use one of the methods that the Allow header names.',
    },
    'request.too_large': {
      status: 413,
      title: 'The body is larger than this route accepts.',
      remedy: 'Send less at once. detail has the limit: 16 KiB, unless the description of the route allows more.',
    },
    'request.unsupported_media_type': {
      status: 415,
      title: 'The body must be application/json.',
      remedy: 'Send JSON, with Content-Type: application/json.',
    },
    'request.invalid': {
      status: 422,
      title: 'The request does not match the schema. See errors.',
      remedy: 'Correct what errors lists: each entry has a JSON Pointer and says what is expected there.',
    },
    'auth.required': {
      status: 401,
      title: 'This needs a valid access token or session cookie.',
      remedy: 'Send Authorization: Bearer with an access token, or the session cookie.',
    },
    'auth.forbidden': {
      status: 403,
      title: 'Your roles do not allow this.',
      remedy: 'Ask an administrator for a role that carries the permission this operation names.',
    },
  },
  addressBudgets: {
    /** Bodies sent to public routes that turn out not to be valid. In the memory of each process. */
    'body:address': { points: 1200, seconds: 60 },
    /** Tokens that nobody could have guessed, and are none of ours. In the memory of each process. */
    'token:address': { points: 300, seconds: 60 },
  },
  variables: {
    CORS_ORIGINS: {
      type: 'text',
      default: '',
      description:
        'Origins a browser or the web view of an app may call from, such as https://app.example.com or capacitor://localhost, separated by commas. No wildcard.',
    },
    TRUSTED_PROXIES: {
      type: 'text',
      default: '',
      description: 'Addresses or CIDR ranges whose X-Forwarded-For is believed, separated by commas.',
    },
  },
})
