/** Organisations: made, read, changed, deleted and restored. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Org } from '../../../src/modules/orgs/schema.ts'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let admin: Session
let owner: Session
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  owner = await signUp(t, 'owner@example.com')
})
afterAll(() => t.close())

interface OwnOrgs {
  items: { org: Org; roles: string[] }[]
  nextCursor: string | null
}

test('a person makes an organisation, is its owner, and reads it', async () => {
  const made = await call<Org>(t, 'POST /v1/orgs', { token: owner.accessToken, body: { name: 'Ácme & Söhne' } })
  expect(made.status, made.text).toBe(201)
  expect(made.body).toMatchObject({ name: 'Ácme & Söhne', slug: 'acme-sohne' })
  expect(made.body.settings).toEqual({
    mfaRequired: false,
    sessionMaxAgeSeconds: null,
    signInMethods: null,
    emailDomains: null,
  })
  expect(made.headers.get('location')).toBe(`/v1/orgs/${made.body.id}`)
  expect(made.headers.get('etag')).toBe('"1"')
  const read = await call<Org>(t, `GET /v1/orgs/${made.body.id}`, { token: owner.accessToken })
  expect(read.body).toEqual(made.body)
  const mine = await call<OwnOrgs>(t, 'GET /v1/me/orgs', { token: owner.accessToken })
  expect(mine.body).toEqual({ items: [{ org: made.body, roles: ['owner'] }], nextCursor: null })
  const stranger = await signUp(t, 'stranger@example.com')
  expect((await call(t, `GET /v1/orgs/${made.body.id}`, { token: stranger.accessToken })).body.code).toBe(
    'org.not_found',
  )
  expect((await call(t, `GET /v1/orgs/${made.body.id}`, { token: admin.accessToken })).status).toBe(200)
})
