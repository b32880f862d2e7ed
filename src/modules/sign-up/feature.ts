import { defineFeature, type LoadedLetters, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'sign-up',
  position: 20,
  paths: {
    'POST /v1/auth/sign-up': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  addressBudgets: {
    'sign-up:address': { points: 100, seconds: 3600 },
  },
  mails: {
    /** The mail to the owner of an address with which a person tried to sign up. */
    'account-exists': { resetLink: 'link' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
