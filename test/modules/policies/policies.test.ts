/** Rules: who makes them, and what is refused when they are saved. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { expectRefused, expectStatus, organisation, type Person, person, rows } from '../roles/support/people.ts'
import { hostileConditions } from '../../core/authz/support/hostile-conditions.ts'

let t: TestApp
let admin: Person
beforeEach(async () => {
  t = await createTestApp()
  const session = await setUpAdmin(t)
  admin = { ...session, token: session.accessToken }
  for (const name of ['invoices:approve', 'invoices:read'])
    await expectStatus(t, 201, 'POST /v1/permissions', admin, { name })
  await expectStatus(t, 201, 'POST /v1/resource-types', admin, {
    name: 'invoice',
    attributes: { amount: 'int', owner: 'string', tags: 'list' },
  })
})
afterEach(() => t.close())

const rule = {
  name: 'large invoices',
  effect: 'deny',
  permissions: ['invoices:approve'],
  resourceType: 'invoice',
  condition: 'resource.amount > 1000 && resource.owner != actor.id',
}
const stored = () => rows(t, 'SELECT name, effect, condition FROM policies ORDER BY name')

describe('a rule', () => {
  test('is made, read, changed with If-Match, and deleted', async () => {
    const made = await call<{ id: string }>(t, 'POST /v1/policies', { token: admin.token, body: rule })
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1"'])
    expect(made.headers.get('location')).toBe(`/v1/policies/${made.body.id}`)
    expect(made.body).toMatchObject(rule)
    const path = `/v1/policies/${made.body.id}`
    expect(await expectStatus<object>(t, 200, `GET ${path}`, admin)).toEqual(made.body)
    const patch = (version: string, body: object) =>
      call<{ code?: string }>(t, `PATCH ${path}`, { token: admin.token, headers: { 'if-match': version }, body })
    const changed = await patch('"1"', { condition: 'resource.amount > 2000', resourceType: null })
    expect([changed.status, changed.headers.get('etag'), 'resourceType' in changed.body]).toEqual([200, '"2"', false])
    expect((await patch('"1"', { effect: 'allow' })).body.code).toBe('policy.changed')
    const { items } = await expectStatus<{ items: object[] }>(t, 200, 'GET /v1/policies', admin)
    expect(items).toMatchObject([{ condition: 'resource.amount > 2000', effect: 'deny' }])
    await expectStatus(t, 204, `DELETE ${path}`, admin)
    for (const method of ['GET', 'DELETE']) await expectRefused(t, 404, 'policy.not_found', `${method} ${path}`, admin)
    const log = await rows(t, "SELECT type, data FROM events WHERE type LIKE 'policy.%' ORDER BY id")
    expect(log.map(({ type }) => type)).toEqual(['policy.created', 'policy.updated', 'policy.deleted'])
    for (const { data } of log) expect(String(data)).not.toContain('amount')
  })

  test('of an organisation belongs to it: swapped ids are 404 and change nothing', async () => {
    const [owner, other, member] = [await person(t), await person(t), await person(t)]
    const org = await organisation(t, [
      [owner, 'owner'],
      [member, 'member'],
    ])
    const theirs = await organisation(t, [[other, 'owner']])
    const { id } = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', owner, { ...rule, orgId: org })
    const path = `/v1/policies/${id}`
    for (const method of ['GET', 'PATCH', 'DELETE'])
      await expectRefused(
        t,
        404,
        'policy.not_found',
        `${method} ${path}`,
        other,
        method === 'PATCH' ? { name: 'x' } : undefined,
      )
    await expectRefused(t, 404, 'org.not_found', 'POST /v1/policies', owner, { ...rule, orgId: theirs })
    await expectRefused(t, 404, 'org.not_found', `GET /v1/policies?orgId=${theirs}`, owner)
    await expectRefused(t, 403, 'auth.forbidden', 'POST /v1/policies', owner, rule)
    await expectRefused(t, 403, 'auth.forbidden', 'GET /v1/policies', owner)
    // No rule moves to another organisation.
    await expectRefused(t, 422, 'request.invalid', `PATCH ${path}`, owner, { orgId: theirs })
    // A member reads it and changes nothing.
    await expectStatus(t, 200, `GET ${path}`, member)
    await expectRefused(t, 403, 'auth.forbidden', `PATCH ${path}`, member, { effect: 'allow' })
    await expectRefused(t, 403, 'auth.forbidden', `DELETE ${path}`, member)
    const { items } = await expectStatus<{ items: { id: string }[] }>(t, 200, `GET /v1/policies?orgId=${org}`, member)
    expect(items.map((item) => item.id)).toEqual([id])
    expect((await expectStatus<{ items: object[] }>(t, 200, 'GET /v1/policies', admin)).items).toEqual([])
    // One of the instance is unknown to those who may not read it.
    const ofInstance = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', admin, rule)
    await expectRefused(t, 404, 'policy.not_found', `GET /v1/policies/${ofInstance.id}`, owner)
    await expectStatus(t, 200, `PATCH ${path}`, admin, { name: 'by an administrator' })
  })

  test('takes effect with the next request, and is gone with the next one after its deletion', async () => {
    await expectStatus(t, 201, 'POST /v1/roles', admin, { name: 'reader', permissions: ['users:read'] })
    const body = { name: 'no', effect: 'deny', permissions: ['users:read'], condition: '"reader" in actor.roles' }
    const { id } = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', admin, body)
    const { policies } = t.deps.principals.scope('') ?? {}
    expect(policies).toBeUndefined() // it is read again
    expect((await call(t, 'GET /v1/users', { token: admin.token })).status).toBe(200)
    expect(t.deps.principals.scope('')?.policies.rules.map((known) => known.id)).toEqual([id])
    await expectStatus(t, 204, `DELETE /v1/policies/${id}`, admin)
    await expectStatus(t, 200, 'GET /v1/users', admin)
    expect(t.deps.principals.scope('')?.policies.rules).toEqual([])
  })
})

describe('refused when it is saved', () => {
  test('each hostile condition, with reasons and without its text', async () => {
    const made = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', admin, rule)
    const hostile = hostileConditions.filter(({ outcome }) => outcome === undefined).map(({ condition }) => condition)
    for (const condition of [...hostile, 'resource.secretword', 'resource.owner', '1', '"secretword"', 'secretword(']) {
      if (condition.length === 0 || condition.length > 4_000) continue
      for (const [request, body] of [
        ['POST /v1/policies', { ...rule, name: 'hostile', condition }],
        [`PATCH /v1/policies/${made.id}`, { condition }],
      ] as const) {
        const answer = await call<{ code: string; errors: { path: string; message: string }[] }>(t, request, {
          token: admin.token,
          body,
        })
        expect(answer.status, condition).toBe(422)
        if (answer.body.code !== 'request.invalid') {
          expect(answer.body.code).toBe('policy.condition_refused')
          expect(answer.body.errors[0]?.path).toBe('/condition')
          expect(answer.body.errors[0]?.message).not.toBe('')
          if (condition.length > 40) expect(answer.text).not.toContain(JSON.stringify(condition).slice(1, -1))
        }
      }
    }
    expect(await stored()).toEqual([{ name: rule.name, effect: 'deny', condition: rule.condition }])
  })

  test('an attribute that the resource type does not declare, also by a change of the type of the rule', async () => {
    const undeclared = { ...rule, condition: 'resource.colour == "red"' }
    await expectRefused(t, 422, 'policy.condition_refused', 'POST /v1/policies', admin, undeclared)
    const { resourceType: _, ...ofAnyType } = undeclared
    const { id } = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', admin, ofAnyType)
    await expectRefused(t, 422, 'policy.condition_refused', `PATCH /v1/policies/${id}`, admin, {
      resourceType: 'invoice',
    })
    const unknown = await expectRefused(t, 422, 'request.invalid', `PATCH /v1/policies/${id}`, admin, {
      resourceType: 'house',
    })
    expect(unknown.errors?.map(({ path }) => path)).toEqual(['/resourceType'])
  })

  test('permissions that do not exist, wrong fields, and taken names', async () => {
    const owner = await person(t)
    const org = await organisation(t, [[owner, 'owner']])
    const at = async (body: object, by = admin) =>
      (await expectRefused(t, 422, 'request.invalid', 'POST /v1/policies', by, { ...rule, ...body })).errors?.[0]?.path
    expect(await at({ permissions: ['invoices:read', 'no:body'] })).toBe('/permissions/1')
    expect(await at({ permissions: ['users:read'], orgId: org }, owner)).toBe('/permissions/0')
    for (const body of [
      { effect: 'maybe' },
      { permissions: [] },
      { condition: '' },
      { name: ' ' },
      { version: 2 },
      { orgId: 'x' },
    ])
      await at(body)
    await expectStatus(t, 201, 'POST /v1/policies', admin, rule)
    await expectRefused(t, 409, 'policy.name_taken', 'POST /v1/policies', admin, rule)
    const other = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', admin, { ...rule, name: 'other' })
    await expectRefused(t, 409, 'policy.name_taken', `PATCH /v1/policies/${other.id}`, admin, { name: rule.name })
    await expectStatus(t, 201, 'POST /v1/policies', owner, { ...rule, orgId: org })
    await expectRefused(t, 409, 'policy.name_taken', 'POST /v1/policies', owner, { ...rule, orgId: org })
  })

  test('a deny rule that could lock out everybody', async () => {
    for (const name of ['policies:read', 'policies:write', 'roles:read', 'roles:write']) {
      const body = { ...rule, permissions: ['invoices:read', name], resourceType: undefined, condition: 'true' }
      const refused = await expectRefused(t, 422, 'request.invalid', 'POST /v1/policies', admin, body)
      expect(refused.errors?.map(({ path }) => path)).toEqual(['/permissions/1'])
    }
    const allow = { name: 'a', effect: 'allow', permissions: ['policies:read'], condition: 'false' }
    const { id } = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', admin, allow)
    await expectRefused(t, 422, 'request.invalid', `PATCH /v1/policies/${id}`, admin, { effect: 'deny' })
  })

  test('more than 100, also by requests at once', async () => {
    const { resourceType: _, ...plain } = { ...rule, condition: 'false' }
    for (let index = 0; index < 95; index++)
      await expectStatus(t, 201, 'POST /v1/policies', admin, { ...plain, name: `rule ${index}` })
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        call<{ code: string }>(t, 'POST /v1/policies', {
          token: admin.token,
          body: { ...plain, name: `more ${index}` },
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201).length).toBe(5)
    for (const { status, body } of answers) if (status !== 201) expect(body.code).toBe('policy.limit_reached')
  })

  test('a session that is not fresh', async () => {
    const { id } = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', admin, rule)
    t.clock.advance(11 * 60_000)
    const renewed = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: admin.refreshToken } })
    const stale = { token: renewed.body.accessToken }
    await expectStatus(t, 200, 'GET /v1/policies', stale)
    await expectRefused(t, 403, 'auth.fresh_session_required', 'POST /v1/policies', stale, { ...rule, name: 'x' })
    await expectRefused(t, 403, 'auth.fresh_session_required', `PATCH /v1/policies/${id}`, stale, { name: 'x' })
    await expectRefused(t, 403, 'auth.fresh_session_required', `DELETE /v1/policies/${id}`, stale)
  })
})

test('nobody allows by a rule what they may not do, and nobody changes a rule about it', async () => {
  await expectStatus(t, 201, 'POST /v1/roles', admin, {
    name: 'ruler',
    permissions: ['policies:read', 'policies:write', 'invoices:read'],
  })
  const ruler = await person(t, ['ruler'])
  const allow = { name: 'mine', effect: 'allow', permissions: ['invoices:read', 'users:write'], condition: 'true' }
  await expectRefused(t, 403, 'role.exceeds_own', 'POST /v1/policies', ruler, allow)
  const { id } = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', ruler, {
    ...allow,
    permissions: ['invoices:read'],
  })
  await expectRefused(t, 403, 'role.exceeds_own', `PATCH /v1/policies/${id}`, ruler, { permissions: ['users:write'] })
  const above = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', admin, { ...rule, effect: 'deny' })
  await expectRefused(t, 403, 'role.exceeds_own', `PATCH /v1/policies/${above.id}`, ruler, { condition: 'false' })
  await expectRefused(t, 403, 'role.exceeds_own', `DELETE /v1/policies/${above.id}`, ruler)
  expect((await stored()).length).toBe(2)
})

describe('a resource type', () => {
  test('keeps what its rules need: a change that would break one is refused and names it', async () => {
    const owner = await person(t)
    const org = await organisation(t, [[owner, 'owner']])
    const { id } = await expectStatus<{ id: string }>(t, 201, 'POST /v1/policies', owner, { ...rule, orgId: org })
    const path = '/v1/resource-types/invoice'
    const refused = await expectRefused(t, 409, 'resource.type_in_use', `PATCH ${path}`, admin, {
      attributes: { amount: 'int' },
    })
    expect(refused.errors?.[0]?.message).toStartWith(`${id}: `)
    await expectRefused(t, 409, 'resource.type_in_use', `DELETE ${path}`, admin)
    // Tags are in no rule. More attributes break none.
    const attributes = { amount: 'int', owner: 'string', colour: 'string' }
    expect(await expectStatus(t, 200, `PATCH ${path}`, admin, { attributes })).toMatchObject({ attributes })
    await expectStatus(t, 204, `DELETE /v1/policies/${id}`, owner)
    await expectStatus(t, 204, `DELETE ${path}`, admin)
    await expectRefused(t, 404, 'resource.type_not_found', `PATCH ${path}`, admin, { attributes })
    await expectRefused(t, 404, 'resource.type_not_found', `DELETE ${path}`, admin)
  })

  test('and a rule that begins to use it at the same time never miss each other, fifty times', async () => {
    const path = '/v1/resource-types/invoice'
    for (let round = 0; round < 50; round++) {
      const [made, changed] = await Promise.all([
        call<{ id: string }>(t, 'POST /v1/policies', {
          token: admin.token,
          body: { ...rule, condition: '"a" in resource.tags' },
        }),
        call(t, `PATCH ${path}`, { token: admin.token, body: { attributes: { amount: 'int' } } }),
      ])
      const both = made.status === 201 && changed.status === 200
      expect(both, `${made.status} ${changed.status}`).toBeFalse()
      if (made.status === 201) await expectStatus(t, 204, `DELETE /v1/policies/${made.body.id}`, admin)
      await expectStatus(t, 200, `PATCH ${path}`, admin, { attributes: { amount: 'int', tags: 'list' } })
    }
  })
})
