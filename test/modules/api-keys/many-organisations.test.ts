/** A person with many organisations, whose rules are as large as a rule can be. */
import { expect, spyOn, test } from 'bun:test'
import { checkCondition } from '../../../src/core/authz/condition.ts'
import * as conditions from '../../../src/core/authz/condition.ts'
import { call, signUp } from '../../support/client.ts'
import { createTestApp } from '../../support/test-app.ts'
import { makeAccount, makeKey, makeOrg } from './support/keys.ts'

const ORGS = 20

test('a request asks the rules of the organisation that it concerns, and no others', async () => {
  const t = await createTestApp()
  const { accessToken: token } = await signUp(t, 'busy@example.com')
  const condition = Array.from({ length: 18 }, (_, at) => `(context.a${at} == "x" || actor.id == "y")`).join(' && ')
  expect(checkCondition(condition)).toEqual({ ok: true })
  const orgIds: string[] = []
  for (let at = 0; at < ORGS; at++) orgIds.push(await makeOrg(t, token, `Org ${at}`))
  const [first = ''] = orgIds
  const account = await makeAccount(t, token, { orgId: first, roles: ['member'] })
  const ofOrg = await makeKey(t, token, { orgId: first, scopes: ['orgs:read'] })
  const own = await makeKey(t, token, { scopes: ['orgs:read'] })
  const permissions = [
    'api-keys:read',
    'api-keys:write',
    'service-accounts:read',
    'service-accounts:write',
    'orgs:read',
  ]
  for (const orgId of orgIds)
    await t.deps.db.$client.execute({
      sql: `INSERT INTO policies (id, org_id, name, effect, permissions, resource_type, condition, version, created_at, updated_at)
        SELECT 'pol_' || value || ?, ?, 'rule ' || value, 'deny', ?, NULL, ?, 1, 0, 0 FROM json_each(?)`,
      args: [orgId, orgId, JSON.stringify(permissions), condition, JSON.stringify([...Array(100).keys()])],
    })
  const compile = spyOn(conditions, 'compileCondition')
  try {
    for (const [route, body] of [
      ['GET /v1/api-keys'],
      [`GET /v1/api-keys?orgId=${first}`],
      [`GET /v1/api-keys/${ofOrg.id}`],
      [`POST /v1/api-keys/${ofOrg.id}/rotate`, {}],
      [`DELETE /v1/api-keys/${ofOrg.id}`],
      ['POST /v1/api-keys', { name: 'Key', scopes: ['orgs:read'], orgId: first }],
      ['POST /v1/api-keys', { name: 'Key', scopes: ['orgs:read'], serviceAccountId: account.id }],
      ['POST /v1/api-keys', { name: 'Key', scopes: ['orgs:read'] }],
      [`POST /v1/api-keys/${own.id}/rotate`, {}],
      [`GET /v1/service-accounts?orgId=${first}`],
      ['POST /v1/service-accounts', { name: 'New', roles: ['member'], orgId: first }],
      [`GET /v1/service-accounts/${account.id}`],
      [`PATCH /v1/service-accounts/${account.id}`, { name: 'Other' }],
      [`DELETE /v1/service-accounts/${account.id}`],
    ] as const) {
      t.deps.principals.forgetAll()
      compile.mockClear()
      const answer = await call(t, route, { token, body })
      expect(answer.status, `${route} ${answer.text}`).toBeLessThan(500)
      expect(compile.mock.calls.length, route).toBeLessThanOrEqual(100)
    }
    const body = { name: 'Key', scopes: ['orgs:read'] }
    expect((await call(t, 'POST /v1/api-keys', { token, body })).body.code).toBe('decision.too_expensive')
  } finally {
    compile.mockRestore()
    await t.close()
  }
}, 300_000)
