import {
  defineFeature,
  type LoadedLetters,
  type LoadedRows,
  type RouteFiles,
  type SectionFields,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'identities',
  position: 100,
  paths: {
    'GET /v1/me/identities': 'session',
    'POST /v1/me/identities/:provider/start': 'fresh-session',
    'DELETE /v1/me/identities/:id': 'fresh-session',
    'GET /v1/users/:id/identities': 'users:read',
  },
  routes: (): RouteFiles => Promise.all([import('./own-routes.ts'), import('./admin-routes.ts')]),
  idPrefixes: ['idn'],
  events: ['identity.linked', 'identity.unlinked'],
  errors: {
    'identity.not_found': {
      status: 404,
      title: 'There is no such identity.',
      remedy: 'List the identities again. This one may have been unlinked.',
    },
    'identity.email_in_use': {
      status: 409,
      title: 'Another account has this e-mail, and is not linked to this identity.',
      remedy:
        'Sign in as usual, or with a code by mail. Then link the identity: POST /v1/me/identities/{provider}/start. A matching e-mail alone never opens an account.',
    },
    'identity.email_unverified': {
      status: 403,
      title: 'The e-mail must be verified at the provider and at this service.',
      remedy: 'Verify the e-mail at the provider and the e-mail of your account here. Then begin again.',
    },
    'identity.sign_up_refused': {
      status: 403,
      title: 'No account is linked to this identity, and this provider may not create accounts.',
      remedy:
        'Sign in as usual and link the identity (POST /v1/me/identities/{provider}/start), or ask for an invitation.',
    },
    'identity.account_disabled': {
      status: 403,
      title: 'The account of this identity is disabled.',
      remedy: 'Ask an administrator of the service.',
    },
    'identity.taken': {
      status: 409,
      title: 'This identity is linked to another account.',
      remedy: 'Sign in with this identity to see that account. Unlink it there first.',
    },
    'identity.too_many': {
      status: 409,
      title: 'The account has 50 identities, which is the limit.',
      remedy: 'Unlink one of them first.',
    },
    'identity.last_way_in': {
      status: 409,
      title: 'This is the last sign-in method of your account.',
      remedy: 'Set a password, add a passkey or link another identity first.',
      deprecatedFor: 'factor.last_way_in',
    },
  },
  exports: {
    identities: {
      description: 'Accounts at other providers that can sign in to this account, without tokens.',
      fields: ({ Type, timestamp, nullable }): SectionFields => ({
        id: Type.String({ examples: ['idn_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        provider: Type.String({ examples: ['google'] }),
        issuer: Type.String({ examples: ['https://accounts.google.com'] }),
        subject: Type.String({
          description: 'The id of the account at the provider.',
          examples: ['110248495921238986420'],
        }),
        email: nullable('The e-mail that the provider sent at the last sign-in.', 'ada@example.com'),
        createdAt: timestamp,
        lastUsedAt: timestamp,
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.identityRows),
    },
  },
  mails: {
    'identity-linked': { provider: 'text', at: 'time' },
    'identity-unlinked': { at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
