import { defineFeature, type LoadedLetters, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'impersonate',
  position: 135,
  paths: { 'POST /v1/users/:id/impersonate': 'users:impersonate' },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  permissions: ['users:impersonate'],
  events: ['session.impersonated'],
  errors: {
    'user.impersonation_refused': {
      status: 403,
      title: 'You cannot act as this user.',
      remedy:
        'You can act as an active user who has fewer permissions than you, in the instance and in every organisation.',
    },
  },
  variables: {
    IMPERSONATION_NOTICE: {
      oneOf: ['mail', 'none'],
      default: 'none',
      description: 'Whether a mail tells a user that an administrator acts in their place.',
    },
  },
  mails: { impersonated: { at: 'time' } },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
