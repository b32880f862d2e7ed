/** The signing keys over HTTP: what an administrator sees and does, and what is written of it. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { ListedKey } from '../../../src/modules/signing-keys/schema.ts'
import { call, setUpAdmin, signIn } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
beforeEach(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
})
afterEach(() => t.close())

const keys = async () => (await call<{ items: ListedKey[] }>(t, 'GET /v1/signing-keys', { token })).body.items
const rotate = (alg = 'EdDSA') =>
  call<{ id: string; alg: string; activeAt: string }>(t, 'POST /v1/signing-keys/rotate', { token, body: { alg } })
const events = async (type: string) =>
  (
    await call<{ items: { actorId: string | null; address: string | null; requestId: string | null; data: object }[] }>(
      t,
      `GET /v1/audit-events?type=${type}`,
      { token },
    )
  ).body.items

test('a rotation publishes a key that signs ten minutes later, once, and says who asked for it', async () => {
  const [first] = await keys()
  expect(first).toMatchObject({ alg: 'EdDSA', state: 'signs', endsAt: null })
  const { body, status } = await rotate()
  expect(status).toBe(200)
  expect(body).toEqual({
    id: expect.stringMatching(/^key_/),
    alg: 'EdDSA',
    activeAt: new Date(t.clock.now() + 600_000).toISOString(),
  })
  expect((await rotate()).body).toEqual(body)
  expect((await keys()).map(({ id, state }) => [id, state])).toEqual([
    [first?.id ?? '', 'signs'],
    [body.id, 'next'],
  ])
  const { body: me } = await call<{ id: string }>(t, 'GET /v1/me', { token })
  expect(await events('key.rotated')).toMatchObject([
    { actorId: me.id, requestId: expect.any(String), data: { keyId: body.id, alg: 'EdDSA' } },
  ])
  // The key that was read with the write is the one in memory.
  t.clock.advance(600_000)
  expect((await t.deps.keys.signing()).id).toBe(body.id)
})

test('a revoked key signs and verifies nothing from then on', async () => {
  const [first] = await keys()
  const { status, body } = await call<{ successor: string }>(t, `POST /v1/signing-keys/${first?.id}/revoke`, { token })
  expect(status).toBe(200)
  expect((await call(t, 'GET /v1/me', { token })).status).toBe(401)
  token = (await signIn(t, 'admin@example.com')).accessToken
  expect((await keys()).map(({ id, state }) => [id, state])).toEqual([
    [first?.id ?? '', 'revoked'],
    [body.successor, 'signs'],
  ])
  expect(await events('key.revoked')).toMatchObject([{ actorId: expect.stringMatching(/^usr_/) }])
  expect((await call<{ code: string }>(t, `POST /v1/signing-keys/${first?.id}/revoke`, { token })).body.code).toBe(
    'key.not_found',
  )
})

test('both acts need a fresh session, and an unknown algorithm or id changes nothing', async () => {
  const [first] = await keys()
  expect((await rotate('HS256')).status).toBe(422)
  expect((await call(t, 'POST /v1/signing-keys/key_1/revoke', { token })).status).toBe(422)
  const { body } = await call<{ accessToken: string; refreshToken: string }>(t, 'POST /v1/auth/sign-in', {
    body: { email: 'admin@example.com', password: 'correct horse battery staple' },
  })
  t.clock.advance(601_000)
  const refreshed = await call<{ accessToken: string }>(t, 'POST /v1/auth/refresh', {
    body: { refreshToken: body.refreshToken },
  })
  token = refreshed.body.accessToken
  expect(
    (await call<{ code: string }>(t, 'POST /v1/signing-keys/rotate', { token, body: { alg: 'EdDSA' } })).body.code,
  ).toBe('auth.fresh_session_required')
  expect((await call<{ code: string }>(t, `POST /v1/signing-keys/${first?.id}/revoke`, { token })).body.code).toBe(
    'auth.fresh_session_required',
  )
  expect((await keys()).map(({ state }) => state)).toEqual(['signs'])
})
