/**
 * The shapes that clients of organisations, authorization and machines are written for: names of fields, prefixes of ids,
 * statuses. A field more is no break; a field less, another name or another status is one.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { call, setUpAdmin, signUp } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

type Body = Record<string, unknown>

let t: TestApp
let admin: { token: string; id: string }
let ada: { token: string; id: string }
let bob: { token: string; id: string }
let orgId: string
beforeAll(async () => {
  t = await createTestApp()
  const person = ({ accessToken, user }: Awaited<ReturnType<typeof signUp>>) => ({ token: accessToken, id: user.id })
  admin = person(await setUpAdmin(t))
  ada = person(await signUp(t, 'ada@example.com'))
  bob = person(await signUp(t, 'bob@example.com'))
  orgId = String((await ask('POST /v1/orgs', { name: 'Acme' }, 201)).id)
  await ask('POST /v1/permissions', { name: 'invoices:approve', description: 'x' }, 201, admin.token)
})
afterAll(() => t.close())

async function ask(methodAndPath: string, body?: unknown, status = 200, token = ada.token): Promise<Body> {
  const answer = await call(t, methodAndPath, { token, body })
  expect(answer.status, `${methodAndPath} ${answer.text}`).toBe(status)
  return answer.body
}
const id = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}_[0-9a-f]{32}$`))
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const text = expect.any(String)
const page = (item: unknown) => ({ items: expect.arrayContaining([item]), nextCursor: null })

const org = () => ({
  id: id('org'),
  name: 'Acme',
  slug: text,
  settings: expect.any(Object),
  createdAt: time,
  updatedAt: time,
})
const question = () => ({
  subject: { type: 'user', id: ada.id },
  action: { name: 'invoices:approve' },
  resource: { type: 'invoice', id: '1', properties: { orgId } },
})

describe('organisations', () => {
  test('an organisation, the lists of all and of one’s own', async () => {
    expect(await ask(`GET /v1/orgs/${orgId}`)).toEqual(org())
    expect(await ask('GET /v1/orgs', undefined, 200, admin.token)).toEqual(page(org()))
    expect(await ask('GET /v1/me/orgs')).toEqual(page({ org: org(), roles: ['owner'], active: false }))
  })

  test('members', async () => {
    const member = { userId: ada.id, email: 'ada@example.com', name: text, roles: ['owner'], joinedAt: time }
    expect(await ask(`GET /v1/orgs/${orgId}/members`)).toEqual(page(member))
  })

  test('invitations and domains', async () => {
    const invitation = expect.objectContaining({ id: id('inv'), email: 'new@example.com', roles: ['member'] })
    const sent = { email: 'new@example.com', roles: ['member'] }
    expect(await ask(`POST /v1/orgs/${orgId}/invitations`, sent, 201)).toEqual(invitation)
    expect(await ask(`GET /v1/orgs/${orgId}/invitations`)).toEqual(page(invitation))
    expect(await ask('GET /v1/me/invitations')).toEqual({ items: [], nextCursor: null })
    const domain = expect.objectContaining({ id: id('dom'), domain: 'acme.example', status: 'pending' })
    expect(await ask(`POST /v1/orgs/${orgId}/domains`, { domain: 'acme.example' }, 201)).toEqual(domain)
    expect(await ask(`GET /v1/orgs/${orgId}/domains`)).toEqual(page(domain))
  })

  test('the active organisation', async () => {
    const switched = await ask('POST /v1/me/active-org', { orgId })
    expect(switched).toEqual({ accessToken: text, tokenType: 'Bearer', expiresIn: 300, org: org() })
    expect(decodeJwt(String(switched.accessToken))).toMatchObject({ org_id: orgId, org_role: 'owner' })
    expect(await ask('POST /v1/me/active-org', { orgId: null })).toMatchObject({ org: null })
  })

  test('without a membership every one of these is 404', async () => {
    for (const route of [
      `GET /v1/orgs/${orgId}`,
      `GET /v1/orgs/${orgId}/members`,
      `GET /v1/orgs/${orgId}/invitations`,
      `GET /v1/orgs/${orgId}/domains`,
      `GET /v1/orgs/${orgId}/roles`,
      `GET /v1/policies?orgId=${orgId}`,
      `GET /v1/service-accounts?orgId=${orgId}`,
      `GET /v1/api-keys?orgId=${orgId}`,
      `GET /v1/me/permissions?orgId=${orgId}`,
    ])
      await ask(route, undefined, 404, bob.token)
    await ask('POST /v1/me/active-org', { orgId }, 404, bob.token)
  })
})

describe('authorization', () => {
  test('roles of the instance and of an organisation', async () => {
    const role = { name: 'clerk', permissions: ['invoices:approve'], inherits: 'member', mfaRequired: false }
    const made = expect.objectContaining(role)
    const { mfaRequired: _, ...sent } = role
    expect(await ask(`POST /v1/orgs/${orgId}/roles`, sent, 201)).toEqual(made)
    expect(await ask(`GET /v1/orgs/${orgId}/roles`)).toEqual(page(made))
    expect(await ask('GET /v1/roles', undefined, 200, admin.token)).toEqual(
      page(expect.objectContaining({ name: 'admin', permissions: expect.any(Array), mfaRequired: false })),
    )
  })

  test('permissions and rules', async () => {
    expect(await ask('GET /v1/permissions', undefined, 200, admin.token)).toEqual(
      page(expect.objectContaining({ name: 'invoices:approve', description: 'x' })),
    )
    const rule = { name: 'own', effect: 'allow', permissions: ['invoices:approve'], condition: 'false', orgId }
    const made = expect.objectContaining({ id: id('pol'), ...rule })
    expect(await ask('POST /v1/policies', rule, 201)).toEqual(made)
    expect(await ask(`GET /v1/policies?orgId=${orgId}`)).toEqual(page(made))
  })

  test('a decision, its explanation, and a 403', async () => {
    await ask(`POST /v1/orgs/${orgId}/roles`, { name: 'approver', permissions: ['invoices:approve'] }, 201)
    const { decision, context } = await ask('POST /access/v1/evaluation', question())
    expect({ decision, context }).toEqual({ decision: false, context: { decisionId: id('dec'), reason: text } })
    const explained = {
      decision: false,
      decidedBy: { kind: 'default' },
      facts: [],
      change: { kind: 'role', role: 'approver', orgId },
    }
    const { decisionId } = context as { decisionId: string }
    expect(await ask('POST /v1/authz/explain', { decisionId })).toEqual(explained)
    expect(await ask('POST /v1/authz/explain', question())).toEqual(explained)
    await ask('POST /v1/authz/explain', { decisionId }, 404, bob.token)
    expect(await ask('GET /v1/users', undefined, 403)).toMatchObject({ code: 'auth.forbidden', decisionId: id('dec') })
  })
})

describe('machines', () => {
  test('API keys: the key once', async () => {
    for (const form of ['opaque', 'signed']) {
      const expiresAt = new Date(t.clock.now() + 3_600_000).toISOString()
      const made = await ask('POST /v1/api-keys', { name: form, scopes: ['orgs:read'], form, expiresAt, orgId }, 201)
      const shown = { id: id('apk'), name: form, form, scopes: ['orgs:read'], expiresAt, orgId }
      const { key, ...kept } = made
      expect(key).toMatch(/^tid_/)
      expect(kept).toEqual(expect.objectContaining(shown))
      expect(await ask(`GET /v1/api-keys/${kept.id}`)).toEqual(kept)
      expect(await ask(`GET /v1/api-keys?orgId=${orgId}`)).toEqual(page(kept))
      const rotated = await ask(`POST /v1/api-keys/${kept.id}/rotate`, {}, 201)
      expect(rotated).toEqual(
        expect.objectContaining({ id: id('apk'), key: expect.stringMatching(/^tid_/), replaces: kept.id }),
      )
      expect((await call(t, 'POST /v1/api-keys/revoke', { body: { key } })).status).toBe(204)
      await ask(`GET /v1/orgs/${orgId}`, undefined, 401, String(key))
      await ask(`DELETE /v1/api-keys/${rotated.id}`, undefined, 204)
    }
  })

  test('service accounts', async () => {
    const account = expect.objectContaining({ id: id('sva'), name: 'ci', roles: ['member'], orgId })
    expect(await ask('POST /v1/service-accounts', { name: 'ci', roles: ['member'], orgId }, 201)).toEqual(account)
    expect(await ask(`GET /v1/service-accounts?orgId=${orgId}`)).toEqual(page(account))
  })

  test('an impersonated session', async () => {
    const session = await ask(`POST /v1/users/${bob.id}/impersonate`, { reason: 'x' }, 200, admin.token)
    const act = { sub: admin.id }
    expect(session).toEqual({
      accessToken: text,
      tokenType: 'Bearer',
      expiresIn: expect.any(Number),
      refreshToken: text,
      user: expect.objectContaining({ id: bob.id }),
      act,
    })
    expect(decodeJwt(String(session.accessToken))).toMatchObject({ sub: bob.id, act })
    expect(await ask('GET /v1/me', undefined, 200, String(session.accessToken))).toMatchObject({ id: bob.id, act })
  })

  test('the private metadata of a user are for administrators', async () => {
    expect(await ask(`GET /v1/users/${ada.id}`, undefined, 200, admin.token)).toMatchObject({
      publicMetadata: {},
      privateMetadata: {},
      username: null,
    })
    expect(await ask('GET /v1/me')).not.toHaveProperty('privateMetadata')
  })
})
