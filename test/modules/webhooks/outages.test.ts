/** Endpoints that hang or fail for long, workers that stop, and workers that run at once. */
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { sendDue } from '../../../src/modules/webhooks/send-due.ts'
import { createPatientFetch } from '../../support/patient-fetch.ts'
import { call, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { makeOrg } from '../api-keys/support/keys.ts'
import { createHookApp, type Endpoint, startEndpoint } from './support/endpoint.ts'
import { deliveriesOf, deliveryOf, makeWebhook, rename, webhookOf } from './support/webhooks.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const real = createPatientFetch({ privateTargets: false, resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
/** The time limit of an attempt, which is longer outside of these tests. */
let limitMs = 60_000
/** Requests that have ended. */
let ended = 0
const t = await createHookApp({
  deps: {
    fetchPublic: (url, options) =>
      real(url, { ...options, timeoutMs: Math.min(options.timeoutMs, limitMs) }).finally(() => {
        ended++
      }),
  },
})
await setUpAdmin(t)
let endpoint: Endpoint
let people = 0

beforeEach(async () => {
  endpoint = await startEndpoint()
  limitMs = 60_000
})
afterEach(() => endpoint.close())
afterAll(() => t.close())

async function founder(body: object = {}) {
  const email = `owner-${++people}@example.com`
  const { accessToken: token, user } = await signUp(t, email)
  const orgId = await makeOrg(t, token, `Org ${people}`)
  const webhook = await makeWebhook(t, token, { url: endpoint.url, events: ['org.updated'], orgId, ...body })
  return { token, user, orgId, webhook, email, renew: async () => (await signIn(t, email)).accessToken }
}

test('an endpoint that hangs ends at its time limit, and delays no other endpoint', async () => {
  const hanging = await founder({ url: `${endpoint.url}?hangs` })
  const other = await founder({ url: `${endpoint.url}?works` })
  endpoint.answer = (response, { path }) => path === '/in?works' && response.writeHead(204).end()
  limitMs = 400
  await rename(t, hanging.token, hanging.orgId, 'Hangs')
  await rename(t, other.token, other.orgId, 'Works')
  const worked = t.work()
  await endpoint.reached(2)
  await worked
  expect((await deliveriesOf(t, other.token, other.webhook.id))[0]).toMatchObject({ state: 'delivered' })
  const [delivery] = await deliveriesOf(t, hanging.token, hanging.webhook.id)
  expect(delivery).toMatchObject({ state: 'pending', attempts: 1 })
  const { tries } = await deliveryOf(t, hanging.token, hanging.webhook.id, delivery?.id ?? '')
  expect(tries).toMatchObject([{ status: null, error: expect.stringContaining('too long') }])
})

test('a new event does not wait for a worker that waits for another endpoint', async () => {
  const hanging = await founder({ url: `${endpoint.url}?hangs` })
  const other = await founder({ url: `${endpoint.url}?works` })
  let release = () => {}
  endpoint.answer = (response, { path }) => {
    if (path === '/in?works') return response.writeHead(204).end()
    release = () => response.writeHead(204).end()
    return undefined
  }
  await rename(t, hanging.token, hanging.orgId, 'Hangs')
  const first = t.work()
  await endpoint.reached(1)
  await rename(t, other.token, other.orgId, 'Works')
  await t.work()
  expect(endpoint.heard.map(({ path }) => path)).toEqual(['/in?hangs', '/in?works'])
  release()
  await first
})

test('a person with many slow endpoints holds few jobs of a process, and keeps no other endpoint waiting', async () => {
  const held: (() => void)[] = []
  endpoint.answer = (response, { path }) => {
    if (path === '/in?works') response.writeHead(204).end()
    else held.push(() => response.writeHead(204).end())
  }
  const { accessToken: token } = await signUp(t, 'slow@example.com')
  const works: Promise<unknown>[] = []
  for (let org = 1; org <= 3; org++) {
    const orgId = await makeOrg(t, token, `Slow ${org}`)
    for (let n = 0; n < 5; n++) {
      const { id } = await makeWebhook(t, token, { url: `${endpoint.url}?slow`, events: ['org.updated'], orgId })
      for (let event = 0; event < 8; event++) await call(t, `POST /v1/webhooks/${id}/test`, { token })
    }
    works.push(t.work())
    await endpoint.reached(org * 32)
  }
  const other = await founder({ url: `${endpoint.url}?works` })
  await rename(t, other.token, other.orgId, 'Works')
  await t.work() // the runs that there are take it with the next request that ends
  expect(endpoint.heard).toHaveLength(96)
  held[0]?.()
  await endpoint.reached(97)
  expect(endpoint.heard[96]?.path).toBe('/in?works')
  endpoint.answer = (response) => response.writeHead(204).end()
  for (const release of held.slice(1)) release()
  await Promise.all(works)
  await t.work()
  expect(endpoint.heard).toHaveLength(121)
})

test('an attempt that ends while its run looks for more is recorded, and not sent again', async () => {
  const held: (() => void)[] = []
  endpoint.answer = (response) => held.push(() => response.writeHead(204).end())
  const slow = await Promise.all(Array.from({ length: 3 }, () => founder()))
  const works: Promise<unknown>[] = []
  for (const [at, { token, orgId }] of slow.entries()) {
    await rename(t, token, orgId, 'Slow')
    works.push(t.work())
    await endpoint.reached(at + 1) // as many runs as there may be, and each waits for one request
  }
  const client = t.deps.db.$client
  const { batch } = client
  let looks = 0
  const before = ended
  client.batch = async (...args: Parameters<typeof batch>) => {
    const results = await batch.apply(client, args)
    if (!JSON.stringify(args[0]).includes('WITH RECURSIVE waiting') || ++looks > 3) return results
    for (const release of held.splice(0)) release()
    while (ended < before + 3) await Bun.sleep(1)
    await Bun.sleep(1) // what follows an end needs no more of the network
    return results
  }
  try {
    // Something new: each of the runs looks, and finds nothing.
    await sendDue(t.deps, { id: 'job_new', userId: null, payload: {}, queuedAt: t.clock.now() })
    await Promise.all(works)
  } finally {
    client.batch = batch
  }
  expect(looks).toBeGreaterThanOrEqual(3)
  for (const { token, webhook } of slow)
    expect(await deliveriesOf(t, token, webhook.id)).toMatchObject([{ state: 'delivered', attempts: 1 }])
})

test('a worker that stands still loses its deliveries, and does no harm when it wakes', async () => {
  const { token, orgId, webhook } = await founder()
  const other = await founder()
  const held: (() => void)[] = []
  endpoint.answer = (response, { event }, before) => {
    if (before === 0) held.push(() => response.writeHead(410).end('late'))
    else response.writeHead(204).end(event.id)
  }
  await rename(t, token, orgId, 'Renamed')
  const asleep = t.work()
  await endpoint.reached(1)
  t.clock.advance(61_000)
  await rename(t, other.token, other.orgId, 'Wakes another worker')
  await t.work()
  const sent = endpoint.heard.filter(({ event }) => event.subject === orgId)
  expect(sent.map(({ headers }) => headers['webhook-id'])).toEqual([sent[0]?.event.id, sent[0]?.event.id])
  expect(sent[0]?.body).toBe(sent[1]?.body as string)
  const [before] = await deliveriesOf(t, token, webhook.id)
  expect(before).toMatchObject({ state: 'delivered', attempts: 1 })
  for (const release of held) release()
  await asleep
  expect((await deliveriesOf(t, token, webhook.id))[0]).toEqual(before as NonNullable<typeof before>)
  expect(await webhookOf(t, token, webhook.id)).toMatchObject({ status: 'active', failures: 0 })
})

test('many workers at once send each event once, and those of a subject in their order', async () => {
  const owners = await Promise.all(Array.from({ length: 6 }, () => founder()))
  for (let round = 0; round < 5; round++)
    await Promise.all(owners.map(({ token, orgId }) => rename(t, token, orgId, `Round ${round}`)))
  await Promise.all([t.work(), t.work(), t.work(), t.work()])
  await t.work()
  const ids = endpoint.heard.map(({ event }) => event.id)
  expect(ids).toHaveLength(30)
  expect(new Set(ids).size).toBe(30)
  for (const { orgId } of owners) {
    const ofOrg = endpoint.heard.filter(({ event }) => event.subject === orgId).map(({ event }) => event.id)
    expect(ofOrg).toEqual([...ofOrg].sort())
  }
})

test('a long outage costs an endpoint few requests, and everything arrives after it', async () => {
  const { accessToken: token } = await signIn(t, 'admin@example.com')
  const instance = await makeWebhook(t, token, { url: endpoint.url, events: ['org.updated'] })
  const owners = await Promise.all(Array.from({ length: 12 }, () => founder({ events: ['org.deleted'] })))
  endpoint.answer = (response) => response.writeHead(503).end()
  for (const { token: owner, orgId } of owners) await rename(t, owner, orgId, 'Renamed')
  for (let minute = 0; minute < 60; minute++) {
    await t.work()
    t.clock.advance(60_000)
  }
  const spent = endpoint.heard.length
  // 12 first attempts, and one probe in each pause.
  expect(spent).toBeLessThan(60)
  expect(spent).toBeGreaterThan(12)
  const renew = async () => (await signIn(t, 'admin@example.com')).accessToken
  expect((await webhookOf(t, await renew(), instance.id)).failures).toBe(spent)
  endpoint.answer = (response) => response.writeHead(204).end()
  t.clock.advance(600_000)
  await t.work()
  await t.work()
  const arrived = new Set(endpoint.heard.slice(spent).map(({ event }) => event.subject))
  expect(arrived).toEqual(new Set(owners.map(({ orgId }) => orgId)))
  const fresh = await renew()
  expect(await webhookOf(t, fresh, instance.id)).toMatchObject({ failures: 0, failingSince: null, resumesAt: null })
  await call(t, `DELETE /v1/webhooks/${instance.id}`, { token: fresh })
})

test('an endpoint to which nothing arrives for three days is disabled once, and its owners get one mail', async () => {
  const { email, token, orgId, webhook, renew } = await founder()
  endpoint.answer = (response) => response.writeHead(500).end()
  await rename(t, token, orgId, 'Renamed')
  await rename(t, token, orgId, 'Again')
  for (let hours = 0; hours < 100; hours++) {
    await t.work()
    t.clock.advance(HOUR)
  }
  const fresh = await renew()
  expect(await webhookOf(t, fresh, webhook.id)).toMatchObject({ status: 'disabled', disabledReason: 'failing' })
  expect(t.mails.filter(({ to, subject }) => to === email && subject.includes('was disabled'))).toHaveLength(1)
  const heard = endpoint.heard.length
  await rename(t, fresh, orgId, 'While it is disabled')
  await t.work()
  expect(endpoint.heard).toHaveLength(heard)
  expect((await deliveriesOf(t, fresh, webhook.id)).filter(({ state }) => state === 'pending')).toHaveLength(1)
})

test('one failure after a quiet month disables nothing', async () => {
  const { renew, token, orgId, webhook } = await founder()
  endpoint.answer = (response) => response.writeHead(500).end()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  t.clock.advance(30 * DAY)
  await t.work()
  const fresh = await renew()
  expect(await webhookOf(t, fresh, webhook.id)).toMatchObject({ status: 'active', failures: 2 })
})

test('a change of APP_SECRET fails no endpoint: what cannot be signed waits', async () => {
  const { token, orgId, webhook } = await founder()
  const { db } = t.deps
  await rename(t, token, orgId, 'Renamed')
  await db.$client.execute({ sql: 'UPDATE webhooks SET secret = ? WHERE id = ?', args: ['AAAA.AAAA', webhook.id] })
  await t.work()
  expect(endpoint.heard).toHaveLength(0)
  const [delivery] = await deliveriesOf(t, token, webhook.id)
  expect(delivery).toMatchObject({ state: 'pending', attempts: 1 })
  expect(await webhookOf(t, token, webhook.id)).toMatchObject({ status: 'active', failures: 0 })
  expect(t.logged.some(({ message }) => message === 'a webhook cannot be sent')).toBe(true)
})

test('the log is deleted after 14 days, and what waited for a deleted delivery is sent', async () => {
  const { renew, token, orgId, webhook } = await founder()
  endpoint.answer = (response) => response.writeHead(500).end()
  await rename(t, token, orgId, 'First')
  await t.work()
  await call(t, `PATCH /v1/webhooks/${webhook.id}`, { token, body: { status: 'disabled' } })
  t.clock.advance(10 * DAY)
  let fresh = await renew()
  await call(t, `PATCH /v1/webhooks/${webhook.id}`, { token: fresh, body: { status: 'active' } })
  await rename(t, fresh, orgId, 'Second')
  await call(t, `PATCH /v1/webhooks/${webhook.id}`, { token: fresh, body: { status: 'disabled' } })
  t.clock.advance(5 * DAY)
  const { sweep } = await import('../../../src/modules/webhooks/sweep.ts')
  while (Object.values(await sweep(t.deps, t.clock.now(), 100)).some((count) => count > 0));
  fresh = await renew()
  const left = await deliveriesOf(t, fresh, webhook.id)
  expect(left).toHaveLength(1)
  expect(left[0]).toMatchObject({ state: 'pending', nextAttemptAt: null }) // the endpoint is disabled
  endpoint.answer = (response) => response.writeHead(204).end()
  await call(t, `PATCH /v1/webhooks/${webhook.id}`, { token: fresh, body: { status: 'active' } })
  await t.work()
  expect(endpoint.heard.at(-1)?.event.data).toEqual(expect.anything())
  expect((await deliveriesOf(t, fresh, webhook.id))[0]).toMatchObject({ state: 'delivered' })
})
