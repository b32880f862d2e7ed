/** Who may make, see and change endpoints, and where they may lead. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { webhooks } from '../../../db/tables/index.ts'
import { createPatientFetch } from '../../support/patient-fetch.ts'
import { expectProblem } from '../../http/support/send.ts'
import { call, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp } from '../../support/test-app.ts'
import { join, makeKey, makeOrg } from '../api-keys/support/keys.ts'
import { type Endpoint, startEndpoint } from './support/endpoint.ts'
import { deliveriesOf, deliveryOf, type Made, makeWebhook, rename, webhookOf } from './support/webhooks.ts'

const URL = 'https://hooks.example.com/in'
/** Where the names of the tests lead; a test changes it. */
let address = '127.0.0.1'
const t = await createTestApp({
  deps: {
    fetchPublic: createPatientFetch({ privateTargets: false, resolve: async () => [{ address, family: 4 }] }),
  },
})
await setUpAdmin(t)
let endpoint: Endpoint
let people = 0

beforeEach(async () => {
  endpoint = await startEndpoint()
  address = '127.0.0.1'
})
afterEach(() => endpoint.close())
afterAll(() => t.close())

const person = (): Promise<Session> => signUp(t, `hook-person-${++people}@example.com`)
async function founder() {
  const session = await person()
  return { token: session.accessToken, session, orgId: await makeOrg(t, session.accessToken, `Org ${people}`) }
}
const codeOf = async (route: string, asked: { token: string; body?: unknown; headers?: Record<string, string> }) =>
  expectProblem(await call(t, route, asked)).code

describe('a webhook', () => {
  test('is made, read, listed, changed and deleted by an administrator of its organisation', async () => {
    const { token, orgId } = await founder()
    const made = await makeWebhook(t, token, { url: URL, orgId, events: ['member.*'], name: 'Shop' })
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const { secret: _, ...rest } = made
    expect(await webhookOf(t, token, made.id)).toEqual(rest as Made)
    const listed = await call<{ items: Made[] }>(t, `GET /v1/webhooks?orgId=${orgId}`, { token })
    expect(listed.body.items).toEqual([rest as Made])
    const read = await call(t, `GET /v1/webhooks/${made.id}`, { token })
    const tag = read.headers.get('etag') ?? ''
    const changed = await call(t, `PATCH /v1/webhooks/${made.id}`, {
      token,
      headers: { 'if-match': tag },
      body: { events: ['*'], format: 'slack', payloadVersion: '1' },
    })
    expect(changed.body).toMatchObject({ events: ['*'], format: 'slack', payloadVersion: '1', name: 'Shop' })
    const stale = { token, headers: { 'if-match': tag }, body: { name: 'Late' } }
    expect(await codeOf(`PATCH /v1/webhooks/${made.id}`, stale)).toBe('webhook.changed')
    expect((await call(t, `DELETE /v1/webhooks/${made.id}`, { token })).status).toBe(204)
    expect(await codeOf(`GET /v1/webhooks/${made.id}`, { token })).toBe('webhook.not_found')
    const types = await t.deps.db.$client.execute({
      sql: "SELECT type FROM events WHERE org_id = ? AND type LIKE 'webhook.%' ORDER BY rowid",
      args: [orgId],
    })
    expect(types.rows.map(({ type }) => type)).toEqual(['webhook.created', 'webhook.updated', 'webhook.deleted'])
  })

  test('is not there for a member without the permission, for another organisation, or for a stranger', async () => {
    const { token, orgId } = await founder()
    const made = await makeWebhook(t, token, { url: URL, orgId })
    const member = await person()
    await join(t, orgId, member, ['member'])
    const stranger = await founder()
    for (const other of [member.accessToken, stranger.token]) {
      for (const route of [
        `GET /v1/webhooks/${made.id}`,
        `GET /v1/webhooks/${made.id}/deliveries`,
        `DELETE /v1/webhooks/${made.id}`,
        `POST /v1/webhooks/${made.id}/test`,
        `POST /v1/webhooks/${made.id}/replay`,
        `POST /v1/webhooks/${made.id}/rotate-secret`,
      ])
        expect([route, await codeOf(route, { token: other })]).toEqual([route, 'webhook.not_found'])
      const body = { url: URL, events: ['*'], orgId }
      expect(['auth.forbidden', 'org.not_found']).toContain(await codeOf('POST /v1/webhooks', { token: other, body }))
      expect(await codeOf('POST /v1/webhooks', { token: other, body: { url: URL, events: ['*'] } })).toBe(
        'auth.forbidden',
      )
    }
    const [row] = await t.deps.db.select().from(webhooks).where(eq(webhooks.id, made.id))
    expect(row).toMatchObject({ status: 'active', version: 1 })
  })

  test('shows events, so it needs the right to read them: webhooks:write alone is not enough', async () => {
    const { token, orgId } = await founder()
    const made = await makeWebhook(t, token, { url: URL, orgId })
    const body = { name: 'hooks', permissions: ['webhooks:read', 'webhooks:write'] }
    expect((await call(t, `POST /v1/orgs/${orgId}/roles`, { token, body })).status).toBe(201)
    const clerk = await person()
    await join(t, orgId, clerk, ['hooks'])
    const asked = { token: clerk.accessToken }
    expect((await call(t, `GET /v1/webhooks/${made.id}`, asked)).status).toBe(200)
    for (const [route, sent] of [
      ['POST /v1/webhooks', { url: URL, events: ['*'], orgId }],
      [`PATCH /v1/webhooks/${made.id}`, { url: `${URL}/mine` }],
      [`GET /v1/webhooks/${made.id}/deliveries`, undefined],
      [`POST /v1/webhooks/${made.id}/replay`, { only: 'missed' }],
    ] as const)
      expect([route, await codeOf(route, { ...asked, ...(sent && { body: sent }) })]).toEqual([route, 'auth.forbidden'])
  })

  test('is not made by a program, by an old session, or in the session of another person', async () => {
    const { token, orgId } = await founder()
    const { key } = await makeKey(t, token, { orgId, scopes: ['webhooks:write', 'webhooks:read', 'audit:read'] })
    const body = { url: URL, events: ['*'], orgId }
    expect(await codeOf('POST /v1/webhooks', { token: key, body })).toBe('auth.fresh_session_required')
    const made = await makeWebhook(t, token, { url: URL, orgId })
    expect(await codeOf(`POST /v1/webhooks/${made.id}/rotate-secret`, { token: key })).toBe(
      'auth.fresh_session_required',
    )
    // What shows nothing and changes no target is open to programs.
    expect((await call(t, `POST /v1/webhooks/${made.id}/test`, { token: key })).status).toBe(202)
    expect((await call(t, `GET /v1/webhooks/${made.id}/deliveries`, { token: key })).status).toBe(200)
    const later = await signUp(t, 'later@example.com')
    const laterOrg = await makeOrg(t, later.accessToken, 'Later')
    t.clock.advance(11 * 60_000)
    const renewed = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: later.refreshToken } })
    const old = { token: renewed.body.accessToken, body: { ...body, orgId: laterOrg } }
    expect(await codeOf('POST /v1/webhooks', old)).toBe('auth.fresh_session_required')
  })

  test('of the instance is made by administrators only', async () => {
    const { accessToken } = await signIn(t, 'admin@example.com')
    const made = await makeWebhook(t, accessToken, { url: URL, events: ['user.*'] })
    expect(made.orgId).toBeNull()
    const { token } = await founder()
    expect(await codeOf(`GET /v1/webhooks/${made.id}`, { token })).toBe('webhook.not_found')
    expect(await codeOf('GET /v1/webhooks', { token })).toBe('auth.forbidden')
    expect((await call(t, `DELETE /v1/webhooks/${made.id}`, { token: accessToken })).status).toBe(204)
  })

  test('that leads to a host is told to the person by mail, when it is made and when it is changed', async () => {
    const { token, orgId, session } = await founder()
    const made = await makeWebhook(t, token, { url: `${URL}?token=tXq7`, orgId, events: ['org.deleted'] })
    await call(t, `PATCH /v1/webhooks/${made.id}`, { token, body: { name: 'Same host' } })
    await call(t, `PATCH /v1/webhooks/${made.id}`, { token, body: { url: 'https://elsewhere.example.org/' } })
    await t.work()
    const mails = t.mails.filter(({ to, subject }) => to === session.user.email && subject.includes('new host'))
    expect(mails.map(({ text }) => /Host: (.*)/.exec(text.replaceAll('\u200c', ''))?.[1])).toEqual([
      'hooks.example.com',
      'elsewhere.example.org',
    ])
    expect(JSON.stringify(mails)).not.toContain('tXq7')
  })

  test('of one place there are at most 20, also when many are made at once', async () => {
    const { token, orgId } = await founder()
    const body = { url: URL, events: ['org.deleted'], orgId }
    const answers = await Promise.all(Array.from({ length: 25 }, () => call(t, 'POST /v1/webhooks', { token, body })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20)
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
      new Set(['webhook.too_many']),
    )
  })
})

describe('a filter', () => {
  test.each([
    ['session.*'],
    ['user.created'],
    ['auth.failed'],
    ['nothing.*'],
    ['member.nothing'],
    ['*.*'],
    ['member'],
    [''],
  ])('of an organisation takes no %s', async (wanted) => {
    const { token, orgId } = await founder()
    const body = { url: URL, events: ['member.*', wanted], orgId }
    const answer = await call(t, 'POST /v1/webhooks', { token, body })
    expect([answer.status, answer.body.code]).toEqual([422, 'request.invalid'])
    expect(answer.text).toContain('/events/1')
  })

  test('is bounded and names each type once', async () => {
    const { token, orgId } = await founder()
    for (const events of [
      [],
      ['member.*', 'member.*'],
      Array.from({ length: 101 }, (_, at) => `member.x${'y'.repeat(at)}`),
    ])
      expect(await codeOf('POST /v1/webhooks', { token, body: { url: URL, events, orgId } })).toBe('request.invalid')
  })
})

describe('a target', () => {
  test.each([
    'http://hooks.example.com/in',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/',
    'https://db.internal/',
    'https://user:password@hooks.example.com/',
    'https://hooks.example.com/#part',
    'file:///etc/passwd',
    'ftp://hooks.example.com/',
    'gopher://hooks.example.com/',
    'https:// hooks.example.com/',
    'hooks.example.com/in',
  ])('is refused when it is set: %s', async (url) => {
    const { token, orgId } = await founder()
    const answer = await call(t, 'POST /v1/webhooks', { token, body: { url, events: ['*'], orgId } })
    expect([answer.status, answer.body.code]).toEqual([422, 'request.invalid'])
    expect(answer.text).not.toContain(url)
    const made = await makeWebhook(t, token, { url: URL, orgId })
    expect(await codeOf(`PATCH /v1/webhooks/${made.id}`, { token, body: { url } })).toBe('request.invalid')
  })

  test.each(['127.0.0.1', '10.0.0.1', '100.64.0.1', '169.254.169.254', '0.0.0.0'])(
    'whose name leads to %s gets nothing, whatever the name led to when it was set',
    async (at) => {
      const { token, orgId } = await founder()
      const url = endpoint.url.replace('http:', 'https:')
      const made = await makeWebhook(t, token, { url, orgId, events: ['org.updated'] })
      address = at
      await rename(t, token, orgId, 'Renamed')
      await t.work()
      expect(endpoint.heard).toHaveLength(0)
      const [delivery] = await deliveriesOf(t, token, made.id)
      const { tries } = await deliveryOf(t, token, made.id, delivery?.id ?? '')
      expect(tries).toMatchObject([{ status: null }])
      expect(JSON.stringify(tries)).not.toContain(at)
    },
  )
})

test('the webhooks of an organisation end with it', async () => {
  const { token, orgId } = await founder()
  await makeWebhook(t, token, { url: URL, orgId })
  await t.deps.db.$client.execute({ sql: 'DELETE FROM organisations WHERE id = ?', args: [orgId] })
  expect(await t.deps.db.select().from(webhooks).where(eq(webhooks.orgId, orgId))).toEqual([])
})

test('tests of one webhook have a limit', async () => {
  const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  const { accessToken: token } = await setUpAdmin(limited)
  const { id } = await makeWebhook(limited, token, { url: URL, events: ['org.deleted'] })
  const answers = await Promise.all(
    Array.from({ length: 25 }, () => call(limited, `POST /v1/webhooks/${id}/test`, { token })),
  )
  await limited.close()
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(20)
  expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).not.toBeNull()
})
