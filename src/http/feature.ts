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
      title: 'This request must come from an allowed origin.',
      remedy:
        'Send the request from a page of the origin of APP_URL, or add the origin to CORS_ORIGINS. A program that sends no Origin can use a bearer token.',
    },
    'request.not_found': {
      status: 404,
      title: 'There is nothing at this path.',
      remedy: 'Check the path against /openapi.json.',
    },
    'request.method_not_allowed': {
      status: 405,
      title: 'This path does not take this method. See the Allow header.',
      remedy: 'Use one of the methods in the Allow header.',
    },
    'request.too_large': {
      status: 413,
      title: 'The body is larger than this route accepts.',
      remedy: 'Send a smaller body. detail has the limit: 16 KiB, or more if the description of the route says so.',
    },
    'request.unsupported_media_type': {
      status: 415,
      title: 'The body must be application/json.',
      remedy: 'Send JSON, with the header Content-Type: application/json.',
    },
    'request.invalid': {
      status: 422,
      title: 'The request does not match the schema. See errors.',
      remedy:
        'Correct each field in errors and send the request again. path is a JSON Pointer to the field, such as /email. message says which value it needs.',
    },
    'auth.required': {
      status: 401,
      title: 'This request needs a valid access token or session cookie.',
      remedy: 'Send the header Authorization: Bearer with an access token, or send the session cookie.',
    },
    'auth.forbidden': {
      status: 403,
      title: 'Your roles do not allow this request.',
      remedy: 'Ask an administrator for a role with the permission that the description of this route names.',
    },
  },
  addressBudgets: {
    /** Invalid bodies to public routes. Counted in the memory of each process. */
    'body:address': { points: 1200, seconds: 60 },
    /** Unknown tokens, which cannot be guessed. Counted in the memory of each process. */
    'token:address': { points: 300, seconds: 60 },
  },
  variables: {
    CORS_ORIGINS: {
      type: 'text',
      default: '',
      description:
        'Origins from which a browser or the web view of an app may call, such as https://app.example.com or capacitor://localhost, separated by commas. No wildcard.',
    },
    TRUSTED_PROXIES: {
      type: 'text',
      default: '',
      description:
        'Addresses or CIDR ranges of trusted proxies, separated by commas. The server reads X-Forwarded-For from these alone.',
    },
  },
})
