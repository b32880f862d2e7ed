/** What is sent: every event once in its order, signed, whatever the endpoint does. */
import { afterAll, afterEach, beforeEach, expect, spyOn, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { call, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { makeOrg } from '../api-keys/support/keys.ts'
import { createHookApp, type Endpoint, type Heard, startEndpoint } from './support/endpoint.ts'
import { type Delivery, deliveriesOf, deliveryOf, makeWebhook, rename, webhookOf } from './support/webhooks.ts'

const HOUR = 3_600_000
const t = await createHookApp()
await setUpAdmin(t)
let endpoint: Endpoint
let people = 0

beforeEach(async () => {
  endpoint = await startEndpoint()
})
afterEach(() => endpoint.close())
afterAll(() => t.close())

/** A person with an organisation of their own, and its webhook. */
async function founder(body: object = {}) {
  const email = `founder-${++people}@example.com`
  const { accessToken: token, user } = await signUp(t, email)
  const orgId = await makeOrg(t, token, `Org ${people}`)
  const webhook = await makeWebhook(t, token, { url: endpoint.url, events: ['org.updated'], orgId, ...body })
  return { token, user, orgId, webhook, email, renew: async () => (await signIn(t, email)).accessToken }
}

const valid = (secret: string, { headers, body }: Heard): boolean => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const mac = createHmac('sha256', key).update(content).digest('base64')
  return String(headers['webhook-signature']).split(' ').includes(`v1,${mac}`)
}

test('an event of an organisation is sent once, signed, with its id as webhook-id', async () => {
  const { token, orgId, webhook } = await founder()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  await t.work()
  expect(endpoint.heard).toHaveLength(1)
  const [heard] = endpoint.heard as [Heard]
  expect(heard.event).toMatchObject({ type: 'org.updated', subject: orgId })
  expect(heard.headers['webhook-id']).toBe(heard.event.id)
  expect(heard.headers['webhook-timestamp']).toBe(String(Math.floor(t.clock.now() / 1000)))
  expect(valid(webhook.secret, heard)).toBe(true)
  expect(valid(`whsec_${btoa('another secret of 32 bytes......')}`, heard)).toBe(false)
  const [delivery] = await deliveriesOf(t, token, webhook.id)
  expect(delivery).toMatchObject({ eventId: heard.event.id, state: 'delivered', attempts: 1, subject: orgId })
  expect(await deliveryOf(t, token, webhook.id, delivery?.id ?? '')).toMatchObject({
    body: heard.body,
    tries: [{ status: 204, error: null }],
  })
})

test('no event of another organisation and none outside of the filter reaches an endpoint; that of the instance gets all', async () => {
  const one = await founder({ events: ['*'] })
  const other = await founder({ url: `${endpoint.url}?other`, events: ['member.*'] })
  const { id } = await makeWebhook(t, (await signIn(t, 'admin@example.com')).accessToken, {
    url: `${endpoint.url}?instance`,
    events: ['org.updated'],
  })
  await rename(t, one.token, one.orgId, 'One')
  await rename(t, other.token, other.orgId, 'Other')
  await t.work()
  const to = (query: string) =>
    endpoint.heard.filter(({ path }) => path === `/in${query}`).map(({ event }) => [event.type, event.subject])
  expect(to('')).toEqual([
    ['webhook.created', one.orgId],
    ['org.updated', one.orgId],
  ])
  expect(to('?other')).toEqual([])
  expect(to('?instance')).toEqual([
    ['org.updated', one.orgId],
    ['org.updated', other.orgId],
  ])
  await call(t, `DELETE /v1/webhooks/${id}`, { token: (await signIn(t, 'admin@example.com')).accessToken })
})

test('what happens to a person outside of the organisation is not sent to it, even if they act for it', async () => {
  const { token, email, user } = await founder({ events: ['*'] })
  await call(t, 'PATCH /v1/me', { token, body: { name: 'Private' } })
  await signIn(t, email)
  await t.work()
  expect(endpoint.heard.map(({ event }) => event.type)).toEqual(['webhook.created'])
  expect(endpoint.heard.some(({ event }) => event.subject === user.id)).toBe(false)
})

test('events of one subject arrive in their order, also when the first one fails; another subject does not wait', async () => {
  const { token, orgId } = await founder()
  const instance = await makeWebhook(t, (await signIn(t, 'admin@example.com')).accessToken, {
    url: `${endpoint.url}?all`,
    events: ['org.updated'],
  })
  const other = await founder({ events: ['org.deleted'] })
  let isBroken = true
  endpoint.answer = (response, { path, event }) =>
    response.writeHead(isBroken && path === '/in?all' && event.subject === orgId ? 500 : 204).end('broken')
  for (const name of ['A', 'B', 'C']) await rename(t, token, orgId, name)
  await rename(t, other.token, other.orgId, 'Elsewhere')
  await t.work()
  const arrived = () => endpoint.heard.filter(({ path }) => path === '/in?all')
  expect(arrived().map(({ event }) => event.subject)).toEqual(expect.arrayContaining([orgId, other.orgId]))
  expect(arrived()).toHaveLength(2)
  const waiting = await deliveriesOf(
    t,
    (await signIn(t, 'admin@example.com')).accessToken,
    instance.id,
    '&state=pending',
  )
  expect(waiting.map(({ nextAttemptAt }) => nextAttemptAt !== null)).toEqual([false, false, true])
  isBroken = false
  t.clock.advance(10_000)
  await t.work()
  const ids = arrived()
    .filter(({ event }) => event.subject === orgId)
    .map(({ event }) => event.id)
  // The first one twice with the same bytes, then the others.
  expect(ids).toHaveLength(4)
  expect(ids[0]).toBe(ids[1] as string)
  expect([...new Set(ids)]).toEqual([...new Set(ids)].sort())
  expect(arrived()[0]?.body).toBe(arrived().find(({ event }, at) => at > 0 && event.id === ids[0])?.body as string)
  await call(t, `DELETE /v1/webhooks/${instance.id}`, { token: (await signIn(t, 'admin@example.com')).accessToken })
})

test('a delivery is given up after twelve attempts, and the next one of its subject goes on', async () => {
  const { renew, orgId, webhook, token } = await founder()
  // The shortest waits: the longest ones end the endpoint first, because nothing has arrived for three days.
  const { bytes } = t.deps.random
  using _shortest = spyOn(t.deps.random, 'bytes').mockImplementation((n) => (n === 1 ? new Uint8Array(1) : bytes(n)))
  endpoint.answer = (response, { event }, before) =>
    response.writeHead(before < 12 || event.id === '' ? 503 : 204).end()
  await rename(t, token, orgId, 'First')
  await rename(t, token, orgId, 'Second')
  for (let hours = 0; hours < 75 && endpoint.heard.length < 13; hours++) {
    await t.work()
    t.clock.advance(HOUR)
  }
  await t.work()
  expect(new Set(endpoint.heard.slice(0, 12).map(({ event }) => event.id)).size).toBe(1)
  const fresh = await renew()
  const states = await deliveriesOf(t, fresh, webhook.id)
  expect(states.map(({ state, attempts }) => [state, attempts]).sort()).toEqual([
    ['delivered', 1],
    ['failed', 12],
  ])
})

test.each([301, 302, 307, 400, 404, 500])(
  'an answer %i is a failed attempt, and a redirect is not followed',
  async (status) => {
    const { token, orgId, webhook } = await founder()
    endpoint.answer = (response) => response.writeHead(status, { location: `${endpoint.url}/elsewhere` }).end('no')
    await rename(t, token, orgId, 'Renamed')
    await t.work()
    expect(endpoint.heard.map(({ path }) => path)).toEqual(['/in'])
    const [delivery] = await deliveriesOf(t, token, webhook.id)
    expect(delivery).toMatchObject({ state: 'pending', attempts: 1 })
    const { tries, answer } = await deliveryOf(t, token, webhook.id, delivery?.id ?? '')
    expect(tries).toMatchObject([{ status, error: status < 400 ? 'redirects are not followed' : null }])
    expect(answer).toBe('no')
  },
)

test('304 is a failed attempt like any other: it leads nowhere', async () => {
  const { token, orgId, webhook } = await founder()
  endpoint.answer = (response) => response.writeHead(304).end()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  const [delivery] = await deliveriesOf(t, token, webhook.id)
  expect(delivery).toMatchObject({ state: 'pending', attempts: 1 })
  const { tries } = await deliveryOf(t, token, webhook.id, delivery?.id ?? '')
  expect(tries).toMatchObject([{ status: 304, error: null }])
})

test('410 ends an endpoint at once, and its owners get a mail', async () => {
  const { token, orgId, webhook, email } = await founder()
  endpoint.answer = (response) => response.writeHead(410).end()
  await rename(t, token, orgId, 'Renamed')
  await rename(t, token, orgId, 'Again')
  await t.work()
  await t.work()
  expect(endpoint.heard).toHaveLength(1)
  expect(await webhookOf(t, token, webhook.id)).toMatchObject({ status: 'disabled', disabledReason: 'gone' })
  const mails = t.mails.filter(({ to, subject }) => to === email && subject.includes('disabled'))
  expect(mails).toHaveLength(1)
  expect(mails[0]?.text.replaceAll('\u200c', '')).toContain(new URL(endpoint.url).host)
  // What waited goes on when it is active again.
  endpoint.answer = (response) => response.writeHead(204).end()
  const active = await call(t, `PATCH /v1/webhooks/${webhook.id}`, { token, body: { status: 'active' } })
  expect(active.body).toMatchObject({ status: 'active', disabledReason: null, failures: 0 })
  await t.work()
  expect(endpoint.heard).toHaveLength(2)
})

test('Retry-After of 429 holds for the whole endpoint', async () => {
  const { token, orgId, webhook, user } = await founder({ events: ['org.updated', 'webhook.*'] })
  await t.work()
  endpoint.answer = (response) => response.writeHead(429, { 'retry-after': '120' }).end()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  expect(endpoint.heard).toHaveLength(2)
  await call(t, `POST /v1/webhooks/${webhook.id}/test`, { token })
  t.clock.advance(119_000)
  await t.work()
  expect(endpoint.heard).toHaveLength(2)
  const { resumesAt } = await webhookOf(t, token, webhook.id)
  expect(resumesAt).not.toBeNull()
  const log = await deliveriesOf(t, token, webhook.id, '&eventType=webhook.test')
  // It is due, but nothing is sent to this endpoint before.
  expect(log.map(({ state, nextAttemptAt }) => [state, nextAttemptAt])).toEqual([['pending', resumesAt]])
  const path = `/v1/webhooks/${webhook.id}`
  const hurried = await call<Delivery>(t, `POST ${path}/deliveries/${log[0]?.id}/replay`, { token })
  expect([hurried.status, hurried.body.nextAttemptAt]).toEqual([202, resumesAt])
  await call(t, `PATCH ${path}`, { token, body: { status: 'disabled' } })
  expect((await deliveryOf(t, token, webhook.id, log[0]?.id ?? '')).nextAttemptAt).toBeNull()
  await t.deps.db.$client.execute({ sql: "UPDATE webhooks SET status = 'active' WHERE id = ?", args: [webhook.id] })
  endpoint.answer = (response) => response.writeHead(204).end()
  t.clock.advance(1_001)
  await t.work()
  expect(endpoint.heard.map(({ event }) => event.type)).toContain('webhook.test')
  expect(endpoint.heard.filter(({ event }) => event.type === 'org.updated')).toHaveLength(2)
  expect(user.id).toStartWith('usr_')
})

test('an endpoint that resets, closes or answers no HTTP is a failed attempt', async () => {
  const { token, orgId, webhook } = await founder()
  endpoint.answer = (response) => response.socket?.resetAndDestroy()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  endpoint.answer = (response) => response.socket?.end('nonsense\r\n\r\n')
  t.clock.advance(10_000)
  await t.work()
  const [delivery] = await deliveriesOf(t, token, webhook.id)
  const { tries } = await deliveryOf(t, token, webhook.id, delivery?.id ?? '')
  expect(tries.map(({ status }) => status)).toEqual([null, null])
  expect(tries.every(({ error }) => (error ?? '').length > 0 && !error?.includes('127.0.0.1'))).toBe(true)
})

test('of an endless answer the first KiB is read, and the connection ends', async () => {
  const { token, orgId, webhook } = await founder()
  let sent = 0
  endpoint.answer = async (response) => {
    response.writeHead(200)
    const chunk = 'x'.repeat(65_536)
    const closed = new Promise<void>((resolve) => response.on('close', resolve))
    const drained = () => new Promise<void>((resolve) => response.once('drain', resolve))
    while (!response.destroyed && sent < 100_000_000) {
      sent += chunk.length
      if (!response.write(chunk)) await Promise.race([drained(), closed])
    }
  }
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  const [delivery] = await deliveriesOf(t, token, webhook.id)
  expect(delivery).toMatchObject({ state: 'delivered' })
  expect((await deliveryOf(t, token, webhook.id, delivery?.id ?? '')).answer).toBe('x'.repeat(1024))
  expect(sent).toBeLessThan(50_000_000)
})
