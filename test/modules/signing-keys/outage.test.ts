import { expect, test } from 'bun:test'
import { createAccessTokens } from '../../../src/modules/signing-keys/access-tokens.ts'
import { createKeyRing } from '../../../src/modules/signing-keys/key-ring.ts'
import { call, signUp } from '../../support/client.ts'
import { createTestApp } from '../../support/test-app.ts'

test('without its database the published keys go on verifying for ten minutes', async () => {
  const t = await createTestApp()
  const { accessToken } = await signUp(t, 'ada@example.com')
  t.deps.db.$client.close()
  const jwks = () => call(t, 'GET /.well-known/jwks.json')
  t.clock.advance(61_000)
  expect((await jwks()).status).toBe(200)
  expect(await createAccessTokens(t.deps).verify(accessToken)).toBeDefined()
  t.clock.advance(600_000)
  expect((await jwks()).body.code).toBe('server.unavailable')
  await t.close()
})

test('when keys cannot be read, the answer does not say that the session has ended', async () => {
  const t = await createTestApp()
  const { accessToken } = await signUp(t, 'ada@example.com')
  const unread = createAccessTokens({ ...t.deps, keys: createKeyRing(t.deps) })
  t.deps.db.$client.close()
  await expect(unread.verify(accessToken)).rejects.toThrow()
  expect(await unread.verify('no.token.atall')).toBeUndefined()
  await t.close()
})

test('later requests do not wait for a load that never ends, as in a worker whose request was cancelled', async () => {
  const t = await createTestApp()
  const select = t.deps.db.$client.execute.bind(t.deps.db.$client)
  const ring = createKeyRing(t.deps)
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  Object.assign(t.deps.db.$client, { execute: () => new Promise(() => resolve()) })
  void ring.jwks()
  await asked
  Object.assign(t.deps.db.$client, { execute: select })
  t.clock.advance(5_000)
  expect((await ring.jwks()).keys.length).toBe(1)
  await t.close()
})
