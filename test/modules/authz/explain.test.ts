/** Refusals and questions explain themselves, and the change that they name is enough. */
import { afterAll, beforeAll, describe, expect, spyOn, test } from 'bun:test'
import { createApp } from '../../../src/app.ts'
import { MAX_ROWS_OF_ACTOR } from '../../../src/core/authz/decision-log.ts'
import type { Actor, Principal } from '../../../src/deps.ts'
import { identifier } from '../../../src/http/identify.ts'
import { runJobs } from '../../../src/jobs.ts'
import { call, cookieOf, PASSWORD, setUpAdmin, signIn, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { join, makeOrg, makeRole, makeRule, sql } from './support.ts'

let t: TestApp
let admin: string
let user: { token: string; id: string }
let other: { token: string; id: string }

async function person(email: string): Promise<{ token: string; id: string }> {
  const { accessToken, user: made } = await signUp(t, email)
  return { token: accessToken, id: made.id }
}
beforeAll(async () => {
  t = await createTestApp()
  admin = (await setUpAdmin(t)).accessToken
  user = await person('user@example.com')
  other = await person('other@example.com')
})
afterAll(() => t.close())

const explain = (token: string, body: unknown, app: Pick<TestApp, 'app'> = t) =>
  call<Explained>(app, 'POST /v1/authz/explain', { token, body })
interface Explained {
  decision: boolean
  decidedBy: Record<string, unknown>
  facts: { path: string; value?: unknown }[]
  change: Record<string, unknown> | null
  code: string
}
/** The decision behind a refusal. */
async function refused(token: string, methodAndPath: string, body?: unknown, app: TestApp = t): Promise<string> {
  const answer = await call<{ decisionId: string }>(app, methodAndPath, { token, body })
  expect(answer.status, answer.text).toBe(403)
  expect(answer.body.decisionId).toMatch(/^dec_[0-9a-f]{32}$/)
  return answer.body.decisionId
}

describe('a refusal with status 403', () => {
  test('names a decision; its explanation names the role, and with the role the same request passes', async () => {
    const { token, id } = await person('role@example.com')
    const decisionId = await refused(token, 'GET /v1/users')
    const { body } = await explain(token, { decisionId })
    expect(body).toEqual({
      decision: false,
      decidedBy: { kind: 'default' },
      facts: [],
      change: { kind: 'role', role: 'admin', orgId: null },
    } as never)
    expect((await call(t, `PATCH /v1/users/${id}`, { token: admin, body: { roles: ['admin'] } })).status).toBe(200)
    expect((await call(t, 'GET /v1/users', { token })).status).toBe(200)
  })

  test('is explained to who was refused and to holders of authz:explain; to others the decision does not exist', async () => {
    const decisionId = await refused(user.token, 'GET /v1/users')
    expect((await explain(user.token, { decisionId })).status).toBe(200)
    expect((await explain(admin, { decisionId })).status).toBe(200)
    for (const id of [decisionId, 'dec_00000000000000000000000000000000', 'x']) {
      const answer = await explain(other.token, { decisionId: id })
      expect(answer.status).toBe(404)
      expect(answer.body.code).toBe('decision.not_found')
    }
  })

  test('is explained for a day, also by a process that did not decide', async () => {
    const own = await createTestApp()
    try {
      const token = async () => (await signIn(own, 'user@example.com')).accessToken
      await signUp(own, 'user@example.com')
      const decisionId = await refused(await token(), 'GET /v1/users', undefined, own)
      await own.settle()
      // Another process has the same database and an empty memory.
      const elsewhere = async () => explain(await token(), { decisionId }, { app: createApp({ ...own.deps }) })
      expect((await elsewhere()).body.change).toEqual({ kind: 'role', role: 'admin', orgId: null })
      own.clock.advance(86_399_000)
      expect((await elsewhere()).status).toBe(200)
      expect((await explain(await token(), { decisionId }, own)).status).toBe(200)
      own.clock.advance(1_000)
      expect((await elsewhere()).status).toBe(404)
      expect((await explain(await token(), { decisionId }, own)).status).toBe(404)
      expect((await own.deps.db.$client.execute('SELECT id FROM decisions')).rows).toHaveLength(1)
      await runJobs(own.deps, 'sweep-keys')
      expect((await own.deps.db.$client.execute('SELECT id FROM decisions')).rows).toEqual([])
    } finally {
      await own.close()
    }
  })

  test('for a sign-in that is too old names the time, and after a step-up the same request passes', async () => {
    const own = await createTestApp()
    try {
      await signUp(own, 'fresh@example.com')
      const cookie = await signInWithCookie(own, 'fresh@example.com')
      own.clock.advance(11 * 60_000)
      const asked = await call<{ decisionId: string }>(own, 'DELETE /v1/me', { cookie })
      expect(asked.status).toBe(403)
      const { body } = await call<Explained>(own, 'POST /v1/authz/explain', {
        cookie,
        body: { decisionId: asked.body.decisionId },
      })
      expect(body.decidedBy).toEqual({ kind: 'requirement', code: 'auth.fresh_session_required' })
      expect(body.facts.map(({ path }) => path)).toEqual(['actor.authenticatedAt'])
      expect(body.change).toMatchObject({ kind: 'attribute', path: 'actor.authenticatedAt' })
      const stepped = await call(own, 'POST /v1/auth/step-up', { cookie, body: { password: PASSWORD } })
      expect((await call(own, 'DELETE /v1/me', { cookie: cookieOf(stepped) })).status).toBe(204)
    } finally {
      await own.close()
    }
  })

  test('for a missing second factor names actor.mfa', async () => {
    const { token } = await person('mfa@example.com')
    await sql(t, `INSERT INTO role_requirements (role, mfa_required, updated_at) VALUES ('user', 1, 0)`)
    try {
      const decisionId = await refused(token, 'PATCH /v1/me', { name: 'x' })
      // The route of explanations needs the factor too.
      await sql(t, `DELETE FROM role_requirements`)
      const { body } = await explain(token, { decisionId })
      expect(body).toEqual({
        decision: false,
        decidedBy: { kind: 'requirement', code: 'mfa.enrolment_required' },
        facts: [{ path: 'actor.mfa', value: false }],
        change: { kind: 'attribute', path: 'actor.mfa', value: true },
      } as never)
    } finally {
      await sql(t, `DELETE FROM role_requirements`)
    }
  })

  test('to a stranger is explained to holders of authz:explain alone', async () => {
    const cookie = await signInWithCookie(t, 'other@example.com')
    const answer = await call<{ decisionId: string }>(t, 'POST /v1/auth/sign-out', {
      headers: { cookie: `__Host-session=${cookie}`, origin: 'https://evil.example' },
    })
    expect(answer.status).toBe(403)
    const { decisionId } = answer.body
    expect((await explain(other.token, { decisionId })).status).toBe(404)
    const { body } = await explain(admin, { decisionId })
    expect(body.decidedBy).toEqual({ kind: 'requirement', code: 'request.origin_refused' })
    expect(body.change).toEqual({ kind: 'attribute', path: 'context.origin', value: 'https://api.test' })
  })

  test('to an API key is explained to the person for whom it acts, and names the scope that it lacks', async () => {
    const key: Actor = {
      kind: 'api-key',
      id: 'apk_1',
      sessionId: null,
      orgId: null,
      actingFor: [
        { kind: 'api-key', id: 'apk_1' },
        { kind: 'user', id: user.id },
      ],
      roles: ['admin'],
      memberships: new Map(),
      scopes: new Set(['roles:read']),
      limiterKey: user.id,
    }
    const spy = spyOn(identifier(t.deps), 'cached').mockReturnValue(key as Principal) // no key can be made here
    const decisionId = await refused('x', 'GET /v1/users')
    const ofSessions = await refused('x', 'PATCH /v1/me', {})
    expect((await call(t, 'GET /v1/roles', { token: 'x' })).status).toBe(200)
    spy.mockRestore()
    expect((await explain(user.token, { decisionId })).body).toMatchObject({
      decidedBy: { kind: 'scope', permission: 'users:read' },
      change: { kind: 'permission', permission: 'users:read', of: 'api-key' },
    })
    expect((await explain(user.token, { decisionId: ofSessions })).body.change).toEqual({
      kind: 'attribute',
      path: 'actor.type',
      value: 'user',
    })
    expect((await explain(other.token, { decisionId })).status).toBe(404)
  })

  test('is recorded without attributes that no rule reads', async () => {
    const { token, id } = await person('private@example.com')
    await refused(token, 'GET /v1/users')
    await t.settle()
    const rows = async () =>
      (await t.deps.db.$client.execute(`SELECT record FROM decisions WHERE actor_id = '${id}' ORDER BY id`)).rows
    expect(String((await rows())[0]?.record)).not.toContain('private@example.com')
    await makeRule(t, { effect: 'allow', permissions: ['users:read'], condition: 'actor.email == "x@example.com"' })
    await refused(token, 'GET /v1/users')
    await t.settle()
    await sql(t, 'DELETE FROM policies')
    const record = String((await rows())[1]?.record)
    expect(record).toContain('private@example.com')
    expect(record).not.toContain('203.0.113.7')
  })

  test('is recorded in few rows and batches, however many there are', async () => {
    const { token, id } = await person('flood@example.com')
    await call(t, 'GET /v1/users', { token }) // the principal is read now
    await t.settle()
    const batch = spyOn(t.deps.db, 'batch')
    try {
      const answers = await Promise.all(Array.from({ length: 1_000 }, () => call(t, 'GET /v1/users', { token })))
      expect(new Set(answers.map(({ body }) => body.decisionId)).size).toBe(1_000)
      await t.settle()
      expect(batch.mock.calls.length).toBeLessThanOrEqual(MAX_ROWS_OF_ACTOR)
      const { rows } = await t.deps.db.$client.execute(`SELECT count(*) AS n FROM decisions WHERE actor_id = '${id}'`)
      expect(rows[0]?.n).toBe(MAX_ROWS_OF_ACTOR)
      // The ones that are not written are in memory.
      const last = answers.at(-1)?.body.decisionId
      expect((await explain(token, { decisionId: last })).status).toBe(200)
    } finally {
      batch.mockRestore()
    }
  })
})

describe('rules', () => {
  test('decide about our own routes; the explanation names the attribute, and with it the same request passes', async () => {
    const { token, id } = await person('rule@example.com')
    await call(t, `PATCH /v1/users/${id}`, { token: admin, body: { roles: ['admin'] } })
    const rule = await makeRule(t, { effect: 'deny', permissions: ['users:read'], condition: '!actor.emailVerified' })
    try {
      const decisionId = await refused(token, 'GET /v1/users')
      const { body } = await explain(token, { decisionId })
      expect(body).toEqual({
        decision: false,
        decidedBy: { kind: 'policy', id: rule, name: `rule ${rule}`, effect: 'deny' },
        facts: [{ path: 'actor.emailVerified', value: false }],
        change: { kind: 'attribute', path: 'actor.emailVerified', value: true },
      } as never)
      const changed = await call(t, `PATCH /v1/users/${id}`, { token: admin, body: { emailVerified: true } })
      expect(changed.status, changed.text).toBe(200)
      expect((await call(t, 'GET /v1/users', { token })).status).toBe(200)
    } finally {
      await sql(t, 'DELETE FROM policies')
    }
  })

  test('get the time, the address and the method of the request', async () => {
    await makeRule(t, {
      effect: 'deny',
      permissions: ['users:read'],
      condition:
        'timestamp(context.time) > timestamp("2000-01-01T00:00:00Z") && context.ip == "203.0.113.7" && context.method == "GET"',
    })
    try {
      const decisionId = await refused(admin, 'GET /v1/users')
      const { body } = await explain(admin, { decisionId })
      expect(body.facts.map(({ path }) => path).sort()).toEqual(['context.ip', 'context.method', 'context.time'])
    } finally {
      await sql(t, 'DELETE FROM policies')
    }
  })

  test('that deny never keep an administrator from roles and rules', async () => {
    await makeRule(t, {
      effect: 'deny',
      permissions: ['roles:read', 'roles:write', 'users:read'],
      condition: 'actor.id != ""',
    })
    try {
      expect((await call(t, 'GET /v1/roles', { token: admin })).status).toBe(200)
      expect((await call(t, 'GET /v1/users', { token: admin })).status).toBe(403)
    } finally {
      await sql(t, 'DELETE FROM policies')
    }
  })

  test('that allow give a permission that no role gives', async () => {
    const { token } = await person('allowed@example.com')
    await makeRule(t, {
      effect: 'allow',
      permissions: ['users:read'],
      condition: 'actor.email == "allowed@example.com"',
    })
    try {
      expect((await call(t, 'GET /v1/users', { token })).status).toBe(200)
      expect((await call(t, 'GET /v1/users', { token: other.token })).status).toBe(403)
    } finally {
      await sql(t, 'DELETE FROM policies')
    }
  })
})

describe('an explanation of a question', () => {
  const question = (id: string, permission: string, orgId?: string) => ({
    subject: { type: 'user', id },
    action: { name: permission },
    resource: { type: 'invoice', id: 'inv-1', ...(orgId === undefined ? {} : { properties: { orgId } }) },
  })

  test('names the membership, and with it the decision is true', async () => {
    const orgId = await makeOrg(t, { [other.id]: ['owner'] })
    const asked = question(user.id, 'invoices:read', orgId)
    await makeRole(t, orgId, 'reader', ['invoices:read'])
    const { body } = await explain(admin, asked)
    expect(body.change).toEqual({ kind: 'membership', orgId, role: 'reader' })
    await join(t, orgId, user.id, ['reader'])
    expect((await explain(admin, asked)).body).toMatchObject({
      decision: true,
      decidedBy: { kind: 'role', role: 'reader', orgId, permission: 'invoices:read' },
      change: null,
    })
  })

  test('names the permission that a role lacks, and with it the decision is true', async () => {
    const orgId = await makeOrg(t, { [user.id]: ['clerk'] })
    await makeRole(t, orgId, 'clerk', [])
    const asked = question(user.id, 'invoices:approve', orgId)
    const { body } = await explain(user.token, asked)
    expect(body.change).toEqual({ kind: 'permission', permission: 'invoices:approve', role: 'clerk', orgId })
    await sql(t, `UPDATE custom_roles SET permissions = '["invoices:approve"]' WHERE org_id = '${orgId}'`)
    expect((await explain(user.token, asked)).body.decision).toBe(true)
  })

  test('says nothing of an organisation that the caller may not see, whether it exists or not', async () => {
    const orgId = await makeOrg(t, { [other.id]: ['owner'] })
    await makeRole(t, orgId, 'secret-role', ['invoices:approve'])
    await makeRule(t, { orgId, effect: 'deny', permissions: ['invoices:approve'], condition: 'actor.id != ""' })
    const none = 'org_ffffffffffffffffffffffffffffffff'
    const existing = await explain(user.token, question(user.id, 'invoices:approve', orgId))
    const absent = await explain(user.token, question(user.id, 'invoices:approve', none))
    expect(existing.body).toEqual({ decision: false, decidedBy: { kind: 'default' }, facts: [], change: null } as never)
    expect(absent.text).toBe(existing.text)
    expect((await explain(admin, question(user.id, 'invoices:approve', orgId))).body.decidedBy.kind).toBe('policy')
    await sql(t, 'DELETE FROM policies')
  })

  test('about somebody else needs authz:explain, in the instance or in the organisation, there about its members', async () => {
    const orgId = await makeOrg(t, { [user.id]: ['member'], [other.id]: ['admin'] })
    const { id: stranger } = await person(`stranger-${orgId}@example.com`)
    const refusal = await explain(user.token, question(other.id, 'invoices:read', orgId))
    expect(refusal.status).toBe(403)
    expect((await explain(other.token, question(user.id, 'authz:explain', orgId))).body).toMatchObject({
      decision: false,
      change: { kind: 'role', role: 'admin', orgId },
    })
    expect((await explain(other.token, question(user.id, 'authz:explain'))).status).toBe(403)
    const unknown = await explain(other.token, question(stranger, 'invoices:read', orgId))
    expect(unknown.body).toEqual({ decision: false, decidedBy: { kind: 'default' }, facts: [], change: null } as never)
    expect((await explain(other.token, question('usr_x', 'invoices:read', orgId))).text).toBe(unknown.text)
  })

  test('is limited to 30 in a minute', async () => {
    const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
    try {
      const { accessToken: token } = await signUp(limited, 'user@example.com')
      const statuses: number[] = []
      for (let i = 0; i < 31; i++)
        statuses.push((await call(limited, 'POST /v1/authz/explain', { token, body: { decisionId: 'dec_x' } })).status)
      expect(statuses).toEqual([...Array.from({ length: 30 }, () => 404), 429])
    } finally {
      await limited.close()
    }
  })

  test.each([
    {},
    { decisionId: 5 },
    { decisionId: 'x', subject: {} },
    { decisionId: 'x'.repeat(65) },
    { subject: { type: 'user', id: 'x' }, action: { name: 'a:b' } },
    { subject: { type: 'user', id: '' }, action: { name: 'a:b' }, resource: { type: 'a', id: 'b' } },
    { subject: { type: 'user', id: 'x' }, action: { name: 'a:b' }, resource: { type: 'a', id: 'b' }, orgId: 'x' },
  ])('refuses %p', async (body) => {
    expect((await explain(user.token, body)).status).toBe(422)
  })
})
