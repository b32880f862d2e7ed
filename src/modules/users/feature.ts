import { defineFeature, type LoadedBatch, type LoadedLetters, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'users',
  position: 130,
  paths: {
    'GET /v1/users': 'users:read',
    'POST /v1/users': 'users:write',
    'POST /v1/users/import': 'users:write',
    'GET /v1/users/export': 'users:read',
    'GET /v1/users/:id': 'users:read',
    'PATCH /v1/users/:id': 'users:write',
    'DELETE /v1/users/:id': 'users:write',
    'POST /v1/users/:id/disable': 'users:write',
    'POST /v1/users/:id/enable': 'users:write',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  tags: { Users: 'All accounts, for administrators.' },
  idPrefixes: ['usr'],
  permissions: ['users:read', 'users:write'],
  events: [
    'user.created',
    'user.updated',
    'user.disabled',
    'user.enabled',
    'user.deleted',
    'user.imported',
    'users.exported',
  ],
  errors: {
    'user.not_found': {
      status: 404,
      title: 'The user does not exist.',
      remedy: 'Check the id. The user may have been deleted.',
    },
    'user.exceeds_own': {
      status: 403,
      title: 'The user has a permission that you lack.',
      remedy: 'Ask an administrator who has every permission of this user.',
    },
    'user.email_taken': {
      status: 409,
      title: 'Another account uses this e-mail address.',
      remedy: 'Sign in with this e-mail address, or use another one.',
    },
    'user.username_taken': {
      status: 409,
      title: 'Another account has this username, or one that looks like it.',
      remedy: 'Choose another username.',
    },
    'user.username_refused': {
      status: 422,
      title: 'The username is not accepted.',
      remedy:
        'Choose a name of 3 to 32 letters and digits, with single dots, underscores or hyphens between them. All letters are of one script. `errors` has the reason.',
    },
    'user.metadata_too_large': {
      status: 422,
      title: 'The metadata of the user would be too large.',
      remedy:
        'Nothing was changed. After the change, `publicMetadata` and `privateMetadata` may each have 8192 bytes as JSON, and eight levels of lists and objects.',
    },
    'user.changed': {
      status: 412,
      title: 'The user was changed after you read it.',
      remedy: 'Read the user again, apply your change to the new state, and send the new ETag as If-Match.',
    },
    'user.last_admin': {
      status: 409,
      title: 'This is the last active administrator.',
      remedy: 'Give the admin role to another active user, then repeat the request.',
    },
    'factor.last_way_in': {
      status: 409,
      title: 'This is the last way to sign in to the account.',
      remedy:
        'Nothing was removed. Set a password, add a passkey, link an identity or verify the e-mail address, then repeat the request.',
    },
  },
  variables: {
    METADATA_FILTER_KEY: {
      type: 'text',
      pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$',
      description:
        'A key of the public metadata, such as plan. GET /v1/users?metadata=pro then lists the users whose publicMetadata has {"plan": "pro"}. Its value is a text, a number, true or false.',
    },
  },
  budgets: {
    // A refused name tells that somebody has it.
    'username:account': { points: 10, seconds: 3600 },
  },
  scheduled: {
    'derive-metadata-filter': {
      pattern: '*/5 * * * *',
      clock: 'any',
      run: (): LoadedBatch => import('./derive-metadata-filter.ts').then((file) => file.deriveMetadataFilter),
    },
    'sweep-anonymous': {
      pattern: '33 * * * *',
      clock: 'believed',
      run: (): LoadedBatch => import('./sweep-anonymous.ts').then((file) => file.sweepAnonymous),
    },
    'rekey-emails': {
      pattern: '41 * * * *',
      clock: 'any',
      run: (): LoadedBatch => import('./rekey-emails.ts').then((file) => file.rekeyKnownEmails),
    },
  },
  mails: {
    'account-deleted': { at: 'time' },
    'username-changed': { at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
