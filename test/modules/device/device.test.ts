import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import {
  type ClientRow,
  insert,
  makeClient,
  makePerson,
  type Person,
  payloadOf,
  postForm,
} from '../token/support/oauth.ts'
import { DEVICE_GRANT, decide, makeDeviceClient, page, poll, start, started } from './support/device.ts'

let t: TestApp
let client: ClientRow
let ada: Person
beforeEach(async () => {
  t = await createTestApp()
  client = await makeDeviceClient(t)
  ada = await makePerson(t)
})
afterEach(() => t.close())

const sql = async (text: string) => (await t.deps.db.$client.execute(text)).rows
const errorOf = async (asked: ReturnType<typeof poll>) => (await asked).body.error

test('a device gets tokens once a person has allowed it (RFC 8628 §3)', async () => {
  const { device_code, user_code, ...rest } = await started(t, client)
  expect(user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  expect(Buffer.from(device_code, 'base64url').length).toBe(32)
  expect(rest).toEqual({
    verification_uri: `${ORIGIN}/device`,
    verification_uri_complete: `${ORIGIN}/device?user_code=${user_code}`,
    expires_in: 600,
    interval: 5,
  })
  expect(await errorOf(poll(t, client, device_code))).toBe('authorization_pending')

  const card = await page(t, 'POST /device', { cookie: ada.cookie, form: { code: user_code } })
  expect(card.status, card.text).toBe(200)
  for (const part of ['>Allow<', '>Deny<', 'App', user_code, 'See your name']) expect(card.text).toContain(part)
  expect((await decide(t, ada, user_code, 'allow')).text).toContain('The device is connected')

  t.clock.advance(5_000)
  const answer = await poll(t, client, device_code)
  expect(answer.status, answer.text).toBe(200)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const { access_token, id_token, refresh_token, scope, token_type } = answer.body
  expect([scope, token_type]).toEqual(['openid profile', 'Bearer'])
  expect(payloadOf(access_token)).toMatchObject({ sub: ada.userId, client_id: client.id, aud: ORIGIN })
  expect(payloadOf(access_token)).not.toHaveProperty('sid')
  expect(payloadOf(id_token)).toMatchObject({ sub: ada.userId, aud: client.id, amr: ['pwd'] })
  expect(payloadOf(id_token)).not.toHaveProperty('sid')
  expect(refresh_token).toBeString()

  expect(await errorOf(poll(t, client, device_code))).toBe('invalid_grant')
  expect((await sql('SELECT * FROM device_codes')).length).toBe(0)
  const events = await sql(
    "SELECT type, user_id FROM events WHERE type LIKE 'device.%' OR type LIKE 'grant.%' ORDER BY id",
  )
  expect(events.map(({ type }) => type).sort()).toEqual(['device.approved', 'grant.consented', 'grant.redeemed'])
})

test('the database holds neither code, and the tokens outlive the browser session in which they were allowed', async () => {
  const { device_code, user_code } = await started(t, client)
  const [row] = await sql('SELECT * FROM device_codes')
  for (const secret of [device_code, user_code, user_code.replace('-', '')])
    expect(JSON.stringify(row)).not.toContain(secret)
  await decide(t, ada, user_code, 'allow')
  const { body } = await poll(t, client, device_code)
  await sql(`UPDATE sessions SET ended_at = ${t.clock.now()}`)
  t.deps.principals.forgetAll()
  const refreshed = await postForm(
    t,
    '/oauth/token',
    { grant_type: 'refresh_token', refresh_token: body.refresh_token },
    { client },
  )
  expect(refreshed.status, refreshed.text).toBe(200)
})

test('of 50 requests at once after the approval one gets tokens, and these stay', async () => {
  const { device_code, user_code } = await started(t, client)
  await decide(t, ada, user_code, 'allow')
  const answers = await Promise.all(Array.from({ length: 50 }, () => poll(t, client, device_code)))
  const won = answers.filter(({ status }) => status === 200)
  expect(won.length).toBe(1)
  expect(answers.filter(({ body }) => body.error === 'invalid_grant').length).toBe(49)
  expect((await sql('SELECT ended_at FROM token_families')).map((row) => row.ended_at)).toEqual([null])
})

test('of 20 decisions at once, of two people, one counts', async () => {
  const { device_code, user_code } = await started(t, client)
  const eve = await makePerson(t)
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      decide(t, index % 2 === 0 ? ada : eve, user_code, index % 4 < 2 ? 'allow' : 'deny'),
    ),
  )
  expect(all.every(({ status }) => status < 500)).toBeTrue()
  const events = await sql("SELECT type FROM events WHERE type LIKE 'device.%'")
  expect(events.length).toBe(1)
  const { status } = await poll(t, client, device_code)
  expect(status).toBe(events[0]?.type === 'device.approved' ? 200 : 400)
  expect((await sql('SELECT id FROM grants')).length).toBe(events[0]?.type === 'device.approved' ? 1 : 0)
})

test('a client of one organisation does not learn which other one is active', async () => {
  const [own, other] = ['1', '2'].map((digit) => `org_${digit.repeat(32)}`) as [string, string]
  const columns = { name: 'Org', settings: '{}', version: 1, created_at: 0, updated_at: 0 }
  for (const id of [own, other]) {
    await insert(t, 'organisations', { id, slug: id.slice(-2), ...columns })
    await insert(t, 'org_members', { org_id: id, user_id: ada.userId, joined_at: 0 })
  }
  for (const [active, named] of [
    [other, undefined],
    [own, own],
  ] as const) {
    await t.deps.db.$client.execute({
      sql: 'UPDATE sessions SET org_id = ? WHERE id = ?',
      args: [active, ada.sessionId],
    })
    t.deps.principals.forgetAll()
    const ofOrg = await makeDeviceClient(t, { org_id: own })
    const codes = await started(t, ofOrg)
    await decide(t, ada, codes.user_code, 'allow')
    expect(payloadOf((await poll(t, ofOrg, codes.device_code)).body.access_token).org_id).toBe(named)
  }
})

describe('the device hears', () => {
  test('slow_down when it asks too fast, and must wait five seconds longer each time (§3.5)', async () => {
    const { device_code } = await started(t, client)
    const ask = () => errorOf(poll(t, client, device_code))
    expect(await ask()).toBe('authorization_pending')
    t.clock.advance(4_000)
    expect(await ask()).toBe('slow_down')
    t.clock.advance(5_000)
    expect(await ask()).toBe('slow_down') // now 10 s, and then 15
    t.clock.advance(15_000)
    expect(await ask()).toBe('authorization_pending')
    expect((await sql('SELECT interval_seconds FROM device_codes'))[0]?.interval_seconds).toBe(15)
  })

  test('tokens also when it asks too fast after the approval', async () => {
    const { device_code, user_code } = await started(t, client)
    await poll(t, client, device_code)
    await decide(t, ada, user_code, 'allow')
    expect((await poll(t, client, device_code)).status).toBe(200)
  })

  test('access_denied after a refusal', async () => {
    const { device_code, user_code } = await started(t, client)
    expect((await decide(t, ada, user_code, 'deny')).text).toContain('was not connected')
    expect(await errorOf(poll(t, client, device_code))).toBe('access_denied')
    expect(await sql("SELECT type FROM events WHERE type = 'device.denied'")).toHaveLength(1)
    expect(await sql('SELECT id FROM grants')).toHaveLength(0)
  })

  test('expired_token after ten minutes, approved or not', async () => {
    const [one, other] = [await started(t, client), await started(t, client)]
    await decide(t, ada, other.user_code, 'allow')
    t.clock.advance(600_000)
    for (const { device_code } of [one, other])
      expect(await errorOf(poll(t, client, device_code))).toBe('expired_token')
    expect((await decide(t, ada, one.user_code, 'allow')).status).toBe(400)
  })

  test.each(['nonsense', '', 'A'.repeat(43), 'é', '../device', 'A'.repeat(5000)])(
    'that %p is no code',
    async (text) => {
      const { status, body } = await poll(t, client, text)
      expect([status, body.error]).toEqual([400, text === '' ? 'invalid_request' : 'invalid_grant'])
    },
  )

  test('nothing of the code of another client', async () => {
    const other = await makeDeviceClient(t)
    const { device_code, user_code } = await started(t, client)
    await decide(t, ada, user_code, 'allow')
    expect(await errorOf(poll(t, other, device_code))).toBe('invalid_grant')
    expect((await poll(t, client, device_code)).status).toBe(200)
  })

  test('invalid_grant for a client without the grant type that has another', async () => {
    const other = await makeClient(t)
    expect(await errorOf(poll(t, other, 'A'.repeat(43)))).toBe('unauthorized_client')
  })
})

describe('what was allowed ends before the device comes', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['with the session in which it was allowed', () => call(t, 'POST /v1/auth/sign-out', { cookie: ada.cookie })],
    ['with the account', () => sql("UPDATE users SET status = 'disabled'")],
    ['with the grant', () => sql('UPDATE grants SET ended_at = 1')],
    ['with the client', () => sql("UPDATE oauth_clients SET status = 'disabled'")],
    [
      'with the trust of the account in that session',
      () => sql('UPDATE users SET trust_epoch = trust_epoch + 1, trusted_from = trust_epoch + 1'),
    ],
  ])('%s', async (_, end) => {
    const { device_code, user_code } = await started(t, client)
    await decide(t, ada, user_code, 'allow')
    await end()
    t.deps.principals.forgetAll()
    const { status, body } = await poll(t, client, device_code)
    expect([400, 401]).toContain(status)
    expect(body.access_token).toBeUndefined()
    expect(await sql('SELECT id FROM token_families')).toHaveLength(0)
  })
})

describe('POST /oauth/device', () => {
  test.each<[string, Record<string, string>, string]>([
    ['a scope that is unknown', { scope: 'nonsense:scope' }, 'invalid_scope'],
    ['a resource that is unknown', { resource: 'https://unknown.example' }, 'invalid_target'],
    ['details of no resource', { authorization_details: '[{"type":"x"}]' }, 'invalid_authorization_details'],
  ])('refuses %s', async (_, fields, error) => {
    const answer = await start(t, client, fields)
    expect([answer.status, answer.body.error]).toEqual([400, error])
    expect(await sql('SELECT * FROM device_codes')).toHaveLength(0)
  })

  test('refuses a client without the grant type, an unknown one, and a wrong secret', async () => {
    expect((await start(t, await makeClient(t))).body.error).toBe('unauthorized_client')
    expect((await start(t, { id: 'cli_unknown', secret: undefined })).body.error).toBe('invalid_client')
    const confidential = await makeDeviceClient(t, { auth_method: 'client_secret_basic' })
    expect((await start(t, { ...confidential, secret: 'wrong' })).body.error).toBe('invalid_client')
    expect((await start(t, { ...confidential, secret: undefined })).body.error).toBe('invalid_client')
    expect((await start(t, confidential)).status).toBe(200)
  })

  test('refuses parameters that come twice, and bodies that are no form', async () => {
    expect((await start(t, client, { scope: ['openid', 'profile'] })).body.error).toBe('invalid_request')
    const json = await call(t, 'POST /oauth/device', { body: { client_id: client.id } })
    expect([401, 415]).toContain(json.status)
  })

  test('1000 codes differ, and their letters are as likely', async () => {
    const { newUserCode } = await import('../../../src/modules/device/user-code.ts')
    const codes = Array.from({ length: 1000 }, () => newUserCode(t.deps))
    expect(new Set(codes).size).toBe(1000)
    const counts = new Map<string, number>()
    for (const letter of codes.join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    expect(counts.size).toBe(20)
    for (const count of counts.values()) expect(count).toBeGreaterThan(250) // 400 are expected
  })

  test('takes another code when a device shows the same one', async () => {
    let calls = 0
    const bytes = (count: number) => {
      const made = new Uint8Array(count)
      if (count === 8 && calls++ < 2) return made // the same user code twice
      return t.deps.random.bytes(count)
    }
    const deps = { ...t.deps, random: { ...t.deps.random, bytes } }
    const { createApp } = await import('../../../src/app.ts')
    const at = { ...t, app: createApp(deps) }
    const codes = [await started(at, client), await started(at, client)].map(({ user_code }) => user_code)
    expect(codes[0]).toBe('BBBB-BBBB')
    expect(codes[1]).not.toBe('BBBB-BBBB')
  })
})

test('the token endpoint takes no DPoP-bound code from elsewhere: grant_type is exact', async () => {
  const { device_code } = await started(t, client)
  for (const grant_type of [`${DEVICE_GRANT} `, DEVICE_GRANT.toUpperCase(), 'device_code']) {
    const { body } = await postForm(t, '/oauth/token', { grant_type, device_code }, { client })
    expect(body.error).toBe('unsupported_grant_type')
  }
})
