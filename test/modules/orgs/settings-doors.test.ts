/**
 * What an organisation requires of its members holds at every door to it: also where the body, the query or the row names
 * the organisation, and for a key that would work there.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { call, PASSWORD, type Session } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { askKey, makeAccount, makeKey } from '../api-keys/support/keys.ts'
import { addRole, member, newOrg, type OwnedOrg, setSettings, sql } from '../invitations/support/orgs.ts'

let t: TestApp
let org: OwnedOrg
let other: Session
let ids: { policy: string; account: string; key: string; decision: string }
beforeAll(async () => {
  t = await createTestApp()
  org = await newOrg(t)
  other = await member(t, org.id)
  const { token } = org
  const policy = { name: 'Rule', effect: 'deny', permissions: ['domains:read'], condition: 'false', orgId: org.id }
  const made = await call<{ id: string }>(t, 'POST /v1/policies', { token, body: policy })
  expect(made.status, made.text).toBe(201)
  const refused = await call<{ decisionId: string }>(t, `GET /v1/orgs/${org.id}/domains`, { token: other.accessToken })
  ids = {
    policy: made.body.id,
    account: (await makeAccount(t, token, { orgId: org.id, roles: ['member'] })).id,
    key: (await makeKey(t, token, { orgId: org.id, scopes: ['orgs:read'] })).id,
    decision: refused.body.decisionId,
  }
})
afterAll(() => t.close())

const subject = () => ({ type: 'user', id: other.user.id })
const resource = () => ({ type: 'org', id: org.id, properties: { orgId: org.id } })
const action = { name: 'orgs:read' }
const rule = () => ({ name: 'New', effect: 'allow', permissions: ['orgs:read'], condition: 'true', orgId: org.id })

/** The doors that find the organisation outside of their path. */
const doors = (): [route: string, body?: object][] => [
  ['POST /v1/api-keys', { name: 'Key', scopes: ['orgs:read'], orgId: org.id }],
  ['POST /v1/api-keys', { name: 'Key', scopes: ['orgs:read'], serviceAccountId: ids.account }],
  ['POST /v1/api-keys', { name: 'Key', scopes: ['orgs:read'] }],
  [`GET /v1/api-keys?orgId=${org.id}`],
  [`GET /v1/api-keys/${ids.key}`],
  [`POST /v1/api-keys/${ids.key}/rotate`, {}],
  [`DELETE /v1/api-keys/${ids.key}`],
  ['POST /v1/service-accounts', { name: 'New', roles: ['member'], orgId: org.id }],
  [`GET /v1/service-accounts?orgId=${org.id}`],
  [`GET /v1/service-accounts/${ids.account}`],
  [`PATCH /v1/service-accounts/${ids.account}`, { roles: ['admin'] }],
  [`DELETE /v1/service-accounts/${ids.account}`],
  [`GET /v1/policies?orgId=${org.id}`],
  ['POST /v1/policies', rule()],
  [`GET /v1/policies/${ids.policy}`],
  [`PATCH /v1/policies/${ids.policy}`, { name: 'Other' }],
  [`DELETE /v1/policies/${ids.policy}`],
  [`GET /v1/permissions?orgId=${org.id}`],
  [`GET /v1/resource-types?orgId=${org.id}`],
  ['POST /access/v1/evaluation', { subject: subject(), action, resource: resource() }],
  ['POST /access/v1/evaluations', { subject: subject(), action, resource: resource(), evaluations: [{}] }],
  ['POST /access/v1/search/subject', { subject: { type: 'user' }, action, resource: resource() }],
  ['POST /access/v1/search/action', { subject: subject(), resource: resource() }],
  ['POST /v1/authz/explain', { subject: subject(), action, resource: resource() }],
  ['POST /v1/authz/explain', { decisionId: ids.decision }],
]

describe('a session that does not meet what the organisation requires', () => {
  /** Asks at every door, and returns the answers. Nothing may have changed. */
  async function askEverywhere(): Promise<string[]> {
    const tables = ['api_keys', 'service_accounts', 'service_account_roles', 'policies']
    const rows = async () => {
      const results = await Promise.all(tables.map((table) => sql(t, `SELECT * FROM ${table}`)))
      return JSON.stringify(results.map((result) => result.rows))
    }
    const before = await rows()
    const answers: string[] = []
    for (const [route, body] of doors()) {
      const answer = await call(t, route, { token: org.token, body })
      answers.push(`${route} ${answer.status} ${String(answer.body.code)}`)
    }
    expect(await rows()).toBe(before)
    return answers
  }
  const refusedEverywhere = (code: string) => doors().map(([route]) => `${route} 403 ${code}`)

  test.each([
    ['org.second_factor_required', { mfaRequired: true }],
    ['org.sign_in_method_refused', { signInMethods: ['passkey'] }],
  ])('gets %s at every door, and changes nothing', async (code, settings) => {
    await setSettings(t, org.id, settings)
    const answers = await askEverywhere()
    await setSettings(t, org.id, {})
    expect(answers).toEqual(refusedEverywhere(code))
  })

  test('is refused for a role of the organisation that requires a second factor, too', async () => {
    await addRole(t, org.id, 'careful', ['orgs:read'])
    await sql(t, 'UPDATE custom_roles SET mfa_required = 1 WHERE org_id = ?', [org.id])
    const held = 'INSERT INTO org_member_roles (org_id, user_id, role) VALUES (?, ?, ?)'
    await sql(t, held, [org.id, org.owner.user.id, 'careful'])
    t.deps.principals.forgetAll()
    const answers = await askEverywhere()
    await sql(t, `DELETE FROM org_member_roles WHERE role = 'careful'`)
    await sql(t, `DELETE FROM custom_roles WHERE name = 'careful'`)
    t.deps.principals.forgetAll()
    expect(answers).toEqual(refusedEverywhere('mfa.enrolment_required'))
  })

  test('makes no key that works there by a role elsewhere, and replaces none', async () => {
    const elsewhere = await newOrg(t, org.owner)
    const old = await makeKey(t, org.token, { scopes: ['orgs:read', 'members:read'] })
    await setSettings(t, org.id, { mfaRequired: true })
    const code = 'org.second_factor_required'
    expect((await askKey(t, org.token, { scopes: ['members:read'] })).body).toMatchObject({ code })
    const rotate = () => call(t, `POST /v1/api-keys/${old.id}/rotate`, { token: org.token, body: {} })
    expect((await rotate()).body.code).toBe(code)
    // A key that is limited to the other organisation does nothing here.
    expect((await askKey(t, org.token, { scopes: ['members:read'], orgId: elsewhere.id })).status).toBe(201)
    // One's own key can always be ended.
    expect((await call(t, `DELETE /v1/api-keys/${old.id}`, { token: org.token })).status).toBe(204)
    await setSettings(t, org.id, {})
  })

  test('keeps no active organisation through a step-up', async () => {
    const { accessToken, user } = await member(t, org.id)
    const asked = { token: accessToken, body: { orgId: org.id } }
    const switched = await call<Session>(t, 'POST /v1/me/active-org', asked)
    expect(decodeJwt(switched.body.accessToken)).toMatchObject({ org_id: org.id })
    await setSettings(t, org.id, { signInMethods: ['passkey'] })
    const body = { password: PASSWORD }
    const stepped = await call<Session>(t, 'POST /v1/auth/step-up', { token: switched.body.accessToken, body })
    await setSettings(t, org.id, {})
    expect(stepped.status, stepped.text).toBe(200)
    expect(decodeJwt(stepped.body.accessToken)).toMatchObject({ sub: user.id })
    expect(decodeJwt(stepped.body.accessToken)).not.toHaveProperty('org_id')
  })
})

test('a role that requires a second factor ends the active organisation, at the switch, a refresh and a step-up', async () => {
  await addRole(t, org.id, 'guarded', ['orgs:read'])
  const { accessToken: token, refreshToken } = await member(t, org.id, ['guarded'])
  const switchTo = () => call<Session>(t, 'POST /v1/me/active-org', { token, body: { orgId: org.id } })
  const claims = async (route: string, asked: object) => {
    const { body, text } = await call<Session>(t, route, asked)
    if (body.accessToken === undefined) throw new Error(text)
    return decodeJwt(body.accessToken).org_role
  }
  const refreshed = () => claims('POST /v1/auth/refresh', { body: { refreshToken } })
  expect((await switchTo()).status).toBe(200)
  expect(await refreshed()).toBe('guarded')
  await sql(t, `UPDATE custom_roles SET mfa_required = 1 WHERE name = 'guarded'`)
  t.deps.principals.forgetAll()
  expect((await switchTo()).body).toMatchObject({ code: 'mfa.enrolment_required' })
  expect(await refreshed()).toBeUndefined()
  expect(await claims('POST /v1/auth/step-up', { token, body: { password: PASSWORD } })).toBeUndefined()
})

test('a stranger and a member without the permission learn nothing of the settings', async () => {
  const stranger = (await newOrg(t)).token
  await setSettings(t, org.id, { mfaRequired: true })
  const body = { name: 'Key', scopes: ['orgs:read'], orgId: org.id }
  const ask = (token: string) => call(t, 'POST /v1/api-keys', { token, body })
  expect((await ask(stranger)).body.code).toBe('org.not_found')
  expect((await ask(other.accessToken)).body.code).toBe('auth.forbidden')
  expect((await call(t, `GET /v1/api-keys/${ids.key}`, { token: stranger })).body.code).toBe('apikey.not_found')
  await setSettings(t, org.id, {})
})
