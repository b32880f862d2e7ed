import { defineFeature, type LoadedRows, type LoadedSweep, type SectionFields } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'proofs',
  position: 160,
  idPrefixes: ['ott'],
  events: ['auth.mail_requested'],
  errors: {
    'token.invalid': {
      status: 400,
      title: 'The link or code is wrong, already used or expired.',
      remedy: 'Ask for a new mail, and use its link or code once, before it expires.',
    },
  },
  addressBudgets: {
    /** Mails that one client address may cause. `mailProof` counts the mails to one e-mail address. */
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
      description: 'Links and codes that were sent. They are deleted a day after they expire.',
      fields: ({ Type, timestamp, time }): SectionFields => ({
        purpose: Type.String({ examples: ['verify-email'] }),
        email: Type.String({ examples: ['ada@example.com'] }),
        createdAt: timestamp,
        expiresAt: timestamp,
        usedAt: time('null if it was not used.'),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.linkAndCodeRows),
    },
  },
})
