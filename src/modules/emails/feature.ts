import { defineFeature, type LoadedLetters, proofMail, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'emails',
  position: 170,
  paths: {
    'POST /v1/auth/verify-email': 'public',
    'POST /v1/auth/verify-email/resend': 'public',
    'POST /v1/me/email': 'fresh-session',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts'), import('./own-routes.ts')]),
  events: ['user.email_verified', 'user.email_changed'],
  variables: {
    EMAIL_VERIFICATION: {
      oneOf: ['required', 'optional'],
      description:
        'required (default in production): a user cannot sign in before the e-mail is verified. optional (default in development).',
    },
  },
  mails: {
    'verify-email': proofMail,
    /** Sent to the new address. */
    'change-email': proofMail,
    /** Sent to the old address, after the new address was verified. */
    'email-changed': { newEmail: 'text', at: 'time' },
    /** Sent after credentials from before the first verification were removed. */
    'unproved-removed': { at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
