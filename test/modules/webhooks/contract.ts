import type { Accounts } from '../../runtime/round-trips/account.ts'
import type { Operation } from '../../runtime/round-trips/operation.ts'
import { call, signUp } from '../../support/client.ts'
import { type Asked, AT, defineContract, PLACE } from '../../support/contract.ts'
import { makeOrg } from '../api-keys/support/keys.ts'
import { webhookCases } from './runtime-cases.ts'
import { type Delivery, type Made, makeWebhook } from './support/webhooks.ts'

const routes = [
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
] as const
const HOUR = 3_600_000

/** Asked by a person with an organisation; `:id` is a webhook of it, `:deliveryId` a test that was sent to it. */
const byOwner = (
  route: (typeof routes)[number],
  status: number,
  ask: { body?: (now: number) => object } = {},
): Operation => ({
  route,
  status,
  async prepare({ ask: send, signUp }: Accounts) {
    const { accessToken: token } = await signUp()
    const org = await send<{ id: string }>({ methodAndPath: 'POST /v1/orgs', token, body: { name: 'Acme' } }, 201)
    // Nothing listens there: what is sent fails, which no request waits for.
    const body = { url: 'http://127.0.0.1:9/in', events: ['org.updated'], orgId: org.id }
    if (route === 'POST /v1/webhooks') return { methodAndPath: route, token, body }
    const { id } = await send<Made>({ methodAndPath: 'POST /v1/webhooks', token, body }, 201)
    if (route === 'GET /v1/webhooks') return { methodAndPath: `${route}?orgId=${org.id}`, token }
    let methodAndPath: string = route.replace(':id', id)
    if (route.includes(':deliveryId')) {
      const test = await send<Delivery>({ methodAndPath: `POST /v1/webhooks/${id}/test`, token }, 202)
      methodAndPath = methodAndPath.replace(':deliveryId', test.id)
    }
    return { methodAndPath, token, ...(ask.body && { body: ask.body(Date.now()) }) }
  },
})

export const contract = defineContract({
  // The handler decides by the place of the webhook; see webhooks.test.ts.
  access: Object.fromEntries(routes.map((route) => [route, 'principal'])),
  swappedIds: async (t) => {
    // Another person: this one may have got a second factor, which a fresh session must show.
    const { accessToken: token } = await signUp(t, 'swapped-webhooks@example.com')
    const { id } = await makeWebhook(t, token, { orgId: await makeOrg(t, token, 'Swapped webhooks') })
    return Object.fromEntries(routes.filter((route) => route.includes(':id')).map((route) => [route, id]))
  },
  writes: {
    budget: {
      'GET /v1/webhooks': 2,
      'POST /v1/webhooks': 2,
      'GET /v1/webhooks/:id': 2,
      'PATCH /v1/webhooks/:id': 3, // whose organisation decides who may
      'DELETE /v1/webhooks/:id': 3,
      'POST /v1/webhooks/:id/rotate-secret': 3, // the old secret stays for a while
      'POST /v1/webhooks/:id/test': 3,
      'POST /v1/webhooks/:id/replay': 3,
      'GET /v1/webhooks/:id/deliveries': 2,
      'GET /v1/webhooks/:id/deliveries/:deliveryId': 2,
      'POST /v1/webhooks/:id/deliveries/:deliveryId/replay': 3, // its bytes are sent again
    },
    ask: askWebhooks,
  },
  roundTrips: [
    byOwner('GET /v1/webhooks', 200),
    byOwner('POST /v1/webhooks', 201),
    byOwner('GET /v1/webhooks/:id', 200),
    byOwner('PATCH /v1/webhooks/:id', 200, { body: () => ({ name: 'Ours' }) }),
    byOwner('DELETE /v1/webhooks/:id', 204),
    byOwner('POST /v1/webhooks/:id/rotate-secret', 200, { body: () => ({}) }),
    byOwner('POST /v1/webhooks/:id/test', 202),
    byOwner('POST /v1/webhooks/:id/replay', 202, { body: (now) => ({ since: new Date(now - HOUR).toISOString() }) }),
    byOwner('GET /v1/webhooks/:id/deliveries', 200),
    byOwner('GET /v1/webhooks/:id/deliveries/:deliveryId', 200),
    byOwner('POST /v1/webhooks/:id/deliveries/:deliveryId/replay', 202),
  ],
  runtime: webhookCases,
  mails: {
    'webhook-target': { host: 'hooks.example.com', ...PLACE },
    'webhook-disabled': { host: 'hooks.example.com', at: AT },
  },
})

async function askWebhooks({ t, pay, admin }: Asked): Promise<void> {
  const token = await admin()
  const orgId = await makeOrg(t, token, 'Webhooks')
  for (const place of [{}, { orgId }]) {
    const body = { url: 'https://hooks.example.com/in', events: ['*'], ...place }
    await pay('POST /v1/webhooks', '/v1/webhooks', { token, body }, 201)
    const { id } = await makeWebhook(t, token, { url: body.url, ...place })
    const path = `/v1/webhooks/${id}`
    await pay('GET /v1/webhooks', `/v1/webhooks${'orgId' in place ? `?orgId=${orgId}` : ''}`, { token })
    await pay('GET /v1/webhooks/:id', path, { token })
    await pay('PATCH /v1/webhooks/:id', path, { token, body: { url: `${body.url}/2`, status: 'active' } })
    await pay('POST /v1/webhooks/:id/rotate-secret', `${path}/rotate-secret`, { token, body: {} })
    await pay('POST /v1/webhooks/:id/test', `${path}/test`, { token }, 202)
    const { body: sent } = await call<{ items: Delivery[] }>(t, `GET ${path}/deliveries`, { token })
    const delivery = `${path}/deliveries/${sent.items[0]?.id}`
    const since = new Date(t.clock.now() - HOUR).toISOString()
    await pay('POST /v1/webhooks/:id/replay', `${path}/replay`, { token, body: { since } }, 202)
    await pay('GET /v1/webhooks/:id/deliveries', `${path}/deliveries`, { token })
    await pay('GET /v1/webhooks/:id/deliveries/:deliveryId', delivery, { token })
    await pay('POST /v1/webhooks/:id/deliveries/:deliveryId/replay', `${delivery}/replay`, { token }, 202)
    await pay('DELETE /v1/webhooks/:id', path, { token }, 204)
    await pay('DELETE /v1/webhooks/:id', path, { token }, 404)
  }
}
