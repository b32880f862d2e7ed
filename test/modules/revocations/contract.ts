import { byAdmin, type Operation } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { revocationCases } from './runtime-cases.ts'

const asked = byAdmin('GET /v1/revocations', 200)
/** The answer ends by itself. */
const once: Operation = {
  ...asked,
  prepare: async (accounts) => ({
    ...(await asked.prepare(accounts)),
    methodAndPath: 'GET /v1/revocations?follow=false',
  }),
}

export const contract = defineContract({
  access: { 'GET /v1/revocations': 'revocations:read' },
  writes: {
    // The caller, then where events and revocations are now with what the follower gets.
    budget: { 'GET /v1/revocations': 2 },
    ask: async ({ t, pay, admin }) => {
      const token = await admin()
      await t.deps.db.$client.execute("INSERT INTO revocations (subject, noted_at) VALUES ('ses_1', 0), ('ses_2', 0)")
      await pay('GET /v1/revocations', '/v1/revocations?follow=false', { token })
      const { rows } = await t.deps.db.$client.execute('SELECT seq, nonce FROM revocations ORDER BY seq DESC LIMIT 2')
      for (const { seq, nonce } of rows)
        await pay('GET /v1/revocations', `/v1/revocations?follow=false&after=${seq}-${nonce}`, { token })
      await pay('GET /v1/revocations', '/v1/revocations?follow=false&after=1-0123456789abcdef', { token })
    },
  },
  roundTrips: [once],
  runtime: revocationCases,
})
