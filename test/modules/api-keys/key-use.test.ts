/** What a key is checked for on each use, its rotation, its revocation by value, and what is stored about its use. */
import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from 'bun:test'
import { join } from 'node:path'
import { importJWK, jwtVerify } from 'jose'
import { createKeyRing } from '../../../src/modules/signing-keys/key-ring.ts'
import { createApp } from '../../../src/app.ts'
import { call, type Session, setUpAdmin } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeKey, makeSigned, type Made, statusWith } from './support/keys.ts'
import { forged } from '../../support/forged.ts'

let t: TestApp
let admin: Session
let token: string
beforeAll(async () => {
  t = await createTestApp({ env: { TRUSTED_PROXIES: '10.0.0.0/8' } })
  admin = await setUpAdmin(t)
  token = admin.accessToken
})
afterAll(() => t.close())

let spies: { mockRestore(): void }[] = []
afterEach(() => {
  for (const spy of spies) spy.mockRestore()
  spies = []
})

const codeWith = async (key: string) => (await call(t, 'GET /v1/users', { token: key })).body.code

describe('networks', () => {
  /** The same app, for a peer of another address. */
  const from = (peer: string | undefined) => ({ ...t, app: createApp({ ...t.deps, peerAddress: () => peer }) })
  const ask = async (peer: string | undefined, key: string, forwarded?: string) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    const { status, body } = await call(from(peer), 'GET /v1/users', { token: key, headers })
    return status === 200 ? 200 : body.code
  }

  test('of a key are those of the client, as a trusted proxy tells it and as nobody else does', async () => {
    const refused = 'apikey.network_refused'
    const { key } = await makeKey(t, token, { networks: ['198.51.100.0/24', '2001:db8::/32', '203.0.113.9'] })
    for (const peer of ['198.51.100.1', '2001:db8:1::1', '203.0.113.9', '::ffff:198.51.100.7'])
      expect(await ask(peer, key), peer).toBe(200)
    for (const peer of ['198.51.101.1', '2001:db9::1', '203.0.113.8', undefined])
      expect(await ask(peer, key)).toBe(refused)
    expect(await ask('10.0.0.1', key, '198.51.100.1')).toBe(200)
    expect(await ask('10.0.0.1', key, '198.51.100.1, 192.0.2.1')).toBe(refused)
    expect(await ask('192.0.2.1', key, '198.51.100.1')).toBe(refused) // no proxy of ours
    expect(await ask('10.0.0.1', key)).toBe(refused)
  })

  test('are checked on each use, from memory too, and a proxy that cannot be read is not its client', async () => {
    const { key } = await makeKey(t, token, { networks: ['10.0.0.0/8'] })
    const deps = { ...t.deps, peerAddress: () => peer }
    let peer = '10.0.0.1'
    const app = { ...t, app: createApp(deps) }
    expect(await statusWith(app, key)).toBe(200)
    peer = '192.0.2.1'
    expect(await statusWith(app, key)).toBe(403)
    expect(await ask('10.0.0.1', key, 'nonsense!')).toBe('apikey.network_refused')
  })
})

describe('a rotation', () => {
  const rotate = (id: string, body: object = {}) => call<Made>(t, `POST /v1/api-keys/${id}/rotate`, { token, body })

  test('gives a key with the same terms; the old one works for 24 hours more', async () => {
    for (const make of [makeKey, makeSigned]) {
      const old = await make(t, token, { networks: ['203.0.113.0/24'], metadata: { team: 'a' }, requestsPerMinute: 9 })
      expect(await statusWith(t, old.key)).toBe(200)
      const { status, body: next } = await rotate(old.id)
      expect(status).toBe(201)
      const { id, key, hint, replaces, ...same } = next
      const { id: _, key: __, hint: ___, replaces: ____, ...before } = old
      expect(same).toEqual(before)
      expect([replaces, key === old.key, id === old.id]).toEqual([old.id, false, false])
      expect([await statusWith(t, old.key), await statusWith(t, key)]).toEqual([200, 200])
      t.clock.advance(86_400_000)
      expect([await statusWith(t, old.key), await statusWith(t, key)]).toEqual([401, 200])
      t.clock.advance(-86_400_000)
    }
  })

  test('of one key at the same time succeeds once, and never again', async () => {
    const old = await makeKey(t, token)
    const answers = await Promise.all(Array.from({ length: 5 }, () => rotate(old.id)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409])
    const again = await rotate(old.id)
    expect([again.status, (again.body as { code?: string }).code]).toEqual([409, 'apikey.already_rotated'])
    const { rows } = await t.deps.db.$client.execute({
      sql: 'SELECT id FROM api_keys WHERE replaces = ?',
      args: [old.id],
    })
    expect(rows.length).toBe(1)
  })

  test('makes the old key live no longer than it would have', async () => {
    const old = await makeKey(t, token, { expiresAt: new Date(t.clock.now() + 3_600_000).toISOString() })
    expect((await rotate(old.id)).status).toBe(201)
    t.clock.advance(3_600_000)
    expect(await statusWith(t, old.key)).toBe(401)
    t.clock.advance(-3_600_000)
    for (const body of [
      { overlapUntil: '2099-01-01T00:00:00.000Z' },
      { expiresAt: '2020-01-01T00:00:00.000Z' },
      { scopes: ['users:write'] },
    ])
      expect((await rotate((await makeKey(t, token)).id, body)).status).toBe(422)
  })

  test('of a revoked key is 404, also when both are asked at once', async () => {
    const old = await makeKey(t, token)
    const [rotated, revoked] = await Promise.all([rotate(old.id), call(t, `DELETE /v1/api-keys/${old.id}`, { token })])
    expect([201, 404]).toContain(rotated.status)
    expect(revoked.status).toBe(204)
    expect(await statusWith(t, old.key)).toBe(401)
    expect((await rotate(old.id)).status).toBe(404)
  })
})

test('a key that is revoked while it is used is refused from then on', async () => {
  const { key, id } = await makeKey(t, token)
  const uses: Promise<number>[] = []
  for (let use = 0; use < 20; use++) uses.push(statusWith(t, key))
  const revoked = call(t, `DELETE /v1/api-keys/${id}`, { token })
  for (let use = 0; use < 20; use++) uses.push(statusWith(t, key))
  expect((await revoked).status).toBe(204)
  for (const status of await Promise.all(uses)) expect([200, 401]).toContain(status)
  for (let use = 0; use < 5; use++) expect(await statusWith(t, key)).toBe(401)
})

describe('a key that someone found', () => {
  const report = (key: string) => call(t, 'POST /v1/api-keys/revoke', { body: { key } })

  test('ends, is named in the audit log, and its owner gets one mail', async () => {
    for (const make of [makeKey, makeSigned]) {
      const { key, id } = await make(t, token, { name: `Found ${t.deps.random.requestId()}` })
      expect(await statusWith(t, key)).toBe(200)
      const mails = t.mails.length
      const answers = await Promise.all([report(key), report(key), report(key)])
      expect(answers.map(({ status, text }) => [status, text])).toEqual([
        [204, ''],
        [204, ''],
        [204, ''],
      ])
      expect(await statusWith(t, key)).toBe(401)
      await t.work()
      expect(t.mails.slice(mails).filter(({ subject }) => subject.includes('found and revoked')).length).toBe(1)
      const { rows } = await t.deps.db.$client.execute({
        sql: `SELECT actor_id, user_id FROM events WHERE type = 'api_key.revoked_by_value' AND json_extract(data, '$.apiKeyId') = ?`,
        args: [id],
      })
      expect(rows.map((row) => [row.actor_id, row.user_id])).toEqual([[null, admin.user.id]])
    }
  })

  test('is answered like any other text, which costs the database nothing', async () => {
    const { key } = await makeSigned(t, token)
    await t.settle()
    await t.deps.keys.jwks() // read once a minute
    const reads = [spyOn(t.deps.db.$client, 'execute'), spyOn(t.deps.db.$client, 'batch')]
    spies.push(...reads)
    for (const text of ['x', 'tid_', `tid_${'0'.repeat(49)}`, token, `tid_${token}`, forged(key)]) {
      const answer = await report(text)
      expect([answer.status, answer.text]).toEqual([204, ''])
    }
    expect(reads.map(({ mock }) => mock.calls.length)).toEqual([0, 0])
    expect(await statusWith(t, key)).toBe(200)
  })

  test('is looked for 60 times a minute for one network', async () => {
    const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
    try {
      const { accessToken } = await setUpAdmin(limited)
      const { key } = await makeKey(limited, accessToken)
      const statuses = []
      for (let ask = 0; ask < 61; ask++)
        statuses.push((await call(limited, 'POST /v1/api-keys/revoke', { body: { key } })).status)
      expect(statuses.filter((status) => status === 204).length).toBe(60)
      expect(statuses.at(-1)).toBe(429)
      const wrong = await call(limited, 'POST /v1/api-keys/revoke', { body: { key: 'tid_x' } })
      expect(wrong.status).toBe(204)
    } finally {
      await limited.close()
    }
  })
})

describe('the use of keys', () => {
  const writes = (spy: { mock: { calls: unknown[][] } }) =>
    spy.mock.calls.filter((call) => JSON.stringify(call).includes('update \\"api_keys\\"'))

  test('is stored after the answer, for all keys in one statement, and once a minute for each', async () => {
    const keys = [await makeKey(t, token), await makeKey(t, token), await makeSigned(t, token)]
    await t.settle()
    const batch = spyOn(t.deps.db.$client, 'batch')
    spies.push(batch)
    for (let round = 0; round < 3; round++) {
      await Promise.all(keys.map(({ key }) => statusWith(t, key)))
      await t.settle()
    }
    const first = writes(batch).length
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThanOrEqual(keys.length)
    const seen = async () =>
      Promise.all(
        keys.map(async ({ id }) => (await call<Made>(t, `GET /v1/api-keys/${id}`, { token })).body.lastUsedAt),
      )
    expect(await seen()).toEqual(keys.map(() => new Date(t.clock.now()).toISOString()))
    t.clock.advance(60_000)
    batch.mockClear()
    // Known now, so they are used in one turn of the event loop.
    const uses = keys.map(({ key }) => statusWith(t, key))
    await Promise.all(uses)
    await t.settle()
    expect(writes(batch).length).toBe(1)
    expect(await seen()).toEqual(keys.map(() => new Date(t.clock.now()).toISOString()))
  })

  test('costs one round trip for an unknown key, and none for a known one', async () => {
    const { key } = await makeKey(t, token)
    const { key: signed } = await makeSigned(t, token)
    for (const known of [key, signed]) {
      t.deps.principals.forgetAll()
      await t.settle()
      await t.deps.keys.jwks() // read once a minute
      const doors = [spyOn(t.deps.db.$client, 'execute'), spyOn(t.deps.db.$client, 'batch')]
      spies.push(...doors)
      const trips = async () => {
        for (const door of doors) door.mockClear()
        // A route of the guard alone: no such user, by the form of the id.
        const { status } = await call(t, 'GET /v1/users/nobody', { token: known })
        expect(status).toBe(422)
        const calls: unknown[] = doors.flatMap(({ mock }): unknown[] => mock.calls)
        const count = calls.filter((sent) => !JSON.stringify(sent).includes('update \\"api_keys\\"')).length
        await t.settle()
        return count
      }
      expect(await trips()).toBe(1)
      expect(await trips()).toBe(0)
      for (const door of doors) door.mockRestore()
    }
  })
})

test('a key with a limit of its own is refused beyond it, and does not touch that of others', async () => {
  const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  try {
    const { accessToken } = await setUpAdmin(limited)
    const { key } = await makeKey(limited, accessToken, { requestsPerMinute: 3 })
    const other = await makeKey(limited, accessToken)
    const answers = []
    for (let ask = 0; ask < 4; ask++) answers.push(await call(limited, 'GET /v1/users', { token: key }))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"requests:api-key";q=3;w=60')
    expect(answers[0]?.headers.get('ratelimit')).toContain('r=2')
    expect(await statusWith(limited, other.key)).toBe(200)
    limited.clock.advance(60_000)
    expect(await statusWith(limited, key)).toBe(200)
  } finally {
    await limited.close()
  }
})

describe('a signing key that signed an API key', () => {
  test('stays published until that expires, and verifies nothing else after its retirement', async () => {
    const app = await createTestApp()
    try {
      const first = await setUpAdmin(app)
      const { key } = await makeSigned(app, first.accessToken)
      const kid = JSON.parse(atob(key.slice(4).split('.')[0] ?? '')).kid as string
      await app.deps.keys.rotate()
      app.clock.advance(20 * 60_000 + 3_600_000) // past the last access token of the old key
      const { keys } = (await call<{ keys: { kid: string; only?: string }[] }>(app, 'GET /.well-known/jwks.json')).body
      expect(keys.find((jwk) => jwk.kid === kid)?.only).toBe('api-key+jwt')
      expect(keys.filter((jwk) => jwk.only === undefined).length).toBe(1)
      expect(await statusWith(app, key)).toBe(200)
      expect(await app.deps.keys.verification(kid)).toBeUndefined()
      expect((await app.deps.keys.signing()).id).not.toBe(kid)
      app.clock.advance(60 * 86_400_000)
      expect(await statusWith(app, key)).toBe(200)
      app.clock.advance(300 * 86_400_000)
      expect(await statusWith(app, key)).toBe(401)
      const later = (await call<{ keys: { kid: string }[] }>(app, 'GET /.well-known/jwks.json')).body.keys
      expect(later.some((jwk) => jwk.kid === kid)).toBeFalse()
    } finally {
      await app.close()
    }
  })

  test('verifies after APP_SECRET was changed, which no longer opens its private half', async () => {
    const app = await createTestApp()
    try {
      const { key } = await makeSigned(app, (await setUpAdmin(app)).accessToken)
      const kid = JSON.parse(atob(key.slice(4).split('.')[0] ?? '')).kid as string
      const { config } = app.deps
      const next = { ...config, appSecret: 'another secret of more than thirty-two bytes' }
      await createKeyRing({ ...app.deps, config: { ...next, appSecretPrevious: config.appSecret } }).rotate()
      app.clock.advance(20 * 60_000 + 3_600_000)
      const ring = createKeyRing({ ...app.deps, config: next })
      expect(await ring.verification(kid, 'api-key')).toBeFunction()
      expect((await ring.signing()).id).not.toBe(kid)
    } finally {
      await app.close()
    }
  })

  test('is enough to verify the key, with jose and the JWKS alone', async () => {
    const { key, id } = await makeSigned(t, token)
    const { keys } = (await call<{ keys: { kid: string }[] }>(t, 'GET /.well-known/jwks.json')).body
    const kid = JSON.parse(atob(key.slice(4).split('.')[0] ?? '')).kid as string
    const jwk = keys.find((one) => one.kid === kid)
    const verified = await jwtVerify(key.slice(4), await importJWK(jwk as object, 'EdDSA'), {
      issuer: ORIGIN,
      audience: ORIGIN,
      typ: 'api-key+jwt',
      algorithms: ['EdDSA'],
      currentDate: new Date(t.clock.now()),
    })
    expect(verified.payload).toMatchObject({ jti: id, sub: admin.user.id, scope: 'users:read' })
  })

  test('signs a key that no row has: this server refuses it', async () => {
    const { key, id } = await makeSigned(t, token)
    await t.deps.db.$client.execute({ sql: 'DELETE FROM api_keys WHERE id = ?', args: [id] })
    t.deps.principals.forgetAll()
    expect(await codeWith(key)).toBe('apikey.invalid')
  })
})

test('the documented pattern finds both forms in any text, and no other token of this server', async () => {
  const docs = await Bun.file(join(import.meta.dir, '../../../docs/api-keys.md')).text()
  const pattern = new RegExp(/^\\btid_.*$/m.exec(docs)?.[0] ?? '(?!)', 'g')
  for (const { key } of [await makeKey(t, token), await makeSigned(t, token)])
    for (const text of [key, `KEY="${key}"`, `https://x:${key}@host/`, `a ${key}, b`])
      expect(text.match(pattern)).toEqual([key])
  for (const text of [token, admin.refreshToken, `x${'tid_'}${'0'.repeat(49)}`, `tid_${'0'.repeat(50)}`])
    expect(text.match(pattern)).toBeNull()
})

describe('what a key did', () => {
  test('is recorded with the key and with its owner, and is in the export of the owner', async () => {
    const { key, id } = await makeKey(t, token, { scopes: ['users:write'] })
    const made = await call(t, 'POST /v1/users', { token: key, body: { email: 'by-a-key@example.com' } })
    expect(made.status).toBe(201)
    const exported = await call<{
      events: { actorId: string; type: string; address: string | null }[]
      apiKeys: { id: string }[]
    }>(t, 'GET /v1/me/export', { token })
    const theirs = exported.body.events.filter(({ actorId }) => actorId === id)
    expect(theirs.map(({ type, address }) => [type, address])).toEqual([['user.created', '203.0.113.7']])
    expect(exported.body.apiKeys.map((row) => row.id)).toContain(id)
    expect(exported.text).not.toContain(key)
    const { rows } = await t.deps.db.$client.execute({
      sql: 'SELECT acting_for, org_id FROM events WHERE actor_id = ?',
      args: [id],
    })
    expect(JSON.parse(String(rows[0]?.acting_for))).toEqual([
      { kind: 'api-key', id },
      { kind: 'user', id: admin.user.id },
    ])
  })

  test('keeps no address after the account is deleted', async () => {
    const owner = (
      await call<Session>(t, 'POST /v1/auth/sign-up', {
        body: { email: 'erased@example.com', password: 'correct horse battery' },
      })
    ).body
    await call(t, `PATCH /v1/users/${owner.user.id}`, { token, body: { roles: ['admin', 'user'] } })
    const { key, id } = await makeKey(t, owner.accessToken, { scopes: ['users:write'] })
    expect((await call(t, 'POST /v1/users', { token: key, body: { email: 'by-erased@example.com' } })).status).toBe(201)
    const events = async () =>
      (
        await t.deps.db.$client.execute({
          sql: 'SELECT address, user_agent, salt FROM events WHERE actor_id = ?',
          args: [id],
        })
      ).rows
    expect((await events())[0]?.address).toBe('203.0.113.7')
    expect((await call(t, `DELETE /v1/users/${owner.user.id}`, { token })).status).toBe(204)
    t.clock.advance(120_000)
    await t.work()
    expect((await events()).map(({ address, user_agent, salt }) => [address, user_agent, salt])).toEqual([
      [null, null, null],
    ])
  })
})
