import { defineFeature } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'oauth-clients',
  position: 281,
  idPrefixes: ['cli', 'sec'],
  budgets: {
    /** Wrong secrets of one client from one address. */
    'client-secret:client+address': { points: 10, seconds: 60 },
  },
  addressBudgets: {
    /** Failed authentications of clients. */
    'client-failure:address': { points: 100, seconds: 60 },
  },
})
