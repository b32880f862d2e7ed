import {
  defineFeature,
  type LoadedBatch,
  type LoadedHandler,
  type LoadedLetters,
  type LoadedRows,
  type LoadedSweep,
  type RouteFiles,
  type SectionFields,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'notifications',
  position: 236,
  paths: {
    'GET /v1/notifications': 'principal',
    'POST /v1/notifications': 'principal',
    'GET /v1/notifications/:id': 'principal',
    'DELETE /v1/notifications/:id': 'principal',
    'GET /v1/me/notifications': 'session',
    'GET /v1/me/notifications/unread-count': 'session',
    'POST /v1/me/notifications/read': 'session',
    'GET /v1/me/notifications/preferences': 'session',
    'PATCH /v1/me/notifications/preferences': 'session',
    'GET /v1/me/notifications/:id': 'session',
    'POST /v1/me/notifications/:id/read': 'session',
    'POST /v1/me/notifications/:id/unread': 'session',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./own-routes.ts')]),
  tags: { Notifications: 'Messages to people, in the app and by mail.' },
  idPrefixes: ['ntf'],
  permissions: ['notifications:read', 'notifications:write'],
  orgPermissions: { 'notifications:read': 'admin', 'notifications:write': 'admin' },
  events: [
    'notification.sent',
    'notification.created',
    'notification.stopped',
    'notification.retracted',
    'notification.read',
    'notification.unread',
    'notification.all_read',
    'notification.preferences_changed',
    'notification.digest_sent',
  ],
  errors: {
    'notification.not_found': {
      status: 404,
      title: 'There is no such notification.',
      remedy:
        'List the notifications again. One is deleted 90 days after it was sent, and when its sender retracts it.',
    },
    'notification.too_many_pending': {
      status: 409,
      title: 'Too many notifications of this sender are being sent.',
      remedy: 'Wait until one was sent, or retract one. A sender can have 20 at the same time.',
    },
    'notification.too_many_preferences': {
      status: 409,
      title: 'There is the maximum number of choices.',
      remedy: 'Set kinds to null whose choice is no longer needed. An account can have 200 choices.',
    },
  },
  budgets: {
    /** Notifications of one sender. Counted in the memory of each process. */
    'notification:account': { points: 600, seconds: 60 },
  },
  variables: {
    NOTIFICATION_DIGEST_MINUTES: {
      type: 'integer',
      minimum: 0,
      maximum: 10_080,
      default: 60,
      description:
        'After so many minutes a mail names the unread notifications of a person who is away. 0: there are no such mails.',
    },
  },
  queued: {
    notification: { run: (): LoadedHandler => import('./run-slice.ts').then((file) => file.runSlice) },
  },
  scheduled: {
    'send-digests': {
      pattern: '*/5 * * * *',
      clock: 'not behind',
      run: (): LoadedBatch => import('./send-digests.ts').then((file) => file.sendDigests),
    },
    'sweep-notifications': {
      pattern: '52 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
  exports: {
    notifications: {
      description: 'Notifications that the account got in the last 90 days.',
      fields: ({ Type, timestamp, time, nullable }): SectionFields => ({
        id: Type.String({ examples: ['ntf_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        kind: Type.String({ examples: ['billing'] }),
        title: Type.String({ examples: ['Your invoice is ready'] }),
        body: nullable('The text below the title.', 'You can download it now.'),
        data: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()], { examples: [null] }),
        orgId: nullable('The organisation that sent it.', 'org_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
        createdAt: timestamp,
        readAt: time('null: it is unread.'),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.notificationRows),
    },
    notificationPreferences: {
      description: 'What the account chose for each kind of notification.',
      fields: ({ Type }): SectionFields => ({
        kind: Type.String({ examples: ['billing'], description: '*: every kind without a choice of its own.' }),
        delivery: Type.String({ examples: ['in_app'] }),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.preferenceRows),
    },
  },
  mails: {
    /** `titles`: one a line. `more`: how many further ones there are, `0` for none. `unsubscribe`: ends these mails. */
    'notification-digest': { titles: 'text', more: 'text', link: 'link', unsubscribe: 'link' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
