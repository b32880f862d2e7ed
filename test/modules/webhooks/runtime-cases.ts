import { expect } from 'bun:test'
import { createHmac } from 'node:crypto'
import { guarantee } from '../../runtime/case.ts'
import type { Tools } from '../../runtime/tools.ts'
import { type Heard, startEndpoint } from './support/endpoint.ts'
import type { Delivery, Made } from './support/webhooks.ts'

async function founder({ call, signUp }: Tools) {
  const { accessToken: token } = await signUp()
  const { status, body } = await call<{ id: string }>('POST /v1/orgs', { token, body: { name: 'Acme' } })
  expect(status).toBe(201)
  return { token, orgId: body.id }
}

export const webhookCases = [
  guarantee(
    'an endpoint gets the events of its organisation, signed with its secrets, and tests and replays',
    [
      'GET /v1/webhooks',
      'POST /v1/webhooks',
      'GET /v1/webhooks/:id',
      'PATCH /v1/webhooks/:id',
      'DELETE /v1/webhooks/:id',
      'POST /v1/webhooks/:id/rotate-secret',
      'POST /v1/webhooks/:id/test',
      'POST /v1/webhooks/:id/replay',
      'GET /v1/webhooks/:id/deliveries',
      'GET /v1/webhooks/:id/deliveries/:deliveryId',
      'POST /v1/webhooks/:id/deliveries/:deliveryId/replay',
    ],
    async (tools) => {
      const { call, refused } = tools
      const endpoint = await startEndpoint()
      try {
        const { token, orgId } = await founder(tools)
        const url = endpoint.url.replace('hooks.example', '127.0.0.1')
        await refused('POST /v1/webhooks', 'request.invalid', {
          token,
          body: { url: 'https://169.254.169.254/latest', events: ['*'], orgId },
        })
        const made = await call<Made>('POST /v1/webhooks', { token, body: { url, events: ['org.updated'], orgId } })
        expect(made.status, made.text).toBe(201)
        const path = `/v1/webhooks/${made.body.id}`
        const rotated = await call<Made>(`POST ${path}/rotate-secret`, { token, body: {} })
        expect(rotated.status, rotated.text).toBe(200)
        expect((await call(`PATCH ${path}`, { token, body: { name: 'Ours' } })).status).toBe(200)
        expect((await call(`PATCH /v1/orgs/${orgId}`, { token, body: { name: 'Renamed' } })).status).toBe(200)
        await endpoint.reached(1)
        const [heard] = endpoint.heard as [Heard] // it was reached
        expect(heard.event).toMatchObject({ type: 'org.updated', subject: orgId })
        const { headers, body } = heard
        const signatures = String(headers['webhook-signature']).split(' ')
        for (const { secret } of [made.body, rotated.body]) {
          const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
          const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
          expect(signatures).toContain(`v1,${createHmac('sha256', key).update(content).digest('base64')}`)
        }
        expect((await call<{ items: Made[] }>(`GET /v1/webhooks?orgId=${orgId}`, { token })).body.items).toHaveLength(1)
        expect((await call(`GET ${path}`, { token })).text).not.toContain('whsec_')

        const listed = await call<{ items: Delivery[] }>(`GET ${path}/deliveries`, { token })
        const [delivery] = listed.body.items
        expect((await call(`GET ${path}/deliveries/${delivery?.id}`, { token })).status).toBe(200)
        const tested = await call<Delivery>(`POST ${path}/test`, { token })
        expect(tested.status, tested.text).toBe(202)
        await endpoint.reached(2)
        expect(endpoint.heard[1]?.event.type).toBe('webhook.test')
        expect((await call(`POST ${path}/deliveries/${delivery?.id}/replay`, { token })).status).toBe(202)
        await endpoint.reached(3)
        expect(endpoint.heard[2]?.body).toBe(body)
        const since = new Date(Date.now() - 3_600_000).toISOString()
        const range = await call(`POST ${path}/replay`, { token, body: { since, only: 'all' } })
        expect(range.status, range.text).toBe(202)
        await endpoint.reached(4)
        expect(endpoint.heard[3]?.event.id).toBe(heard.event.id)
        expect((await call(`DELETE ${path}`, { token })).status).toBe(204)
        await refused(`GET ${path}`, 'webhook.not_found', { token })
      } finally {
        await endpoint.close()
      }
    },
  ),
]
