import { defineFeature, type RouteFiles } from '../../core/feature.ts'

/** The pages on which a person comes in: sign-in, sign-up, and a forgotten password. */
export const feature = defineFeature({
  name: 'entry',
  position: 279,
  paths: {
    'GET /sign-in': 'public',
    'POST /sign-in': 'public',
    'GET /sign-up': 'public',
    'POST /sign-up': 'public',
    'GET /forgot-password': 'public',
    'POST /forgot-password': 'public',
    'GET /sign-in/assets/:name': 'public',
  },
  forms: ['POST /sign-in', 'POST /sign-up', 'POST /forgot-password'],
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  addressBudgets: {
    /** Pages that people open, and their forms. Counted in the memory of each process. The acts have their own budgets. */
    'entry:address': { points: 300, seconds: 60 },
  },
})
