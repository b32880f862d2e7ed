/** What one webhook may cost, and what a change of its format or of the clock does to deliveries that wait. */
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { endOfEvents } from '../../../src/modules/webhooks/delivery-queries.ts'
import { expectProblem } from '../../http/support/send.ts'
import { call, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { makeOrg } from '../api-keys/support/keys.ts'
import { createHookApp, type Endpoint, startEndpoint } from './support/endpoint.ts'
import { deliveriesOf, makeWebhook, rename, webhookOf } from './support/webhooks.ts'

const HOUR = 3_600_000
const t = await createHookApp({ env: { RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '1000' } })
let endpoint: Endpoint
let people = 0

beforeEach(async () => {
  endpoint = await startEndpoint()
})
afterEach(() => endpoint.close())
afterAll(() => t.close())

async function founder(body: object = {}) {
  const email = `bounded-${++people}@example.com`
  const { accessToken: token } = await signUp(t, email)
  const orgId = await makeOrg(t, token, `Org ${people}`)
  const webhook = await makeWebhook(t, token, { url: endpoint.url, events: ['org.updated'], orgId, ...body })
  return { token, orgId, webhook, path: `/v1/webhooks/${webhook.id}`, email }
}

test('after a change of the format, the bytes of before have the type of before', async () => {
  const { token, orgId, webhook, path } = await founder({ format: 'cloudevents' })
  endpoint.answer = (response) => response.writeHead(500).end()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  endpoint.answer = (response) => response.writeHead(204).end()
  const changed = await call(t, `PATCH ${path}`, { token, body: { format: 'standard' } })
  expect(changed.status, changed.text).toBe(200)
  const [first] = await deliveriesOf(t, token, webhook.id)
  expect((await call(t, `POST ${path}/deliveries/${first?.id}/replay`, { token })).status).toBe(202)
  await t.work()
  await rename(t, token, orgId, 'Again')
  await t.work()
  const types = endpoint.heard.map(({ headers }) => headers['content-type'])
  expect(types).toEqual([
    'application/cloudevents+json; charset=utf-8',
    'application/cloudevents+json; charset=utf-8',
    'application/json',
  ])
  expect(endpoint.heard[1]?.body).toBe(endpoint.heard[0]?.body as string)
})

test('an endpoint that paused under a clock that was ahead goes on when the clock is right', async () => {
  const { token, orgId, webhook, email } = await founder()
  endpoint.answer = (response) => response.writeHead(429, { 'retry-after': '3600' }).end()
  await rename(t, token, orgId, 'Renamed')
  const ahead = 400 * 24 * HOUR
  t.clock.set(ahead)
  await t.work()
  expect(endpoint.heard).toHaveLength(1)
  t.clock.set(-ahead)
  const fresh = (await signIn(t, email)).accessToken
  expect((await webhookOf(t, fresh, webhook.id)).resumesAt).not.toBeNull()
  const { sweep } = await import('../../../src/modules/webhooks/sweep.ts')
  await sweep(t.deps, t.clock.now(), 100)
  expect((await webhookOf(t, fresh, webhook.id)).resumesAt).toBeNull()
  endpoint.answer = (response) => response.writeHead(204).end()
  await sweep(t.deps, t.clock.now(), 100) // queues a job: something is due now
  await t.work()
  expect((await deliveriesOf(t, fresh, webhook.id))[0]).toMatchObject({ state: 'delivered', attempts: 2 })
})

test('a replay of what an organisation missed reads the events of no other; that of the instance reads all', async () => {
  const { accessToken: root } = await setUpAdmin(t)
  const ofInstance = await makeWebhook(t, root, {})
  t.clock.advance(1)
  const since = t.clock.now()
  const other = await founder()
  t.clock.advance(1)
  const { webhook, orgId } = await founder()
  const { db } = t.deps
  const range = { replayId: 'evt_r', since, until: t.clock.now() + 1, after: '', now: since, limit: 1 }
  const orgOfLast = async (webhookId: string) => {
    const [end] = await endOfEvents(db, { ...range, webhookId })
    const sql = 'SELECT org_id FROM events WHERE id = ?'
    return end?.last == null ? null : (await db.$client.execute({ sql, args: [end.last] })).rows[0]?.org_id
  }
  expect(await orgOfLast(webhook.id)).toBe(orgId)
  expect(await orgOfLast(other.webhook.id)).toBe(other.orgId)
  const [first] = (await db.$client.execute(`SELECT id FROM events WHERE at >= ${since} ORDER BY id`)).rows
  expect((await endOfEvents(db, { ...range, webhookId: ofInstance.id }))[0]?.last).toBe(String(first?.id))
  expect((await endOfEvents(db, { ...range, webhookId: 'whk_deleted' }))[0]?.last).toBeNull()
})

test('replays of a time are few: each sends what was sent in two weeks', async () => {
  const { token, path } = await founder()
  for (let n = 0; n < 10; n++) expect((await call(t, `POST ${path}/replay`, { token })).status).toBe(202)
  const refused = await call(t, `POST ${path}/replay`, { token })
  expect(expectProblem(refused).code).toBe('request.rate_limited')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const other = await founder()
  expect((await call(t, `POST ${other.path}/replay`, { token: other.token })).status).toBe(202)
})
