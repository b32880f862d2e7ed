import {
  defineFeature,
  type LoadedBatch,
  type LoadedLetters,
  type LoadedRows,
  type LoadedSweep,
  type RouteFiles,
  type SectionFields,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'mfa',
  position: 60,
  paths: {
    'POST /v1/auth/mfa/passkey/options': 'public',
    'POST /v1/auth/mfa/verify': 'public',
    'GET /v1/me/mfa': 'any-session',
    'POST /v1/me/mfa/totp': 'fresh-any-session',
    'POST /v1/me/mfa/totp/confirm': 'fresh-any-session',
    'DELETE /v1/me/mfa/totp': 'fresh-session',
    'POST /v1/me/mfa/recovery-codes': 'fresh-session',
    'GET /v1/me/mfa/devices': 'session',
    'DELETE /v1/me/mfa/devices': 'session',
    'DELETE /v1/me/mfa/devices/:id': 'session',
    'GET /v1/users/:id/mfa': 'users:read',
    'DELETE /v1/users/:id/mfa': 'users:write',
  },
  routes: (): RouteFiles =>
    Promise.all([import('./routes.ts'), import('./own-routes.ts'), import('./admin-routes.ts')]),
  idPrefixes: ['mfa', 'dev'],
  events: [
    'auth.mfa_required',
    'mfa.factor_added',
    'mfa.factor_removed',
    'mfa.recovery_codes_made',
    'mfa.recovery_code_used',
    'mfa.totp_begun',
    'mfa.device_remembered',
    'mfa.device_forgotten',
    'mfa.reset',
  ],
  errors: {
    'mfa.challenge_invalid': {
      status: 401,
      title: 'This sign-in has expired, is finished, or had too many wrong codes.',
      remedy:
        'Sign in with the first factor again. The new challenge is valid for 10 minutes and ends with the fifth wrong code.',
    },
    'mfa.code_invalid': {
      status: 401,
      title: 'The code is wrong, or was used already.',
      remedy: 'Ask the user for another code: the next code of the app, or another recovery code.',
    },
    'mfa.factor_required': {
      status: 403,
      title: 'This account has a second factor. A password or a mail alone is not enough for this request.',
      remedy: 'Send the second factor to POST /v1/auth/step-up: a code of the app, or a passkey.',
    },
    'mfa.totp_exists': {
      status: 409,
      title: 'This account has an authenticator app already.',
      remedy: 'Remove the app first: DELETE /v1/me/mfa/totp.',
    },
    'mfa.totp_missing': {
      status: 404,
      title: 'This account has no authenticator app.',
      remedy: 'Add one first: POST /v1/me/mfa/totp.',
    },
    'mfa.factor_missing': {
      status: 409,
      title: 'This account has no second factor, so it cannot have recovery codes.',
      remedy: 'Add an authenticator app or a passkey first.',
    },
    'device.not_found': {
      status: 404,
      title: 'There is no such remembered device.',
      remedy: 'List the devices again. This one may have expired or been forgotten.',
    },
    'mfa.enrolment_required': {
      status: 403,
      title: 'A role of the user requires a second factor, and this session has not presented one.',
      remedy:
        'If the user has no factor, add one: POST /v1/me/mfa/totp, or a passkey. If the user has one, send it to POST /v1/auth/step-up, or sign in again.',
    },
  },
  scheduled: {
    'sweep-factors': {
      pattern: '53 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
    'reseal-seeds': {
      pattern: '23 4 * * *',
      clock: 'any',
      run: (): LoadedBatch => import('./reseal-seeds.ts').then((file) => file.resealSeeds),
    },
  },
  exports: {
    authenticatorApps: {
      description: 'The authenticator app, without its seed.',
      fields: ({ timestamp, time }): SectionFields => ({
        createdAt: timestamp,
        confirmedAt: time('Null until a first code confirmed the app.'),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.authenticatorAppRows),
    },
    recoveryCodes: {
      description: 'The times of the recovery codes, without the codes.',
      fields: ({ timestamp, time }): SectionFields => ({
        createdAt: timestamp,
        usedAt: time('Null if the code is unused.'),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.recoveryCodeRows),
    },
    rememberedDevices: {
      description: 'Devices that need no second factor.',
      fields: ({ Type, timestamp }): SectionFields => ({
        id: Type.String({ examples: ['dev_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        device: Type.String({ examples: ['Firefox on Linux'] }),
        address: Type.Union([Type.String(), Type.Null()], { examples: ['203.0.113.7'] }),
        createdAt: timestamp,
        lastUsedAt: timestamp,
        expiresAt: timestamp,
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.rememberedDeviceRows),
    },
  },
  mails: {
    /** An authenticator app was added. */
    'totp-added': { device: 'text', address: 'text', at: 'time' },
    'totp-removed': { at: 'time' },
    'recovery-code-used': { device: 'text', address: 'text', at: 'time' },
    'recovery-codes-made': { at: 'time' },
    /** An administrator removed all factors. */
    'factors-reset': { at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
