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
        'required (default in production): nobody signs in before the e-mail is verified. optional (default in development).',
    },
  },
  mails: {
    'verify-email': proofMail,
    /** To the new address. */
    'change-email': proofMail,
    /** To the old address, once the new one has been proved. */
    'email-changed': { newEmail: 'text', at: 'time' },
    /** What was set up before the address was proved. */
    'unproved-removed': { at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
