import { afterEach, beforeEach, expect, test } from 'bun:test'
import { decodeProtectedHeader } from 'jose'
import type { Asked } from '../../../src/modules/actions/ask-actions.ts'
import type { PublicJwk } from '../../../src/lib/key-ring.ts'
import { createAccessTokens, signClientToken } from '../../../src/modules/signing-keys/access-tokens.ts'
import { createKeyRing } from '../../../src/modules/signing-keys/key-ring.ts'
import { createPrincipalCache } from '../../../src/platform/principal-cache.ts'
import { createApp } from '../../../src/app.ts'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { forged } from '../../support/forged.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const published = async (at: Pick<TestApp, 'app'> = t) =>
  (await call<{ keys: PublicJwk[] }>(at, 'GET /.well-known/jwks.json')).body.keys.map(({ kid }) => kid)
const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? ''
const me = async (token: string, at: Pick<TestApp, 'app'> = t) => (await call(at, 'GET /v1/me', { token })).status

test('a revoked key leaves the JWKS at once, verifies nothing, and another key signs; no session ends', async () => {
  const session = await signUp(t, 'ada@example.com')
  expect(await me(session.accessToken)).toBe(200)
  expect(await me(session.accessToken)).toBe(200) // from the cache of verified tokens and of principals
  const kid = kidOf(session.accessToken)
  const { successor, alg } = await t.deps.keys.revoke(kid)
  expect(alg).toBe('EdDSA')
  expect(await me(session.accessToken)).toBe(401)
  expect(await published()).toEqual([successor])
  expect(await t.deps.keys.verification(kid, 'api-key')).toBeUndefined()
  expect(await t.deps.keys.verification(kid, 'id-token')).toBeUndefined()

  const { body } = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: session.refreshToken } })
  expect(kidOf(body.accessToken)).toBe(successor)
  expect(await me(body.accessToken)).toBe(200)
  const { rows } = await t.deps.db.$client.execute("SELECT data FROM events WHERE type = 'key.revoked'")
  expect(rows.map(({ data }) => JSON.parse(String(data)))).toEqual([{ keyId: kid, alg: 'EdDSA' }])
})

test('the next key signs at once if it was published already, and a new one if the next key is revoked', async () => {
  const first = (await t.deps.keys.signing()).id
  const { id: next } = await t.deps.keys.rotate()
  expect((await t.deps.keys.revoke(first)).successor).toBe(next)
  expect(await published()).toEqual([next])
  const { successor } = await t.deps.keys.revoke(next)
  expect([first, next]).not.toContain(successor)
  expect(await published()).toEqual([successor])
})

test('a revoked key whose successor waits leaves no moment without a key that stays', async () => {
  const first = (await t.deps.keys.signing('RS256')).id
  const { id: next } = await t.deps.keys.rotate('RS256')
  const { successor } = await t.deps.keys.revoke(next)
  expect(successor).not.toBe(first) // it retires soon
  t.clock.advance(86_400_000)
  expect((await t.deps.keys.signing('RS256')).id).toBe(successor)
})

test('20 revocations of one key at once are one, and one key follows', async () => {
  const { id } = await t.deps.keys.signing('ES256')
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => t.deps.keys.revoke(id)))
  expect(all.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  const { rows } = await t.deps.db.$client.execute('SELECT id FROM id_token_keys WHERE retires_at IS NULL')
  expect(rows.length).toBe(1)
})

test.each([`key_${'0'.repeat(32)}`, '', 'nonsense'])('there is no key %p to revoke', async (id) => {
  await t.deps.keys.signing()
  const error = await t.deps.keys.revoke(id).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'key.not_found' })
})

test('a signed API key of a revoked key is refused at once', async () => {
  const { accessToken } = await setUpAdmin(t)
  const made = await call<{ key: string }>(t, 'POST /v1/api-keys', {
    token: accessToken,
    body: {
      name: 'CI',
      scopes: ['users:read'],
      form: 'signed',
      expiresAt: new Date(t.clock.now() + 86_400_000).toISOString(),
    },
  })
  expect(made.status, made.text).toBe(201)
  const use = async () => (await call(t, 'GET /v1/users', { token: made.body.key })).status
  const before = await use()
  expect(before).toBe(200)
  await t.deps.keys.revoke(kidOf(accessToken))
  expect(await use()).toBe(401)
})

test('an inspected token has its signature checked once, and its time and its key each time', async () => {
  const checked: string[] = []
  const verification: TestApp['deps']['keys']['verification'] = async (id, ...more) => {
    const verify = await t.deps.keys.verification(id, ...more)
    return (
      verify &&
      ((data, signature) => {
        checked.push(id)
        return verify(data, signature)
      })
    )
  }
  const tokens = createAccessTokens({ ...t.deps, keys: { ...t.deps.keys, verification } })
  const token = await signClientToken(t.deps, {
    audience: 'https://api.example',
    subject: 'cli_1',
    clientId: 'cli_1',
    scopes: [],
    ttlSeconds: 300,
    person: null,
    jkt: null,
    act: null,
    details: [],
    asked: { claims: {}, idTokenClaims: {} } as unknown as Asked, // no server with actions
  })
  const first = await tokens.inspect(token)
  expect(first).toMatchObject({ kind: 'client', audience: 'https://api.example' })
  expect(await tokens.inspect(token)).toEqual(first)
  expect(checked).toEqual([kidOf(token)])
  expect(await tokens.inspect(forged(token))).toBeUndefined()
  expect(await tokens.verify(token)).toBeUndefined() // of another audience, whoever asked about it before

  t.clock.advance(-3_600_000) // issued in the future
  expect(await tokens.inspect(token)).toBeUndefined()
  t.clock.advance(3_600_000)
  expect(await tokens.inspect(token)).toEqual(first)
  t.clock.advance(300_000) // expired
  expect(await tokens.inspect(token)).toBeUndefined()
  t.clock.advance(-300_000)
  await t.deps.keys.revoke(kidOf(token))
  expect(await tokens.inspect(token)).toBeUndefined()
})

test('another process with the same database refuses the tokens within a second, at the cost of no more round trips', async () => {
  const session = await signUp(t, 'ada@example.com')
  // As beside a libSQL server: its own cache of principals, whose entries live 900 ms, and its own ring.
  const principals = createPrincipalCache({ maxEntries: 100, ttlMs: 900, clock: t.clock })
  const deps = { ...t.deps, principals, keys: createKeyRing({ ...t.deps, principals }) }
  const other = { app: createApp(deps) }
  expect(await me(session.accessToken, other)).toBe(200)
  const { successor } = await t.deps.keys.revoke(kidOf(session.accessToken))
  t.clock.advance(901)
  expect(await me(session.accessToken, other)).toBe(401)
  expect(await published(other)).toEqual([successor])
  expect((await deps.keys.signing()).id).toBe(successor)
})

test.each(['rotate', 'revoke'] as const)('the late answer of another %s brings no revoked key back', async (late) => {
  let isHeld = false
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  let sent = () => {}
  const isSent = new Promise<void>((resolve) => {
    sent = resolve
  })
  const db = new Proxy(t.deps.db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (name !== 'batch') return typeof value === 'function' ? value.bind(target) : value
      return async (...statements: Parameters<typeof target.batch>) => {
        const isMine = isHeld
        isHeld = false
        const answer = await target.batch(...statements)
        if (isMine) {
          sent()
          await gate
        }
        return answer
      }
    },
  })
  const ring = createKeyRing({ ...t.deps, db })
  const { id } = await ring.signing()
  const other = (await ring.signing('ES256')).id
  isHeld = true
  const waiting = late === 'rotate' ? ring.rotate() : ring.revoke(other)
  await isSent
  await ring.revoke(id)
  open()
  await waiting
  expect(ring.knows(id)).toBe(false)
  expect(await ring.verification(id)).toBeUndefined()
  expect((await ring.jwks()).keys.map(({ kid }) => kid)).not.toContain(id)
})
