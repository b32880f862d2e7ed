/** What can go wrong with identities at other providers: a chapter of the catalogue in `errors.ts`. */
export const providerErrors = {
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
    remedy: 'Begin again: GET /v1/auth/providers/{id}/start. It must come back to the same browser within 10 minutes.',
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

  'identity.not_found': {
    status: 404,
    title: 'There is no such identity.',
    remedy: 'List the identities again: it may have been unlinked.',
  },
  'identity.email_in_use': {
    status: 409,
    title: 'An account here has this e-mail already, and is not linked to this identity.',
    remedy:
      'Sign in as usual, or with a code by mail, then link the identity under /v1/me/identities. An e-mail alone never opens an account.',
  },
  'identity.email_unverified': {
    status: 403,
    title: 'Both the provider and this service must have verified an e-mail of yours first.',
    remedy: 'Verify the e-mail at the provider, and the e-mail of your account here, then begin again.',
  },
  'identity.sign_up_refused': {
    status: 403,
    title: 'No account here is linked to this identity, and this provider makes none.',
    remedy: 'Sign in as usual and link the identity under /v1/me/identities, or ask for an invitation.',
  },
  'identity.account_disabled': {
    status: 403,
    title: 'The account of this identity is disabled.',
    remedy: 'Ask an administrator of the service.',
  },
  'identity.taken': {
    status: 409,
    title: 'This identity is linked to another account.',
    remedy: 'Sign in with it to see which, and unlink it there first.',
  },
  'identity.too_many': {
    status: 409,
    title: 'The account has 50 identities, and takes no more.',
    remedy: 'Unlink one of them first.',
  },
  'identity.last_way_in': {
    status: 409,
    title: 'This is the last way in to your account.',
    remedy: 'Set a password, add a passkey or link another identity first.',
  },
} as const
