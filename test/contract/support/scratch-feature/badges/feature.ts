import {
  defineFeature,
  type LoadedHandler,
  type LoadedLetters,
  type LoadedRows,
  type LoadedSweep,
  type RouteFiles,
  type SectionFields,
} from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'badges',
  paths: {
    'GET /v1/badges': 'badges:read',
    'POST /v1/badges': 'badges:write',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  tags: { Badges: 'What people are honoured with.' },
  idPrefixes: ['bdg'],
  permissions: ['badges:read', 'badges:write'],
  events: ['badge.awarded'],
  errors: {
    'badge.too_many': {
      status: 409,
      title: 'This person has as many badges as anyone may have.',
      remedy: 'Raise BADGES_PER_USER, or award the badge to another person.',
    },
  },
  budgets: {
    'badges:account': { points: 4, seconds: 60 },
  },
  variables: {
    BADGES_PER_USER: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 2,
      description: 'How many badges one person may have.',
    },
  },
  mails: {
    'badge-awarded': { title: 'text', at: 'time' },
  },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
  queued: {
    'engrave-badge': { run: (): LoadedHandler => import('./engrave-badge.ts').then((file) => file.engraveBadge) },
  },
  scheduled: {
    'sweep-badges': {
      pattern: '11 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
  exports: {
    badges: {
      description: 'What the person was honoured with.',
      fields: ({ Type, timestamp, time }): SectionFields => ({
        title: Type.String({ examples: ['First login'] }),
        createdAt: timestamp,
        engravedAt: time('null until it was engraved.'),
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.badgeRows),
    },
  },
})
