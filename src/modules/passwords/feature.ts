import { defineFeature, type LoadedLetters, proofMail, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'passwords',
  position: 150,
  paths: {
    'POST /v1/auth/forgot-password': 'public',
    'POST /v1/auth/reset-password': 'public',
    'POST /v1/me/password': 'session',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./own-routes.ts')]),
  events: ['user.reset_link_made', 'user.password_changed', 'user.password_reset'],
  errors: {
    'user.password_refused': {
      status: 422,
      title: 'The password was refused.',
      remedy:
        'Choose another password. The message in errors names the rule that it broke, for example its length or a list of leaked passwords.',
    },
    'user.no_password': {
      status: 409,
      title: 'The account has no password.',
      remedy: 'Set one: POST /v1/auth/forgot-password sends a mail with which the owner can set it.',
    },
  },
  variables: {
    PASSWORD_MIN_LENGTH: {
      type: 'integer',
      minimum: 8,
      maximum: 128,
      default: 12,
      description: 'Minimum length of a password, in characters.',
    },
    BREACHED_PASSWORDS: {
      oneOf: ['refuse', 'ignore'],
      default: 'refuse',
      description:
        'refuse: look new passwords up in the Pwned Passwords ranges (only 5 hex digits of the SHA-1 hash are sent).',
    },
  },
  mails: {
    'reset-password': proofMail,
    'password-changed': { at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
