import { afterEach, beforeEach, expect, test } from 'bun:test'
import { decodeProtectedHeader } from 'jose'
import type { PublicJwk } from '../../../src/lib/key-ring.ts'
import { createKeyRing } from '../../../src/modules/signing-keys/key-ring.ts'
import { call, type Session, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
  await t.deps.keys.signing() // makes the first one
})
afterEach(() => t.close())

const published = async () =>
  (await call<{ keys: PublicJwk[] }>(t, 'GET /.well-known/jwks.json')).body.keys.map(({ kid }) => kid)
const kidOf = ({ accessToken }: Pick<Session, 'accessToken'>) => decodeProtectedHeader(accessToken).kid
const refresh = async (session: Pick<Session, 'refreshToken'>): Promise<Session> => {
  const answer = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: session.refreshToken } })
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.body
}
const me = async (token: string) => (await call(t, 'GET /v1/me', { token })).status

test('a new key is published before it signs, the old one until its last token has expired, and no session ends', async () => {
  const before = await signUp(t, 'ada@example.com')
  const oldKid = kidOf(before)
  const { id: newKid, activeAt } = await t.deps.keys.rotate()
  expect(await published()).toEqual([oldKid, newKid] as string[])
  expect(activeAt - t.clock.now()).toBeGreaterThanOrEqual(2 * 300_000)

  const during = await refresh(before)
  expect(kidOf(during)).toBe(oldKid)
  t.clock.advance(activeAt - t.clock.now() - 1)
  const lastOfOld = await refresh(during)
  expect(kidOf(lastOfOld)).toBe(oldKid)
  t.clock.advance(1)
  const firstOfNew = await refresh(lastOfOld)
  expect(kidOf(firstOfNew)).toBe(newKid)
  expect(await me(lastOfOld.accessToken)).toBe(200)
  expect(await me(firstOfNew.accessToken)).toBe(200)
  t.clock.advance(298_000)
  expect(await me(lastOfOld.accessToken)).toBe(200)
  expect(await published()).toContain(oldKid as string)
  t.clock.advance(62_000)
  expect(await published()).toEqual([newKid])
  expect(await me((await refresh(firstOfNew)).accessToken)).toBe(200)
})

test('a second rotation waits for the first', async () => {
  const [first, second] = await Promise.all([t.deps.keys.rotate(), t.deps.keys.rotate()])
  expect(second.id).toBe(first.id)
  expect(await published()).toHaveLength(2)
})

test('another process learns of a new key when it meets its id', async () => {
  t.clock.advance(700_000)
  const elsewhere = createKeyRing(t.deps)
  await elsewhere.jwks()
  const { id } = await t.deps.keys.rotate()
  expect(await elsewhere.verification(id)).toBeUndefined() // asked a moment ago: made-up ids must not flood the database
  t.clock.advance(5_000)
  expect(await elsewhere.verification(id)).toBeDefined()
})

test('private keys are stored encrypted, each bound to its id', async () => {
  const { rows } = await t.deps.db.$client.execute('SELECT * FROM signing_keys')
  expect(rows).toHaveLength(1)
  for (const row of rows) {
    expect(String(row.encrypted_private_jwk)).toMatch(/^[\w-]{16}\.[\w-]+$/)
    expect(JSON.stringify(row)).not.toContain('"d"')
  }
})

test('under another APP_SECRET the keys do not open, and the log says why', async () => {
  const config = { ...t.deps.config, appSecret: 'another secret of more than thirty-two bytes' }
  const error = await createKeyRing({ ...t.deps, config })
    .signing()
    .catch((thrown: unknown) => thrown)
  expect(String((error as Error).cause)).toContain('APP_SECRET')
})

test('two processes on an empty database agree on one first key', async () => {
  const empty = await createTestApp()
  try {
    const rings = Array.from({ length: 5 }, () => createKeyRing(empty.deps))
    const ids = await Promise.all(rings.map(async (ring) => (await ring.signing()).id))
    expect(new Set(ids).size).toBe(1)
  } finally {
    await empty.close()
  }
})
