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
    // The caller, the newest event, the newest revocation, and those that matter. Those who follow already share the second and third.
    budget: { 'GET /v1/revocations': 4 },
    ask: async ({ pay, admin }) => {
      const token = await admin()
      await pay('GET /v1/revocations', '/v1/revocations?follow=false', { token })
      await pay('GET /v1/revocations', '/v1/revocations?follow=false&after=1-0123456789abcdef', { token })
    },
  },
  roundTrips: [once],
  runtime: revocationCases,
})
