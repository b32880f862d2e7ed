import {
  defineFeature,
  type LoadedHandler,
  type LoadedRows,
  type RouteFiles,
  type SectionFields,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'mail',
  position: 230,
  paths: {
    'GET /dev/mail': 'public',
    'GET /dev/mail/:id': 'public',
    'GET /dev/mail/:id/html': 'public',
  },
  served: ({ development }) => development,
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  variables: {
    MAIL_URL: {
      type: 'text',
      pattern: '^(console:|smtps?://|https?://)',
      description:
        'console: prints mails (default in development). smtp://USER:PASSWORD@HOST:PORT or smtps://… sends them (Bun only). https://:KEY@HOST/PATH posts them as JSON to a provider that speaks the API of Resend. Unset in production: mails wait in the queue.',
    },
    MAIL_FROM: {
      type: 'text',
      minLength: 3,
      maxLength: 320,
      pattern: '^[^\\r\\n]+$',
      description:
        'Sender of mails, such as Acme <no-reply@acme.example>. Default: BRAND_NAME <no-reply@host of APP_URL>.',
    },
    MAIL_EHLO_NAME: {
      type: 'text',
      maxLength: 255,
      description:
        'The name of this server in EHLO, the greeting to SMTP servers: a host name, or an address in brackets. Default: the host of APP_URL.',
    },
  },
  // Without MAIL_URL mails wait in the queue.
  queued: {
    mail: {
      done: ({ mailUrl }) => mailUrl !== undefined,
      run: (): LoadedHandler => import('./deliver-mail.ts').then((file) => file.deliverMail),
    },
  },
  exports: {
    mails: {
      description: 'Mails that were queued for the account. They are deleted some days after they were sent.',
      fields: ({ Type, timestamp, time }): SectionFields => ({
        id: Type.String({ examples: ['job_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        state: Type.String({ examples: ['done'] }),
        attempts: Type.Integer(),
        createdAt: timestamp,
        finishedAt: time('Null while the mail waits.'),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.mailRows),
    },
  },
})
