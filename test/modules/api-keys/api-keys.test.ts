import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { askKey, inAYear, join, makeAccount, makeKey, makeOrg, makeSigned, statusWith } from './support/keys.ts'

let t: TestApp
let admin: Session
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
})
afterAll(() => t.close())

test('smoke', async () => {
  const token = admin.accessToken
  const k = await makeKey(t, token)
  console.log(k)
  const a = await call(t, 'GET /v1/users', { token: k.key })
  console.log(a.status, a.text)
  const s = await makeSigned(t, token)
  console.log(s, await statusWith(t, s.key))
  const orgId = await makeOrg(t, token)
  const o = await makeKey(t, token, { orgId, scopes: ['orgs:read'] })
  console.log(o, await statusWith(t, o.key, `GET /v1/orgs/${orgId}`))
  const sva = await makeAccount(t, token, { orgId, roles: ['member'] })
  const sk = await makeKey(t, token, { serviceAccountId: sva.id, scopes: ['orgs:read'] })
  console.log(sva, sk, await statusWith(t, sk.key, `GET /v1/orgs/${orgId}`))
})
