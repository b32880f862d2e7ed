import { defineFeature, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'token',
  position: 286,
  paths: { 'POST /oauth/token': 'public' },
  forms: ['POST /oauth/token'],
  everyOrigin: ['POST /oauth/token'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { OAuth: 'Tokens for clients: OAuth 2.1 and OpenID Connect.' },
  errors: {
    'accesstoken.invalid': {
      status: 401,
      title: 'The access token does not work any more, or was sent in the wrong way.',
      remedy:
        'Get another token with the refresh token, or ask the person again. Send a token that is bound to a key with the scheme DPoP, and any other with Bearer.',
    },
    'accesstoken.proof_invalid': {
      status: 401,
      title: 'The request needs a DPoP proof of the key of its access token.',
      remedy:
        'Make a new proof for this method, URL and token. If the answer has the header DPoP-Nonce, the proof must contain that nonce.',
    },
    'accesstoken.step_up_required': {
      status: 401,
      title: 'The person must sign in again for this request.',
      remedy:
        'Begin a new authorization request with the max_age and acr_values of WWW-Authenticate (RFC 9470), and repeat this request with its token.',
    },
  },
  events: [
    'grant.redeemed',
    'grant.code_reused',
    'grant.refreshed',
    'grant.token_reused',
    'grant.token_exchanged',
    'grant.assertion_issued',
    'grant.vouched_for',
    'client.tokens_issued',
  ],
  variables: {
    ID_JAG_PROVIDERS: {
      type: 'text',
      default: '',
      description:
        'Providers of OIDC_PROVIDERS, by id and separated by commas, that decide which clients act for their people: their identity assertion grants (ID-JAG) give tokens without consent.',
    },
  },
  scheduled: {
    'sweep-sessions': {
      pattern: '17 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
