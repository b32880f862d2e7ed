import { defineFeature, type LoadedLetters, proofMail, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'email-codes',
  position: 180,
  paths: {
    'POST /v1/auth/email-code': 'public',
    'POST /v1/auth/email-code/verify': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  mails: {
    'sign-in': proofMail,
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
