/** `/v1/resources`: the APIs that accept our access tokens. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { findResource } from '../../../src/modules/resources/resource.ts'
import type { Resource } from '../../../src/modules/resources/schema.ts'
import { type Answer, call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { proveDomain } from '../domains/support/prove-domain.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { join, makeOrg } from '../api-keys/support/keys.ts'

let t: TestApp
let admin: Session
beforeEach(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
})
afterEach(() => t.close())

const AUDIENCE = 'https://api.notes.example'
const SCOPES = [
  { name: 'notes:read', description: 'Read your notes' },
  { name: 'notes:write', description: 'Change your notes' },
]
const ask = (body: object = {}, token = admin.accessToken, headers = {}): Promise<Answer<Resource>> =>
  call<Resource>(t, 'POST /v1/resources', {
    token,
    headers,
    body: { audience: AUDIENCE, name: 'Notes API', scopes: SCOPES, ...body },
  })
async function make(body: object = {}, token = admin.accessToken): Promise<Resource> {
  const answer = await ask(body, token)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

test('an administrator makes, reads, changes and deletes one, and the endpoints know it at once', async () => {
  expect(await findResource(t.deps, AUDIENCE)).toBeUndefined()
  const made = await make({ accessTtlSeconds: 60 })
  expect(made).toMatchObject({
    audience: AUDIENCE,
    name: 'Notes API',
    orgId: null,
    scopes: SCOPES,
    authorizationDetailsTypes: [],
    accessTtlSeconds: 60,
  })
  expect(await findResource(t.deps, AUDIENCE)).toMatchObject({ scopes: SCOPES, accessTtlSeconds: 60 })
  const token = admin.accessToken
  const path = `/v1/resources/${made.id}`
  expect((await call(t, `GET ${path}`, { token })).body).toEqual({ ...made })
  const types = [{ type: 'payment', description: 'Pay', fields: ['amount'] }]
  const body = { scopes: [], authorizationDetailsTypes: types, accessTtlSeconds: null }
  const changed = await call<Resource>(t, `PATCH ${path}`, { token, body })
  expect(changed.body).toMatchObject({
    name: 'Notes API',
    scopes: [],
    authorizationDetailsTypes: types,
    accessTtlSeconds: null,
  })
  expect(changed.headers.get('etag')).toBe('"2"')
  expect(await findResource(t.deps, AUDIENCE)).toMatchObject({ scopes: [], detailTypes: types, accessTtlSeconds: null })
  expect((await call(t, `DELETE ${path}`, { token })).status).toBe(204)
  expect((await call(t, `DELETE ${path}`, { token })).status).toBe(404)
  expect(await findResource(t.deps, AUDIENCE)).toBeUndefined()
})

test('an audience has one resource, also of 20 made at the same time', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask()))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  const refused = answers.find(({ status }) => status !== 201)
  expect(refused?.body).toMatchObject({ status: 409, code: 'resource.audience_taken' })
})

describe('an audience is', () => {
  test.each([
    'https://api.notes.example/v1',
    'https://api.notes.example/v1?x=1',
    'urn:example:notes',
    'http://localhost:3000/mcp',
    'https://mcp.example/mcp/',
  ])('%s', async (audience) => expect((await ask({ audience })).status).toBe(201))

  test('no relative URI, no URI with a fragment or a user, and not ours', async () => {
    for (const audience of [
      'notes',
      '/v1',
      '//x/y',
      'https://api.notes.example/#x',
      'https://u:p@x.example/',
      'https://x.example/ y',
      'HTTPS://x.example',
      'https://',
      'notes:',
      ORIGIN,
      `${ORIGIN}/`,
      // What others may take for ours.
      `${ORIGIN}//`,
      'https://API.test',
      `${ORIGIN}:443`,
      `${ORIGIN}.`,
      'https://x.example/\n',
      'https://täst.example/',
    ]) {
      const answer = await ask({ audience })
      expect(answer.body, audience).toMatchObject({
        status: 422,
        code: 'request.invalid',
        errors: [{ path: '/audience' }],
      })
    }
  })
})

test('a scope has the characters of RFC 6749 §3.3, one description, and no name of OpenID Connect', async () => {
  for (const name of [
    '',
    'a b',
    'a"b',
    'a\\b',
    'ä',
    'a\n',
    'openid',
    'profile',
    'email',
    'offline_access',
    'address',
    'phone',
  ]) {
    const answer = await ask({ scopes: [{ name, description: 'x' }] })
    expect(answer.body, JSON.stringify(name)).toMatchObject({ status: 422, errors: [{ path: '/scopes/0/name' }] })
  }
  expect((await ask({ scopes: [SCOPES[0], SCOPES[0]] })).body).toMatchObject({ errors: [{ path: '/scopes/1/name' }] })
  expect((await ask({ scopes: [{ name: 'https://x.example/scope.read', description: 'x' }] })).status).toBe(201)
})

test('a stale ETag is 412, and a repeat with a key is one resource', async () => {
  const { id } = (await ask({}, admin.accessToken, { 'idempotency-key': 'k' })).body
  const again = await ask({}, admin.accessToken, { 'idempotency-key': 'k' })
  expect([again.status, again.body.id]).toEqual([201, id])
  const patch = (version: number) =>
    call(t, `PATCH /v1/resources/${id}`, {
      token: admin.accessToken,
      headers: { 'if-match': `"${version}"` },
      body: { name: 'Other' },
    })
  expect([(await patch(1)).status, (await patch(1)).status]).toEqual([200, 412])
})

test('of an organisation is on a domain that it has proved, unless an administrator of the instance makes it', async () => {
  const owner = await signUp(t, 'owner@example.com')
  const orgId = await makeOrg(t, owner.accessToken)
  const other = await makeOrg(t, owner.accessToken, 'Other')
  await proveDomain(t, orgId, 'acme.example')
  await proveDomain(t, other, 'other.example')
  const asked = async (audience: string, token = owner.accessToken) => {
    const { status, body } = await ask({ orgId, audience }, token)
    return [audience, status, (body as { code?: string }).code]
  }
  for (const audience of ['https://acme.example/', 'https://api.acme.example/v1', 'http://a.b.acme.example:8080'])
    expect(await asked(audience)).toEqual([audience, 201, undefined])
  for (const audience of [
    'https://other.example',
    'https://evilacme.example',
    'https://acme.example.evil.example',
    'https://evil.example/acme.example',
    'https://evil.example?.acme.example',
    'https://127.0.0.1',
    'urn:acme.example',
    'mailto:x@acme.example',
  ])
    expect(await asked(audience)).toEqual([audience, 409, 'resource.domain_unproved'])
  expect(await asked('https://unproved.example', admin.accessToken)).toEqual([
    'https://unproved.example',
    201,
    undefined,
  ])
  // A domain that is not proved any more counts no more.
  await t.deps.db.$client.execute('UPDATE org_domains SET verified_at = NULL')
  expect((await asked('https://late.acme.example'))[1]).toBe(409)
})

test('an organisation has its own, which its members and strangers do not touch, and which end with it', async () => {
  const owner = await signUp(t, 'owner@example.com')
  const orgId = await makeOrg(t, owner.accessToken)
  await proveDomain(t, orgId, new URL(AUDIENCE).hostname)
  const made = await make({ orgId }, owner.accessToken)
  const member = await signUp(t, 'member@example.com')
  await join(t, orgId, member, ['member'])
  const stranger = await signUp(t, 'stranger@example.com')
  for (const token of [member.accessToken, stranger.accessToken])
    for (const [route, body] of [
      [`GET /v1/resources/${made.id}`, undefined],
      [`PATCH /v1/resources/${made.id}`, { name: 'Mine' }],
      [`DELETE /v1/resources/${made.id}`, undefined],
    ] as const)
      expect((await call(t, route, { token, body })).body).toMatchObject({ code: 'resource.not_found' })
  expect((await ask({ audience: 'urn:x:1' }, owner.accessToken)).status).toBe(403)
  const list = async (query: string, token: string) =>
    (await call<{ items: Resource[] }>(t, `GET /v1/resources${query}`, { token })).body.items
  expect(await list(`?orgId=${orgId}`, owner.accessToken)).toEqual([made])
  expect(await list('', admin.accessToken)).toEqual([])
  expect(await findResource(t.deps, AUDIENCE)).toBeDefined()
  await call(t, `DELETE /v1/orgs/${orgId}`, { token: owner.accessToken })
  expect(await findResource(t.deps, AUDIENCE)).toBeUndefined()
})
