import type { Operation } from '../../runtime/round-trips/operation.ts'
import { byAdmin } from '../../runtime/round-trips/operation.ts'
import { call } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { bulkActionCases } from './runtime-cases.ts'

const body = { action: 'disable', filter: { userIds: [] } }

/** Asked about a bulk action that no worker has begun. */
const ofBulkAction = (route: string): Operation => ({
  route,
  status: 200,
  async prepare({ ask, admin }) {
    const token = await admin()
    const { id } = await ask<{ id: string }>({ methodAndPath: 'POST /v1/bulk-actions', token, body }, 202)
    return { methodAndPath: route.replace(':id', id), token: await admin() }
  },
})

export const contract = defineContract({
  access: {
    'GET /v1/bulk-actions': 'users:read',
    'POST /v1/bulk-actions': 'users:write',
    'GET /v1/bulk-actions/:id': 'users:read',
    'POST /v1/bulk-actions/:id/cancel': 'users:write',
  },
  writes: {
    budget: {
      'GET /v1/bulk-actions': 2,
      'POST /v1/bulk-actions': 2,
      'GET /v1/bulk-actions/:id': 2,
      'POST /v1/bulk-actions/:id/cancel': 2,
    },
    ask: async ({ t, pay, admin }) => {
      const token = await admin()
      const { body: started } = await call<{ id: string }>(t, 'POST /v1/bulk-actions', { token, body })
      const path = `/v1/bulk-actions/${started.id}`
      await pay('GET /v1/bulk-actions', '/v1/bulk-actions', { token })
      await pay('POST /v1/bulk-actions', '/v1/bulk-actions', { token, body }, 202)
      await pay('POST /v1/bulk-actions', '/v1/bulk-actions', { token, body: { ...body, dryRun: true } })
      await pay('POST /v1/bulk-actions', '/v1/bulk-actions', { token, body: { ...body, filter: {} } }, 422)
      await pay('GET /v1/bulk-actions/:id', path, { token })
      await pay('POST /v1/bulk-actions/:id/cancel', `${path}/cancel`, { token })
    },
  },
  roundTrips: [
    byAdmin('GET /v1/bulk-actions', 200),
    byAdmin('POST /v1/bulk-actions', 202, { body }),
    byAdmin('POST /v1/bulk-actions', 200, { how: 'dry run', body: { ...body, dryRun: true } }),
    ofBulkAction('GET /v1/bulk-actions/:id'),
    ofBulkAction('POST /v1/bulk-actions/:id/cancel'),
  ],
  runtime: bulkActionCases,
})
