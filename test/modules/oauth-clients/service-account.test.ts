/** A client that acts in our own API as a service account. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { makeAccount } from '../api-keys/support/keys.ts'
import { postForm, type Tokens } from '../token/support/oauth.ts'
import { makeClient } from './support/clients.ts'

let t: TestApp
let admin: Session
beforeEach(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
})
afterEach(() => t.close())

test('a scope that it lost is refused in the next request; so its token gains nothing from another account', async () => {
  const { accessToken: token } = admin
  const account = await makeAccount(t, token, { roles: ['user'] })
  const stronger = await makeAccount(t, token, { roles: ['admin'] })
  const { clientId, clientSecret } = await makeClient(t, token, {
    grantTypes: ['client_credentials'],
    scopes: ['users:read', 'roles:read'],
    serviceAccountId: account.id,
  })
  const client = { id: clientId, secret: clientSecret }
  const { body } = await postForm<Tokens>(t, '/oauth/token', { grant_type: 'client_credentials' }, { client })
  const statusOf = async (route: string) => (await call(t, route, { token: body.access_token })).status
  expect(await statusOf('GET /v1/users')).toBe(403)

  const path = `PATCH /v1/oauth-clients/${clientId}`
  const change = { scopes: ['roles:read'], serviceAccountId: stronger.id }
  expect((await call(t, path, { token, body: change })).status).toBe(200)
  expect(await statusOf('GET /v1/roles')).toBe(200)
  expect(await statusOf('GET /v1/users')).toBe(403)
})
