/** What limits a key besides the roles of its owner, and what tells a person that there is one. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { askKey, join, type Made, makeAccount, makeKey, makeOrg } from './support/keys.ts'

let t: TestApp
let admin: Session
let people = 0
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
})
afterAll(() => t.close())

const person = () => signUp(t, `limited${++people}@example.com`)
const status = async (route: string, token: string) => (await call(t, route, { token })).status

test('a rule of the instance gives a key of an organisation nothing outside of it', async () => {
  const [owner, other] = [await person(), await person()]
  const orgId = await makeOrg(t, owner.accessToken, 'Ruled')
  const foreign = await makeOrg(t, other.accessToken, 'Foreign')
  const rule = { name: 'all may read', effect: 'allow', permissions: ['users:read', 'orgs:read'], condition: 'true' }
  const made = await call<{ id: string }>(t, 'POST /v1/policies', { token: admin.accessToken, body: rule })
  expect(made.status, made.text).toBe(201)
  const { key } = await makeKey(t, owner.accessToken, { orgId, scopes: ['users:read', 'orgs:read'] })
  const own = await makeKey(t, owner.accessToken, { scopes: ['users:read'] })
  try {
    expect(await status('GET /v1/users', own.key)).toBe(200)
    expect(await status(`GET /v1/orgs/${orgId}`, key)).toBe(200)
    expect(await status('GET /v1/users', key)).toBe(403)
    expect(await status('GET /v1/orgs', key)).toBe(403)
    expect(await status(`GET /v1/orgs/${foreign}`, key)).toBe(404)
  } finally {
    await call(t, `DELETE /v1/policies/${made.body.id}`, { token: admin.accessToken })
  }
})

test('a key of an organisation does not get back the name of a role that was deleted', async () => {
  const [owner, member] = [await person(), await person()]
  const orgId = await makeOrg(t, owner.accessToken, 'Roles')
  const role = { name: 'billing', permissions: ['audit:read', 'api-keys:write'] }
  const giveRole = () => call(t, `POST /v1/orgs/${orgId}/roles`, { token: owner.accessToken, body: role })
  expect((await giveRole()).status).toBe(201)
  await join(t, orgId, member, ['billing'])
  const { key } = await makeKey(t, member.accessToken, { orgId, scopes: ['audit:read'] })
  expect(await status(`GET /v1/orgs/${orgId}/events`, key)).toBe(200)
  const deleted = await call(t, `DELETE /v1/orgs/${orgId}/roles/billing`, { token: owner.accessToken })
  expect(deleted.status, deleted.text).toBe(204)
  expect(await status(`GET /v1/orgs/${orgId}/events`, key)).toBe(403)
  expect((await giveRole()).status).toBe(201)
  expect(await status(`GET /v1/orgs/${orgId}/events`, key)).toBe(403)
})

test('a network with more than one prefix length is refused', async () => {
  for (const network of ['203.0.113.0/24/99', '203.0.113.0/24/', '2001:db8::/32/48'])
    expect((await askKey(t, admin.accessToken, { networks: [network] })).status, network).toBe(422)
})

test('a mail tells who made or replaced a key, whoever owns it', async () => {
  const owner = await person()
  const orgId = await makeOrg(t, owner.accessToken, 'Mails')
  const account = await makeAccount(t, owner.accessToken, { orgId, roles: ['member'] })
  const mailsOf = async () => {
    await t.work()
    return t.mails.filter(({ to, subject }) => to === owner.user.email && subject.includes('API key')).length
  }
  const scopes = ['orgs:read']
  const own = await makeKey(t, owner.accessToken, { scopes })
  expect(await mailsOf()).toBe(1)
  const ofOrg = await makeKey(t, owner.accessToken, { orgId, scopes })
  expect(await mailsOf()).toBe(2)
  const ofAccount = await makeKey(t, owner.accessToken, { serviceAccountId: account.id, scopes })
  expect(await mailsOf()).toBe(3)
  for (const { id } of [own, ofOrg, ofAccount]) {
    const before = await mailsOf()
    const rotated = await call<Made>(t, `POST /v1/api-keys/${id}/rotate`, { token: owner.accessToken, body: {} })
    expect(rotated.status, rotated.text).toBe(201)
    expect(await mailsOf()).toBe(before + 1)
  }
})

test.each(['a setting of the organisation', 'a role there'])(
  'a session without the second factor that %s requires reaches no key, account or rule of it',
  async (what) => {
    const [owner, member] = [await person(), await person()]
    const orgId = await makeOrg(t, owner.accessToken, `Strict ${people}`)
    const account = await makeAccount(t, owner.accessToken, { orgId, roles: ['member'] })
    const key = await makeKey(t, owner.accessToken, { orgId, scopes: ['orgs:read'] })
    const change = (sql: string, args: string[]) => t.deps.db.$client.execute({ sql, args })
    await join(t, orgId, member, ['owner', 'strict'])
    if (what === 'a role there')
      await change(
        `INSERT INTO custom_roles (id, org_id, name, permissions, mfa_required, created_at, updated_at) VALUES (?, ?, 'strict', '[]', 1, 0, 0)`,
        [`rol_${orgId}`, orgId],
      )
    else await change(`UPDATE organisations SET settings = '{"mfaRequired":true}' WHERE id = ?`, [orgId])
    t.deps.principals.forgetAll()
    const token = member.accessToken
    expect(await status(`GET /v1/orgs/${orgId}/members`, token)).toBe(403)
    const rule = { name: 'r', effect: 'allow', permissions: ['orgs:read'], condition: 'true', orgId }
    const asked = { action: { name: 'orgs:read' } }
    const terms = { name: 'k', scopes: ['orgs:read'] }
    for (const [route, body] of [
      [`GET /v1/api-keys?orgId=${orgId}`, undefined],
      [`GET /v1/api-keys/${key.id}`, undefined],
      ['POST /v1/api-keys', { ...terms, orgId }],
      ['POST /v1/api-keys', { ...terms, serviceAccountId: account.id }],
      ['POST /v1/api-keys', terms],
      [`POST /v1/api-keys/${key.id}/rotate`, {}],
      [`DELETE /v1/api-keys/${key.id}`, undefined],
      [`GET /v1/service-accounts?orgId=${orgId}`, undefined],
      ['POST /v1/service-accounts', { name: 's', roles: ['member'], orgId }],
      [`PATCH /v1/service-accounts/${account.id}`, { name: 's' }],
      [`DELETE /v1/service-accounts/${account.id}`, undefined],
      [`GET /v1/policies?orgId=${orgId}`, undefined],
      ['POST /v1/policies', rule],
      [
        'POST /access/v1/evaluation',
        { ...asked, subject: { type: 'user', id: owner.user.id }, resource: { type: 'org', id: orgId } },
      ],
      ['POST /access/v1/search/subject', { ...asked, subject: { type: 'user' }, resource: { type: 'org', id: orgId } }],
    ] as const) {
      const answer = await call(t, route, { token, body })
      expect([403, 404], `${route} ${answer.text}`).toContain(answer.status)
    }
    expect(await status(`GET /v1/orgs/${orgId}`, key.key)).toBe(200)
  },
)
