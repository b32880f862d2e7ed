import { expect } from 'bun:test'
import { call } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'

export interface Made {
  id: string
  orgId: string | null
  url: string
  status: string
  secret: string
  failures: number
  disabledReason: string | null
  resumesAt: string | null
  previousSecretUntil: string | null
}

export interface Delivery {
  id: string
  eventId: string
  eventType: string
  subject: string | null
  cause: string
  state: string
  attempts: number
  nextAttemptAt: string | null
  body: string | null
  answer: string | null
  tries: { at: string; status: number | null; error: string | null; tookMs: number }[]
}

export async function makeWebhook(t: TestApp, token: string, body: object): Promise<Made> {
  const answer = await call<Made>(t, 'POST /v1/webhooks', {
    token,
    body: { url: 'https://hooks.example/in', events: ['*'], ...body },
  })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export async function deliveriesOf(t: TestApp, token: string, id: string, query = ''): Promise<Delivery[]> {
  const answer = await call<{ items: Delivery[] }>(t, `GET /v1/webhooks/${id}/deliveries?limit=100${query}`, { token })
  expect(answer.status, answer.text).toBe(200)
  return answer.body.items
}

export async function deliveryOf(t: TestApp, token: string, id: string, deliveryId: string): Promise<Delivery> {
  const answer = await call<Delivery>(t, `GET /v1/webhooks/${id}/deliveries/${deliveryId}`, { token })
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

export async function webhookOf(t: TestApp, token: string, id: string): Promise<Made> {
  const answer = await call<Made>(t, `GET /v1/webhooks/${id}`, { token })
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

/** Changes the name of an organisation: one event `org.updated` about it. */
export async function rename(t: TestApp, token: string, orgId: string, name: string): Promise<void> {
  const answer = await call(t, `PATCH /v1/orgs/${orgId}`, { token, body: { name } })
  expect(answer.status, answer.text).toBe(200)
}
