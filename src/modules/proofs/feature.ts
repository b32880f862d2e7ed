import { defineFeature, type LoadedRows, type LoadedSweep, type SectionFields } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'proofs',
  position: 160,
  idPrefixes: ['ott'],
  events: ['auth.mail_requested'],
  errors: {
    'token.invalid': {
      status: 400,
      title: 'This link or code is wrong, used, or too old.',
      remedy: 'Ask for a new mail, and use its link or code once, soon.',
    },
  },
  addressBudgets: {
    /** Mails one may make us send; how many go to one address is counted with them (`mailProof`). */
    'mail:address': { points: 60, seconds: 3600 },
  },
  scheduled: {
    'sweep-proofs': {
      pattern: '47 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
  exports: {
    linksAndCodes: {
      description: 'Links and codes that were sent, until a day after they expired.',
      fields: ({ Type, timestamp, time }): SectionFields => ({
        purpose: Type.String({ examples: ['verify-email'] }),
        email: Type.String({ examples: ['ada@example.com'] }),
        createdAt: timestamp,
        expiresAt: timestamp,
        usedAt: time('null when it was not used.'),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.linkAndCodeRows),
    },
  },
})
