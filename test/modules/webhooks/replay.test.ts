/** Replays, tests and the rotation of secrets. */
import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { expectProblem } from '../../http/support/send.ts'
import { beforeWrite } from '../../support/before-write.ts'
import { call, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { join, makeOrg } from '../api-keys/support/keys.ts'
import { createHookApp, type Endpoint, type Heard, startEndpoint } from './support/endpoint.ts'
import { type Delivery, deliveriesOf, type Made, makeWebhook, rename, webhookOf } from './support/webhooks.ts'

const HOUR = 3_600_000
const t = await createHookApp()
let endpoint: Endpoint
let people = 0

beforeEach(async () => {
  endpoint = await startEndpoint()
})
afterEach(() => endpoint.close())
afterAll(() => t.close())

async function founder(body: object = {}) {
  const email = `replayer-${++people}@example.com`
  const { accessToken: token } = await signUp(t, email)
  const orgId = await makeOrg(t, token, `Org ${people}`)
  const webhook = await makeWebhook(t, token, { url: endpoint.url, events: ['org.updated'], orgId, ...body })
  return { token, orgId, webhook, path: `/v1/webhooks/${webhook.id}`, email }
}
const signers = (secrets: readonly string[], { headers, body }: Heard): boolean[] =>
  secrets.map((secret) => {
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    const mac = createHmac('sha256', key).update(content).digest('base64')
    return String(headers['webhook-signature']).split(' ').includes(`v1,${mac}`)
  })

test('a delivery that was given up or has arrived is sent again with the same id and bytes, and the log has both', async () => {
  const { token, orgId, webhook, path } = await founder()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  const [first] = await deliveriesOf(t, token, webhook.id)
  const replayed = await call<Delivery>(t, `POST ${path}/deliveries/${first?.id}/replay`, { token })
  expect(replayed.status, replayed.text).toBe(202)
  expect(replayed.body).toMatchObject({ cause: 'replay', state: 'pending', eventId: first?.eventId })
  await t.work()
  expect(endpoint.heard.map(({ headers }) => headers['webhook-id'])).toEqual([first?.eventId, first?.eventId])
  expect(endpoint.heard[0]?.body).toBe(endpoint.heard[1]?.body as string)
  const log = await deliveriesOf(t, token, webhook.id)
  expect(log.map(({ cause, state }) => [cause, state])).toEqual([
    ['replay', 'delivered'],
    ['event', 'delivered'],
  ])
})

test('a delivery that waits for its next attempt is sent now, not twice', async () => {
  const { token, orgId, webhook, path } = await founder()
  endpoint.answer = (response) => response.writeHead(500).end()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  endpoint.answer = (response) => response.writeHead(204).end()
  const [first] = await deliveriesOf(t, token, webhook.id)
  const replayed = await call<Delivery>(t, `POST ${path}/deliveries/${first?.id}/replay`, { token })
  expect(replayed.body).toMatchObject({ id: first?.id, cause: 'event' })
  await t.work()
  expect(endpoint.heard).toHaveLength(2)
  expect(await deliveriesOf(t, token, webhook.id)).toMatchObject([{ id: first?.id, state: 'delivered', attempts: 2 }])
})

test('a repeated replay, test or creation with one Idempotency-Key takes effect once', async () => {
  const { token, orgId, webhook, path } = await founder()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  const [first] = await deliveriesOf(t, token, webhook.id)
  for (const route of [`POST ${path}/deliveries/${first?.id}/replay`, `POST ${path}/test`, `POST ${path}/replay`]) {
    const headers = { 'idempotency-key': route.slice('POST '.length) }
    const answers = await Promise.all([1, 2, 3].map(() => call<{ id: string }>(t, route, { token, headers })))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  }
  const asked = {
    token,
    headers: { 'idempotency-key': 'create' },
    body: { url: endpoint.url, events: ['org.updated'], orgId },
  }
  const made = await call<Made>(t, 'POST /v1/webhooks', asked)
  const again = await call<Made>(t, 'POST /v1/webhooks', asked)
  expect(made.body.secret).toStartWith('whsec_')
  expect(again.body).toMatchObject({ id: made.body.id })
  expect(again.text).not.toContain('whsec_')
  await t.work()
  expect((await deliveriesOf(t, token, webhook.id)).map(({ cause }) => cause)).toEqual(['test', 'replay', 'event'])
})

test('a replay of a time sends what was given up, in its order, once, also when its job is done twice', async () => {
  const { token, orgId, webhook, path, email } = await founder()
  endpoint.answer = (response) => response.writeHead(410).end()
  await rename(t, token, orgId, 'Gone')
  await t.work()
  endpoint.answer = (response) => response.writeHead(204).end()
  await call(t, `PATCH ${path}`, { token, body: { status: 'active' } })
  for (const name of ['A', 'B', 'C']) await rename(t, token, orgId, name)
  await t.work()
  expect(endpoint.heard).toHaveLength(4)
  t.clock.advance(HOUR)
  const fresh = (await signIn(t, email)).accessToken
  const failed = await call(t, `POST ${path}/replay`, { token: fresh })
  expect(failed.status, failed.text).toBe(202)
  await t.work()
  expect(endpoint.heard.slice(4).map(({ event }) => event.id)).toEqual([endpoint.heard[0]?.event.id as string])
  const all = await call<{ id: string }>(t, `POST ${path}/replay`, { token: fresh, body: { only: 'all' } })
  expect(all.status, all.text).toBe(202)
  await t.work()
  const ids = endpoint.heard.slice(0, 4).map(({ event }) => event.id)
  expect(endpoint.heard.slice(5).map(({ event }) => event.id)).toEqual(ids)
  const { replayRange } = await import('../../../src/modules/webhooks/replay-range.ts')
  const payload = {
    webhookId: webhook.id,
    only: 'all',
    since: t.clock.now() - 2 * HOUR,
    until: t.clock.now(),
    after: '0',
    replayId: all.body.id,
  }
  await replayRange(t.deps, { id: 'job_twice', userId: null, payload, queuedAt: t.clock.now() })
  await t.work()
  expect(endpoint.heard).toHaveLength(9)
})

test('events that were missed while a webhook was disabled are sent, only those of its place and filter, and once', async () => {
  const { token, orgId, path, webhook } = await founder()
  const other = await founder({ events: ['webhook.*'] })
  await call(t, `PATCH ${path}`, { token, body: { status: 'disabled' } })
  await rename(t, token, orgId, 'Missed')
  await rename(t, other.token, other.orgId, 'Of others')
  await t.work()
  expectProblem(await call(t, `POST ${path}/replay`, { token, body: { only: 'missed' } }))
  t.clock.advance(1)
  await call(t, `PATCH ${path}`, { token, body: { status: 'active' } })
  t.clock.advance(1)
  const since = new Date(t.clock.now() - HOUR).toISOString()
  for (let round = 0; round < 2; round++) {
    const asked = await call(t, `POST ${path}/replay`, { token, body: { since, only: 'missed' } })
    expect(asked.status, asked.text).toBe(202)
    await t.work()
    t.clock.advance(1)
    expect(
      endpoint.heard.filter(({ event }) => event.type === 'org.updated').map(({ event }) => event.subject),
    ).toEqual([orgId])
  }
  // From now on it is a delivery like any other.
  const again = await call(t, `POST ${path}/replay`, { token, body: { since, only: 'all' } })
  expect(again.status, again.text).toBe(202)
  await t.work()
  expect(endpoint.heard.filter(({ event }) => event.type === 'org.updated')).toHaveLength(2)
  const log = await deliveriesOf(t, token, webhook.id)
  expect(new Set(log.map(({ eventType }) => eventType))).toEqual(new Set(['org.updated']))
})

test('a rotation signs with both secrets until the overlap ends; of two at once one is refused', async () => {
  const { token, webhook, path } = await founder()
  const overlapUntil = new Date(t.clock.now() + 60_000).toISOString()
  const answers = await Promise.all(
    [1, 2].map(() => call<Made>(t, `POST ${path}/rotate-secret`, { token, body: { overlapUntil } })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  const next = answers.find(({ status }) => status === 200)?.body.secret ?? ''
  expect((await webhookOf(t, token, webhook.id)).previousSecretUntil).toBe(overlapUntil)
  const heard = async () => {
    const before = endpoint.heard.length
    expect((await call(t, `POST ${path}/test`, { token })).status).toBe(202)
    await t.work()
    return endpoint.heard[before] as Heard
  }
  expect(signers([next, webhook.secret], await heard())).toEqual([true, true])
  t.clock.advance(60_001)
  expect(signers([next, webhook.secret], await heard())).toEqual([true, false])
  const ended = await call<Made>(t, `POST ${path}/rotate-secret`, {
    token,
    body: { overlapUntil: new Date(t.clock.now()).toISOString() },
  })
  expect(ended.body.previousSecretUntil).toBeNull()
  expect(signers([ended.body.secret, next, webhook.secret], await heard())).toEqual([true, false, false])
})

test('who loses the role in the same moment replaces no secret', async () => {
  const { token, orgId, webhook, path } = await founder()
  const helper = await signUp(t, `helper-${people}@example.com`)
  await join(t, orgId, helper, ['admin'])
  const stored = async () =>
    (await t.deps.db.$client.execute({ sql: 'SELECT * FROM webhooks WHERE id = ?', args: [webhook.id] })).rows[0]
  const before = { ...(await stored()) }
  beforeWrite(t, 'webhooks', async () => {
    const body = { roles: ['member'] }
    const demoted = await call(t, `PATCH /v1/orgs/${orgId}/members/${helper.user.id}`, { token, body })
    expect(demoted.status, demoted.text).toBe(200)
  })
  const refused = await call(t, `POST ${path}/rotate-secret`, { token: helper.accessToken, body: {} })
  expect([refused.status, refused.body.code]).toEqual([401, 'session.expired'])
  expect({ ...(await stored()) }).toEqual(before)
})

/** Each route that sends something again, with the table that it writes. */
const sends: [string, string][] = [
  ['test', 'webhook_deliveries'],
  ['replay', 'jobs'],
  ['deliveries/:id/replay', 'webhook_deliveries'],
]
const logOf = async (id: string) =>
  (await t.deps.db.$client.execute({ sql: 'SELECT id FROM webhook_deliveries WHERE webhook_id = ?', args: [id] })).rows
const noted = async () =>
  (await t.deps.db.$client.execute("SELECT id FROM events WHERE type IN ('webhook.tested', 'webhook.replayed')")).rows

test.each(sends)('nor has anything sent, and is not told that it was: %s', async (route, table) => {
  const { token, orgId, webhook, path } = await founder()
  const helper = await signUp(t, `helper-${people}@example.com`)
  await join(t, orgId, helper, ['admin'])
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  const [first] = await deliveriesOf(t, token, webhook.id)
  const before = [await logOf(webhook.id), await noted()]
  beforeWrite(t, table, async () => {
    const body = { roles: ['member'] }
    const demoted = await call(t, `PATCH /v1/orgs/${orgId}/members/${helper.user.id}`, { token, body })
    expect(demoted.status, demoted.text).toBe(200)
  })
  const asked = `POST ${path}/${route.replace(':id', first?.id ?? '')}`
  const refused = await call(t, asked, { token: helper.accessToken })
  expect([refused.status, refused.body.code]).toEqual([401, 'session.expired'])
  await t.work()
  expect([await logOf(webhook.id), await noted()]).toEqual(before)
  expect(endpoint.heard).toHaveLength(1)
})

test('an administrator who uses the session of an owner sends with the roles of the owner', async () => {
  const { token, orgId, webhook, path, email } = await founder()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  const [first] = await deliveriesOf(t, token, webhook.id)
  const administrator = await setUpAdmin(t)
  const { user } = await signIn(t, email)
  const { body: used } = await call<Session>(t, `POST /v1/users/${user.id}/impersonate`, {
    token: administrator.accessToken,
    body: { reason: 'Ticket 4711' },
  })
  for (const [route] of sends) {
    const asked = `POST ${path}/${route.replace(':id', first?.id ?? '')}`
    const answer = await call(t, asked, { token: used.accessToken })
    expect([route, answer.status, answer.text.slice(0, 200)]).toMatchObject([route, 202, expect.any(String)])
  }
  await t.work()
  const log = await deliveriesOf(t, token, webhook.id)
  expect(log.map(({ cause, state }) => `${cause} ${state}`).sort()).toEqual([
    'event delivered',
    'replay delivered',
    'test delivered',
  ])
})

test('no secret is stored in the clear, and none is in an answer but the first', async () => {
  const { token, webhook, path } = await founder()
  const { rows } = await t.deps.db.$client.execute('SELECT * FROM webhooks')
  expect(JSON.stringify(rows)).not.toContain(webhook.secret)
  for (const route of [`GET ${path}`, `GET /v1/webhooks?orgId=${webhook.orgId}`])
    expect((await call(t, route, { token })).text).not.toContain('whsec_')
})

test('a disabled webhook gets no test and no replay', async () => {
  const { token, orgId, path, webhook } = await founder()
  await rename(t, token, orgId, 'Renamed')
  await t.work()
  const [first] = await deliveriesOf(t, token, webhook.id)
  await call(t, `PATCH ${path}`, { token, body: { status: 'disabled' } })
  for (const route of [`POST ${path}/test`, `POST ${path}/replay`, `POST ${path}/deliveries/${first?.id}/replay`]) {
    const answer = await call(t, route, { token })
    expect([route, answer.status, expectProblem(answer).code]).toEqual([route, 409, 'webhook.disabled'])
  }
})
