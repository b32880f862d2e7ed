/** The operator as a caller of routes (`bun run cli api`): nothing that comes over the network, or that is stored, becomes it. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { OPERATOR } from '../../src/core/authz/operator.ts'
import { clientPeers } from '../../src/http/client-peers.ts'
import { asOperator } from '../../src/http/operator-requests.ts'
import { runJobs } from '../../src/jobs.ts'
import { runOperation } from '../../src/operator/operations.ts'
import { call, PASSWORD, setUpAdmin, signUp } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
})
afterAll(() => t.close())

const byOperator = async (methodAndPath: string, body?: object, idempotencyKey?: string, { deps } = t) => {
  const [method, path] = methodAndPath.split(' ')
  let [status, text] = [0, '']
  for await (const reply of runOperation(deps, 'api.call', { method, path, body, idempotencyKey }))
    if ('item' in reply) {
      const item = reply.item as { status: number } | { text: string }
      if ('status' in item) status = item.status
      else text += item.text
    }
  return { status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
}
const rowsOf = async (table: string) =>
  (await t.deps.db.$client.execute(`SELECT * FROM "${table}"`)).rows.map((row) => JSON.stringify({ ...row }))

test('what is made from a request of the operator is a request of nobody', async () => {
  const request = () => asOperator(new Request(`${ORIGIN}/v1/roles`))
  const statusOf = async (one: Request) => (await t.app.handle(one)).status
  expect(await statusOf(request())).toBe(200)
  for (const copy of [request().clone(), new Request(request()), new Request(request(), { method: 'GET' })])
    expect(await statusOf(copy)).toBe(401)
})

test('a question about its id is about somebody unknown', async () => {
  for (const type of ['operator', 'user', 'service_account', 'api_key', 'client'])
    for (const id of [OPERATOR.id, 'operator', 'null']) {
      const body = { subject: { type, id }, action: { name: 'users:read' }, resource: { type: 'users', id: '1' } }
      const { status, body: answer } = await call(t, 'POST /access/v1/evaluation', { token, body })
      expect([type, id, status, answer.decision]).toEqual([type, id, 200, false])
    }
})

test('its idempotency keys are its own', async () => {
  const user = await signUp(t, `same-key-${crypto.randomUUID()}@example.com`)
  const body = { to: [{ userId: user.user.id }], title: 'Of the operator' }
  const [key, title] = [crypto.randomUUID(), 'Of an administrator']
  const made = await byOperator('POST /v1/notifications', body, key)
  expect(made.status).toBe(201)
  expect((await byOperator('POST /v1/notifications', body, key)).body.id).toBe(made.body.id)
  const other = await call<{ id: string; title: string }>(t, 'POST /v1/notifications', {
    token,
    headers: { 'idempotency-key': key },
    body: { ...body, title },
  })
  expect([other.status, other.body.title, other.body.id === made.body.id]).toEqual([201, title, false])
})

test('no client can have its id, which no event names', async () => {
  const client = { clientId: OPERATOR.id, name: 'Operator', redirectUris: ['https://app.example/back'] }
  const refused = await byOperator('POST /v1/oauth-clients', client)
  expect(refused.status).toBe(422)
  const outcomeOf = (clientId: string) =>
    Array.fromAsync(
      runOperation(t.deps, 'oauth-clients.import', { rows: [{ ...client, clientId }], dryRun: false }),
    ).then(JSON.stringify)
  expect(await outcomeOf(OPERATOR.id.slice(1))).toContain('"created"')
  expect(await outcomeOf(OPERATOR.id)).toContain('"refused"')
  expect((await rowsOf('oauth_clients')).filter((row) => row.includes(OPERATOR.id))).toEqual([])

  const reader = await signUp(t, `reader-${crypto.randomUUID()}@example.com`)
  expect((await byOperator('POST /v1/notifications', { to: [{ role: 'user' }], title: 'To all' })).status).toBe(201)
  expect((await byOperator(`POST /v1/users/${reader.user.id}/disable`, {})).status).toBe(200)
  await runJobs(t.deps, 'queue')
  for (const table of ['events', 'users', 'sessions', 'api_keys', 'jobs', 'webhook_deliveries'])
    expect([table, (await rowsOf(table)).filter((row) => row.includes(OPERATOR.id))]).toEqual([table, []])
})

test('it has no address, which is no warning about the network', async () => {
  const other = await createTestApp({ deps: { peerAddress: () => undefined } })
  try {
    const signUpOf = () => ({ email: `public-${crypto.randomUUID()}@example.com`, password: PASSWORD })
    const warned = () =>
      clientPeers(other.deps)
        .found()
        .map(({ code }) => code)
    expect((await byOperator('POST /v1/auth/sign-up', signUpOf(), undefined, other)).status).toBe(201)
    expect(warned()).not.toContain('peer.unknown')
    expect((await call(other, 'POST /v1/auth/sign-up', { body: signUpOf() })).status).toBe(201)
    expect(warned()).toContain('peer.unknown')
  } finally {
    await other.close()
  }
})
