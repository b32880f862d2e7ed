import { defineFeature, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'authz',
  position: 224,
  paths: { 'POST /v1/authz/explain': 'principal' },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { Authorization: 'Decisions: may this subject do this, and if not, what would allow it.' },
  idPrefixes: ['dec'],
  permissions: ['authz:evaluate', 'authz:explain'],
  orgPermissions: { 'authz:evaluate': 'admin', 'authz:explain': 'admin' },
  errors: {
    'decision.too_expensive': {
      status: 400,
      title: 'The rules for these questions take too long to evaluate at once.',
      remedy: 'Ask fewer questions in one request, or make the conditions of the rules shorter.',
    },
    'decision.not_found': {
      status: 404,
      title: 'There is no such decision.',
      remedy: 'Use the decisionId of an answer of the last day, as the person who was refused or with authz:explain.',
    },
  },
  budgets: {
    /** Explanations of an account: the search for a change takes up to half a second. Counted in the memory of each process. */
    'explain:account': { points: 30, seconds: 60 },
  },
  scheduled: {
    'sweep-keys': {
      pattern: '27 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
