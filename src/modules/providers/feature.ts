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
  tags: { Providers: 'Signing in with an identity at another provider.' },
  errors: {
    'provider.not_found': {
      status: 404,
      title: 'There is no such identity provider.',
      remedy: 'GET /v1/auth/providers lists those that are configured.',
    },
    'provider.return_url_refused': {
      status: 422,
      title: 'A sign-in may not return to this URL.',
      remedy: 'Send one of RETURN_URLS to the letter, or leave returnTo out for the first of them.',
    },
    'provider.flow_invalid': {
      status: 400,
      title: 'This sign-in was not begun in this browser, took too long, or is finished already.',
      remedy:
        'Begin again: GET /v1/auth/providers/{id}/start. It must come back to the same browser within 10 minutes.',
    },
    'provider.denied': {
      status: 403,
      title: 'The identity provider did not sign you in.',
      remedy: 'Begin again and agree at the provider, or sign in in another way.',
    },
    'provider.answer_invalid': {
      status: 502,
      title: 'The answer of the identity provider could not be trusted, so it was not used.',
      remedy: 'Begin again. If it keeps failing, tell the operator: the log says what was wrong with the answer.',
    },
    'provider.unavailable': {
      status: 503,
      title: 'The identity provider does not answer right now.',
      remedy: 'Begin again after the seconds that Retry-After names, or sign in in another way.',
    },
    'provider.misconfigured': {
      status: 500,
      title: 'This identity provider is not set up correctly here.',
      remedy: 'Tell the operator: the log says what is wrong in OIDC_PROVIDERS.',
    },
  },
  addressBudgets: {
    /** Answers of other providers: each makes us ask them. */
    'provider:address': { points: 300, seconds: 3600 },
    /** Ways to them that are begun: each may make us ask for their metadata. */
    'provider-start:address': { points: 300, seconds: 3600 },
  },
  variables: {
    OIDC_PROVIDERS: {
      type: 'text',
      description:
        'Other identity providers people sign in with: a JSON array, such as [{"id":"google","preset":"google","clientId":"…","clientSecret":"…"}]. See docs/providers.md.',
    },
    RETURN_URLS: {
      type: 'text',
      default: '',
      description:
        'Where a sign-in with a provider may return to: whole URLs, separated by commas, compared as exact strings. The first is the default.',
    },
  },
})
