import { byAdmin } from '../../runtime/round-trips/operation.ts'
import type { Operation } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { deadJob } from '../../support/jobs.ts'
import { jobCases } from './runtime-cases.ts'

/** Called by an administrator about a waiting mail, which no worker sends in this test. */
const ofJob = (route: string): Operation => ({
  route,
  status: 200,
  async prepare({ ask, signUp, admin }) {
    const { user } = await signUp()
    const listed = { methodAndPath: `GET /v1/jobs?state=pending&userId=${user.id}`, token: await admin() }
    const { items } = await ask<{ items: { id: string }[] }>(listed, 200)
    return { methodAndPath: route.replace(':id', items[0]?.id ?? 'no job'), token: await admin() }
  },
})

export const contract = defineContract({
  access: {
    'GET /v1/jobs': 'jobs:read',
    'GET /v1/jobs/:id': 'jobs:read',
    'POST /v1/jobs/retry': 'jobs:write',
    'POST /v1/jobs/:id/retry': 'jobs:write',
    'POST /v1/jobs/:id/discard': 'jobs:write',
  },
  writes: {
    budget: {
      'GET /v1/jobs': 2,
      'GET /v1/jobs/:id': 2,
      'POST /v1/jobs/retry': 2,
      'POST /v1/jobs/:id/retry': 2,
      'POST /v1/jobs/:id/discard': 2,
    },
    ask: async ({ t, pay, admin }) => {
      const by = { token: await admin() }
      const job = await deadJob(t)
      await pay('GET /v1/jobs', '/v1/jobs?state=dead', by)
      await pay('GET /v1/jobs/:id', `/v1/jobs/${job}`, by)
      await pay('POST /v1/jobs/retry', '/v1/jobs/retry', { ...by, body: { ids: [job, `job_${'0'.repeat(32)}`] } })
      await pay('POST /v1/jobs/:id/retry', `/v1/jobs/${job}/retry`, by)
      await pay('POST /v1/jobs/:id/discard', `/v1/jobs/${job}/discard`, by)
      await pay('POST /v1/jobs/:id/retry', `/v1/jobs/${job}/retry`, by, 409)
    },
  },
  roundTrips: [
    byAdmin('GET /v1/jobs', 200),
    ofJob('GET /v1/jobs/:id'),
    byAdmin('POST /v1/jobs/retry', 200, { body: { ids: [`job_${'0'.repeat(32)}`] } }),
    ofJob('POST /v1/jobs/:id/retry'),
    ofJob('POST /v1/jobs/:id/discard'),
  ],
  nothingToTrust: { jobs: 'mails under way: what they carry is a one-time token, which has its epoch' },
  runtime: jobCases,
})
