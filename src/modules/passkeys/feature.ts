import {
  defineFeature,
  type LoadedLetters,
  type LoadedRows,
  type LoadedSweep,
  type RouteFiles,
  type SectionFields,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'passkeys',
  position: 140,
  paths: {
    'GET /.well-known/webauthn': 'public',
    'POST /v1/auth/passkey/options': 'public',
    'POST /v1/auth/passkey': 'public',
    'POST /v1/auth/passkey/sign-up/options': 'public',
    'POST /v1/auth/passkey/sign-up': 'public',
    'GET /v1/me/passkeys': 'any-session',
    'POST /v1/me/passkeys/options': 'fresh-any-session',
    'POST /v1/me/passkeys': 'fresh-any-session',
    'PATCH /v1/me/passkeys/:id': 'session',
    'DELETE /v1/me/passkeys/:id': 'fresh-session',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./own-routes.ts')]),
  idPrefixes: ['pky'],
  events: ['passkey.added', 'passkey.renamed', 'passkey.removed', 'passkey.counter_regressed'],
  errors: {
    'passkey.invalid': {
      status: 401,
      title: 'The passkey was not accepted.',
      remedy:
        'Get new options and let the person use a passkey again, within 5 minutes. The answer never says which check failed.',
    },
    'passkey.not_created': {
      status: 400,
      title: 'The new passkey does not match these options, or the options have expired.',
      remedy: 'Get new options, and create the passkey again within 5 minutes.',
    },
    'passkey.exists': {
      status: 409,
      title: 'This passkey is already registered.',
      remedy: 'Sign in with it, or create another one.',
    },
    'passkey.too_many': {
      status: 409,
      title: 'This account has the maximum number of passkeys.',
      remedy: 'Remove a passkey that is no longer used, then add the new one.',
    },
    'passkey.not_found': {
      status: 404,
      title: 'The passkey does not exist.',
      remedy: 'List the passkeys again. This one may have been removed.',
    },
  },
  variables: {
    RP_ID: {
      type: 'text',
      minLength: 1,
      maxLength: 253,
      description:
        'Domain that passkeys belong to: the host of APP_URL (the default) or a parent domain of it. A change makes every passkey useless.',
    },
    PASSKEY_ORIGINS: {
      type: 'text',
      default: '',
      description:
        'Origins besides APP_URL whose pages or apps may use passkeys, such as https://app.example.com or android:apk-key-hash:…, separated by commas. Browsers find the pages outside RP_ID at /.well-known/webauthn.',
    },
  },
  scheduled: {
    'sweep-proofs': {
      pattern: '47 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
  exports: {
    passkeys: {
      description: 'Passkeys, without their keys.',
      fields: ({ Type, timestamp, time }): SectionFields => ({
        id: Type.String({ examples: ['pky_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        name: Type.String({ examples: ['My laptop'] }),
        credentialId: Type.String({ examples: ['q83vASNFZ4k'] }),
        backedUp: Type.Boolean(),
        createdAt: timestamp,
        lastUsedAt: time('null if it was never used.'),
        flaggedAt: time('When its counter went back. null: the counter is in order.'),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.passkeyRows),
    },
  },
  mails: {
    'passkey-added': { passkey: 'text', at: 'time' },
    'passkey-removed': { at: 'time' },
    /** The counter of the passkey went back. */
    'passkey-flagged': { passkey: 'text', at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
