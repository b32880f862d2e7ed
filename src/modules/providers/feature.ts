import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'providers',
  position: 90,
  paths: {
    'GET /v1/auth/providers': 'public',
    'GET /v1/auth/providers/:id/start': 'public',
    'POST /v1/auth/providers/:id/callback': 'public',
    'GET /v1/auth/providers/:id/callback': 'public',
  },
  // OAuth 2.0 Form Post Response Mode. It changes nothing and reads no cookie: see `routes.ts`.
  forms: ['POST /v1/auth/providers/:id/callback'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Providers: 'Sign-in with an identity of another provider.' },
  errors: {
    'provider.not_found': {
      status: 404,
      title: 'The identity provider does not exist.',
      remedy: 'Use the id of a provider that GET /v1/auth/providers lists.',
    },
    'provider.return_url_refused': {
      status: 422,
      title: 'The return URL is not allowed.',
      remedy: 'Send exactly one of RETURN_URLS as returnTo, or leave returnTo out to use the first one.',
    },
    'provider.flow_invalid': {
      status: 400,
      title: 'The sign-in was not started in this browser, took too long or is already finished.',
      remedy: 'Start again: GET /v1/auth/providers/{id}/start. Finish in the same browser within 10 minutes.',
    },
    'provider.denied': {
      status: 403,
      title: 'The identity provider refused the sign-in.',
      remedy: 'Start again and allow the sign-in at the provider, or sign in in another way.',
    },
    'provider.answer_invalid': {
      status: 502,
      title: 'The answer of the identity provider is not valid.',
      remedy: 'Start again. If it fails again, tell the operator: the log says why the answer was refused.',
    },
    'provider.unavailable': {
      status: 503,
      title: 'The identity provider does not answer.',
      remedy: 'Start again after the number of seconds in Retry-After, or sign in in another way.',
    },
    'provider.misconfigured': {
      status: 500,
      title: 'The identity provider is not configured correctly on this server.',
      remedy: 'Tell the operator: the log says what is wrong in OIDC_PROVIDERS.',
    },
  },
  addressBudgets: {
    /** Callbacks from providers: each one makes the server send requests to the provider. */
    'provider:address': { points: 300, seconds: 3600 },
    /** Started flows: each one may make the server request the metadata of the provider. */
    'provider-start:address': { points: 300, seconds: 3600 },
  },
  variables: {
    OIDC_PROVIDERS: {
      type: 'text',
      description:
        'Identity providers that people can sign in with: a JSON array, such as [{"id":"google","preset":"google","clientId":"…","clientSecret":"…"}]. See docs/providers.md.',
    },
    RETURN_URLS: {
      type: 'text',
      default: '',
      description:
        'URLs that a sign-in with a provider may return to: complete URLs, separated by commas, compared as exact strings. The first is the default.',
    },
  },
})
