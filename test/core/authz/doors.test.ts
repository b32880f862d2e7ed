/** One evaluator behind every door: guards of paths, and handlers whose body, query or row names the organisation. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createApp } from '../../../src/app.ts'
import { decisionLog } from '../../../src/core/authz/decision-log.ts'
import { createPrincipalCache, REMOTE_PRINCIPAL_TTL_MS } from '../../../src/platform/principal-cache.ts'
import { call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { makeRole, makeRule, sql } from '../../modules/authz/support.ts'
import { organisation, type Person, person } from '../../modules/roles/support/people.ts'

let t: TestApp
let owner: Person
let guest: Person
let org: string
const OFFICE = '192.0.2.7'
const ELSEWHERE = '198.51.100.9'
beforeAll(async () => {
  t = await createTestApp({ env: { TRUSTED_PROXIES: '203.0.113.7' } })
  owner = await person(t)
  guest = await person(t)
  org = await organisation(t, [
    [owner, 'owner'],
    [guest, 'nothing'],
  ])
  await makeRole(t, org, 'nothing', [])
})
afterAll(() => t.close())

/** The permission of each door, and whether a guard or a handler asks for it. */
const doors: [permission: string, by: 'guard' | 'handler', request: (id: string) => string][] = [
  ['orgs:read', 'guard', (id) => `GET /v1/orgs/${id}`],
  ['members:read', 'guard', (id) => `GET /v1/orgs/${id}/members`],
  ['roles:read', 'guard', (id) => `GET /v1/orgs/${id}/roles`],
  ['invitations:read', 'guard', (id) => `GET /v1/orgs/${id}/invitations`],
  ['domains:read', 'guard', (id) => `GET /v1/orgs/${id}/domains`],
  ['policies:read', 'handler', (id) => `GET /v1/policies?orgId=${id}`],
  ['permissions:read', 'handler', (id) => `GET /v1/permissions?orgId=${id}`],
  ['resource-types:read', 'handler', (id) => `GET /v1/resource-types?orgId=${id}`],
  ['api-keys:read', 'handler', (id) => `GET /v1/api-keys?orgId=${id}`],
  ['service-accounts:read', 'handler', (id) => `GET /v1/service-accounts?orgId=${id}`],
]
const permissions = doors.map(([permission]) => permission)

const from = (address: string) => ({ 'x-forwarded-for': address, 'user-agent': 'test' })
const ask = (on: Pick<TestApp, 'app'>, request: string, { token }: Person, address = OFFICE) =>
  call<{ code?: string; decisionId?: string }>(on, request, { token, headers: from(address) })

/** The same database, another memory: what another process sees. */
function otherProcess(): Pick<TestApp, 'app'> {
  const principals = createPrincipalCache({ maxEntries: 100, ttlMs: REMOTE_PRINCIPAL_TTL_MS, clock: t.clock })
  return { app: createApp({ ...t.deps, principals }) }
}
const noRules = () => sql(t, 'DELETE FROM policies')

describe('a rule of an organisation decides equally at every door', () => {
  const cases: [effect: 'allow' | 'deny', condition: string, office: number, elsewhere: number][] = [
    ['deny', `context.ip != "${OFFICE}"`, 200, 403],
    ['deny', 'context.time < timestamp("2000-01-01T00:00:00Z")', 403, 403], // a text is no timestamp: it cannot be evaluated
    ['deny', 'timestamp(context.time) < timestamp("2000-01-01T00:00:00Z")', 200, 200],
    ['deny', 'context.method != "GET" || context.userAgent != "test" || context.requestId == ""', 200, 200],
    ['deny', '!actor.emailVerified', 403, 403],
    ['deny', 'actor.department == "sales"', 403, 403], // missing
    ['allow', `context.ip == "${OFFICE}"`, 200, 403],
    ['allow', '!actor.emailVerified', 200, 200],
    ['allow', 'actor.department == "sales"', 403, 403],
    ['allow', 'resource.orgId != ""', 200, 200],
  ]
  test.each(cases)('%s if %s: %i at the office, %i elsewhere', async (effect, condition, office, elsewhere) => {
    await noRules()
    const id = await makeRule(t, { orgId: org, effect, permissions, condition })
    const who = effect === 'deny' ? owner : guest
    for (const [permission, by, request] of doors)
      for (const [address, status] of [
        [OFFICE, office],
        [ELSEWHERE, elsewhere],
      ] as const) {
        const answer = await ask(t, request(org), who, address)
        expect([answer.status, answer.body.code], `${by} ${permission} ${answer.text}`).toEqual(
          status === 200 ? [200, undefined] : [403, 'auth.forbidden'],
        )
        if (status === 200) continue
        const explained = await call<{ decidedBy: { kind: string; id?: string }; facts: object[] }>(
          t,
          'POST /v1/authz/explain',
          { token: who.token, body: { decisionId: answer.body.decisionId } },
        )
        const { decidedBy, facts } = explained.body
        const named = effect === 'deny' || decidedBy.kind === 'policy'
        expect(decidedBy, `${by} ${permission}`).toMatchObject(named ? { kind: 'policy', id } : { kind: 'default' })
        if (named) expect(facts.length).toBeGreaterThan(0)
      }
  })

  test('with the next request, and in another process within a second', async () => {
    await noRules()
    const there = otherProcess()
    for (const [, , request] of doors) expect((await ask(there, request(org), owner)).status).toBe(200)
    const made = await call<{ id: string }>(t, 'POST /v1/policies', {
      token: owner.token,
      headers: from(OFFICE),
      body: {
        orgId: org,
        name: 'office alone',
        effect: 'deny',
        permissions: permissions.filter((name) => !/^(?:policies|roles):/.test(name)),
        condition: `context.ip != "${OFFICE}"`,
      },
    })
    expect(made.status, made.text).toBe(201)
    const denied = async (on: Pick<TestApp, 'app'>) => {
      for (const [permission, , request] of doors) {
        const undeniable = /^(?:policies|roles):/.test(permission)
        expect((await ask(on, request(org), owner, ELSEWHERE)).status, permission).toBe(undeniable ? 200 : 403)
        expect((await ask(on, request(org), owner)).status, permission).toBe(200)
      }
    }
    await denied(t)
    t.clock.advance(1000)
    await denied(there)
  })

  test('for writes too: the organisation, its API keys and its service accounts', async () => {
    await noRules()
    const writes: [string, object][] = [
      [`PATCH /v1/orgs/${org}`, { name: 'Acme 2' }],
      [`POST /v1/orgs/${org}/roles`, { name: 'made', permissions: [] }],
      ['POST /v1/api-keys', { name: 'k', orgId: org, scopes: ['orgs:read'] }],
      ['POST /v1/service-accounts', { name: 's', orgId: org, roles: ['member'] }],
      ['POST /v1/policies', { orgId: org, name: 'p', effect: 'allow', permissions: ['orgs:read'], condition: 'true' }],
    ]
    const names = ['orgs:write', 'roles:write', 'api-keys:write', 'service-accounts:write', 'policies:write']
    await makeRule(t, { orgId: org, effect: 'deny', permissions: names, condition: `context.ip != "${OFFICE}"` })
    const fresh = { ...owner, token: owner.token }
    for (const [request, body] of writes) {
      const send = (address: string) =>
        call<{ code?: string }>(t, request, { token: fresh.token, body, headers: from(address) })
      expect((await send(ELSEWHERE)).body.code, request).toBe('auth.forbidden')
      const answer = await send(OFFICE)
      expect([200, 201], `${request} ${answer.text}`).toContain(answer.status)
    }
  })

  test('what one has by an allow rule alone is not given away by a role', async () => {
    await noRules()
    await makeRule(t, {
      orgId: org,
      effect: 'allow',
      permissions: ['roles:write', 'orgs:write'],
      condition: `context.ip == "${OFFICE}"`,
    })
    const body = { name: 'mine', permissions: ['orgs:write'] }
    const answer = await call<{ code?: string }>(t, `POST /v1/orgs/${org}/roles`, {
      token: guest.token,
      body,
      headers: from(OFFICE),
    })
    expect([answer.status, answer.body.code]).toEqual([403, 'role.exceeds_own'])
  })

  test('settings of the organisation hold at every door', async () => {
    await noRules()
    await sql(t, `UPDATE organisations SET settings = '{"mfaRequired":true}' WHERE id = '${org}'`)
    for (const [permission, , request] of doors)
      expect((await ask(t, request(org), owner)).body.code, permission).toBe('org.second_factor_required')
    await sql(t, `UPDATE organisations SET settings = '{}' WHERE id = '${org}'`)
  })
})

describe('a refusal in a handler names the permission that is lacking, and the change', () => {
  test.each<[code: string, request: (org: string) => string, body: (org: string) => object, lacked: string]>([
    [
      'role.exceeds_own',
      (id) => `POST /v1/orgs/${id}/roles`,
      () => ({ name: 'big', permissions: ['orgs:delete'] }),
      'orgs:delete',
    ],
    [
      'apikey.scope_refused',
      () => 'POST /v1/api-keys',
      (id) => ({ name: 'k', orgId: id, scopes: ['orgs:delete'] }),
      'orgs:delete',
    ],
    [
      'serviceaccount.role_refused',
      () => 'POST /v1/service-accounts',
      (id) => ({ name: 's', orgId: id, roles: ['deleter'] }),
      'orgs:delete',
    ],
    [
      'invitation.role_refused',
      (id) => `POST /v1/orgs/${id}/invitations`,
      () => ({ email: 'new@example.com', roles: ['deleter'] }),
      'orgs:delete',
    ],
    [
      'member.role_refused',
      (id) => `PATCH /v1/orgs/${id}/members/${guest.user.id}`,
      () => ({ roles: ['deleter'] }),
      'orgs:delete',
    ],
    [
      'auth.forbidden',
      () => 'POST /v1/policies',
      () => ({ name: 'p', effect: 'deny', permissions: ['orgs:read'], condition: 'true' }),
      'policies:write',
    ],
  ])('%s of %s', async (code, request, body, lacked) => {
    await noRules()
    const admin = await person(t)
    const id = await organisation(t, [
      [owner, 'owner'],
      [admin, 'admin'],
      [guest, 'member'],
    ])
    await makeRole(t, id, 'deleter', ['orgs:delete'])
    const answer = await call<{ code?: string; decisionId?: string }>(t, request(id), {
      token: admin.token,
      body: body(id),
    })
    expect([answer.status, answer.body.code], answer.text).toEqual([403, code])
    const { body: why } = await call<{ decidedBy: object; change: object }>(t, 'POST /v1/authz/explain', {
      token: admin.token,
      body: { decisionId: answer.body.decisionId },
    })
    expect(why.decidedBy).toEqual({ kind: 'default' })
    expect(why.change).toMatchObject({ kind: expect.stringMatching(/^(?:role|permission)$/) })
    expect(JSON.stringify(decisionLog(t.deps).recent(String(answer.body.decisionId))?.record.question)).toContain(
      lacked,
    )
  })
})

test('a rule reads the public metadata of a session, and of a subject that AuthZEN names', async () => {
  await noRules()
  await sql(t, `UPDATE users SET public_metadata = '{"plan":"pro"}' WHERE id = '${guest.user.id}'`)
  const condition = 'actor.publicMetadata.plan == "pro"'
  await makeRule(t, { orgId: org, effect: 'allow', permissions: ['orgs:read'], condition })
  expect((await ask(t, `GET /v1/orgs/${org}`, guest)).status).toBe(200)
  const asked = (id: string) =>
    call<{ decision?: boolean }>(t, 'POST /access/v1/evaluation', {
      token: owner.token,
      body: {
        subject: { type: 'user', id },
        action: { name: 'orgs:read' },
        resource: { type: 'orgs', id: org, properties: { orgId: org } },
      },
    })
  const answer = await asked(guest.user.id)
  expect(answer.body.decision, answer.text).toBe(true)
})
