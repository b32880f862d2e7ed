/** AuthZEN, Authorization API 1.0: the requests of its examples, with our ids and permissions, and hostile ones. */
import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from 'bun:test'
import { call, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { join, makeOrg, makeRole, makeRule, sql } from '../authz/support.ts'

const CANARY = 'canary-9f1d07'

let t: TestApp
/** A policy enforcement point: it may ask about everybody. */
let pep: string
let alice: { token: string; id: string }
let bob: { token: string; id: string }
let acme: string

async function person(email: string): Promise<{ token: string; id: string }> {
  const { accessToken, user } = await signUp(t, email)
  return { token: accessToken, id: user.id }
}
beforeAll(async () => {
  t = await createTestApp()
  pep = (await setUpAdmin(t)).accessToken
  alice = await person('alice@example.com')
  bob = await person('bob@example.com')
  acme = await makeOrg(t, { [alice.id]: ['reader'], [bob.id]: ['clerk'] })
  await makeRole(t, acme, 'clerk', [])
  await makeRole(t, acme, 'reader', ['accounts:read', 'documents:read'])
})
afterEach(() => sql(t, 'DELETE FROM policies', 'DELETE FROM app_permissions'))
afterAll(() => t.close())

interface Decision {
  decision: boolean
  context: { decisionId: string; reason?: string }
}
interface Results {
  page: { next_token: string; count: number }
  results: { type?: string; id?: string; name?: string }[]
}
const ask = <T = Decision>(path: string, body: unknown, token = pep, headers: Record<string, string> = {}) =>
  call<T & { code?: string; errors?: { path: string }[] }>(t, `POST /access/v1/${path}`, { token, body, headers })

const properties = () => ({ orgId: acme })
const aliceReads = () => ({
  subject: { type: 'user', id: alice.id },
  action: { name: 'accounts:read', properties: { method: 'GET' } },
  resource: { type: 'account', id: '123', properties: properties() },
  context: { time: '1985-10-26T01:22-07:00' },
})
const document = (id: string) => ({ type: 'document', id, properties: properties() })

describe('evaluation', () => {
  test('decides (§6)', async () => {
    const yes = await ask('evaluation', aliceReads())
    expect(yes.status).toBe(200)
    expect(yes.headers.get('content-type')).toContain('application/json')
    expect(yes.body).toEqual({ decision: true, context: { decisionId: expect.stringMatching(/^dec_/) } })
    const no = await ask('evaluation', { ...aliceReads(), subject: { type: 'user', id: bob.id } })
    expect(no.status).toBe(200)
    expect(no.body).toEqual({
      decision: false,
      context: { decisionId: expect.stringMatching(/^dec_/), reason: 'default' },
    })
  })

  test('is explained to the subject and to who asked', async () => {
    const { decisionId } = (await ask('evaluation', { ...aliceReads(), subject: { type: 'user', id: bob.id } })).body
      .context
    for (const token of [bob.token, pep]) {
      const { body } = await call(t, 'POST /v1/authz/explain', { token, body: { decisionId } })
      expect(body.change).toEqual({ kind: 'role', role: 'reader', orgId: acme })
    }
    expect((await call(t, 'POST /v1/authz/explain', { token: alice.token, body: { decisionId } })).status).toBe(404)
  })

  test('is false for unknown, disabled and foreign subjects', async () => {
    const { id } = await person('disabled@example.com')
    await join(t, acme, id, ['reader'])
    expect((await call(t, `POST /v1/users/${id}/disable`, { token: pep })).status).toBe(200)
    for (const subject of [
      { type: 'user', id },
      { type: 'user', id: 'alice@example.com' },
      { type: 'user', id: 'usr_00000000000000000000000000000000' },
      { type: 'robot', id: alice.id },
      { type: 'service_account', id: 'sva_x' },
    ]) {
      const { status, body } = await ask('evaluation', { ...aliceReads(), subject })
      expect(status).toBe(200)
      expect(body.decision).toBe(false)
    }
  })

  test('takes attributes of the resource, and none of the subject that the server knows better', async () => {
    await makeRule(t, {
      orgId: acme,
      effect: 'allow',
      permissions: ['invoices:approve'],
      resourceType: 'invoice',
      condition:
        'resource.amount < 1000 && actor.email.endsWith("@example.com") && actor.department == "Sales" && context.action.channel == "web"',
    })
    const asked = {
      subject: {
        type: 'user',
        id: bob.id,
        properties: { department: 'Sales', email: 'bob@evil.example', roles: ['admin'] },
      },
      action: { name: 'invoices:approve', properties: { channel: 'web' } },
      resource: { type: 'invoice', id: 'inv-1', properties: { orgId: acme, amount: 120 } },
    }
    expect((await ask('evaluation', asked)).body.decision).toBe(true)
    const large = { ...asked, resource: { ...asked.resource, properties: { orgId: acme, amount: 5_000 } } }
    const { body } = await ask('evaluation', large)
    expect(body.decision).toBe(false)
    const explained = await call(t, 'POST /v1/authz/explain', {
      token: pep,
      body: { decisionId: body.context.decisionId },
    })
    expect(explained.body.change).toMatchObject({ kind: 'attribute', path: 'resource.amount' })
  })

  test('is decided for a service account by its roles', async () => {
    await sql(
      t,
      `INSERT INTO service_accounts (id, org_id, name, description, status, version, created_at, updated_at) VALUES ('sva_00000000000000000000000000000001', '${acme}', 'Robot', '', 'active', 1, 0, 0)`,
      `INSERT INTO service_account_roles (service_account_id, role) VALUES ('sva_00000000000000000000000000000001', 'reader')`,
    )
    const subject = { type: 'service_account', id: 'sva_00000000000000000000000000000001' }
    expect((await ask('evaluation', { ...aliceReads(), subject })).body.decision).toBe(true)
    const elsewhere = { type: 'account', id: '123' }
    expect((await ask('evaluation', { ...aliceReads(), subject, resource: elsewhere })).body.decision).toBe(false)
  })

  test('names the organisation by the resource or by the context', async () => {
    const inContext = { ...aliceReads(), resource: { type: 'account', id: '1' }, context: { orgId: acme } }
    expect((await ask('evaluation', inContext)).body.decision).toBe(true)
    const itself = { ...aliceReads(), resource: { type: 'org', id: acme } }
    expect((await ask('evaluation', itself)).body.decision).toBe(true)
    const none = { ...aliceReads(), resource: { type: 'account', id: '1' } }
    expect((await ask('evaluation', none)).body.decision).toBe(false)
  })

  test('about oneself needs no permission; about somebody else it needs authz:evaluate', async () => {
    expect((await ask('evaluation', aliceReads(), alice.token)).body.decision).toBe(true)
    const refused = await ask('evaluation', aliceReads(), bob.token)
    expect(refused.status).toBe(403)
    expect(refused.body.code).toBe('auth.forbidden')
    expect((refused.body as unknown as { decisionId: string }).decisionId).toMatch(/^dec_/)
    expect((await call(t, 'POST /access/v1/evaluation', { body: aliceReads() })).status).toBe(401)
  })

  test('about the members of an organisation needs the permission there, and shows nothing of others', async () => {
    const { token } = await person('org-pep@example.com')
    const { id: outsider } = await person('outsider@example.com')
    await call(t, `PATCH /v1/users/${outsider}`, { token: pep, body: { roles: ['admin'] } })
    await join(t, acme, await idOf(token), ['admin'])
    expect((await ask('evaluation', aliceReads(), token)).body.decision).toBe(true)
    // An administrator of the instance may read, but is no member: the caller must not learn it.
    const about = { ...aliceReads(), action: { name: 'users:read' }, subject: { type: 'user', id: outsider } }
    expect((await ask('evaluation', about)).body.decision).toBe(true)
    expect((await ask('evaluation', about, token)).body.decision).toBe(false)
    const elsewhere = await makeOrg(t, { [alice.id]: ['owner'] })
    const foreign = { ...aliceReads(), resource: { type: 'account', id: '1', properties: { orgId: elsewhere } } }
    expect((await ask('evaluation', foreign, token)).status).toBe(403)
  })

  test('ignores unknown fields, and sends the request identifier back (§10.1)', async () => {
    const unknown = { ...aliceReads(), extra: 1, resource: { ...aliceReads().resource, more: { deep: true } } }
    for (const id of ['bfe9eb29-ab87-4ca3-be83-a1d5d8305716', 'any text: 1/2', '7']) {
      const answer = await ask('evaluation', unknown, pep, { 'x-request-id': id })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-request-id')).toBe(id)
    }
    const uuid = 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716'
    const refused = await ask('evaluation', {}, pep, { 'x-request-id': uuid })
    expect(refused.headers.get('x-request-id')).toBe(uuid)
  })

  const whole = { subject: { type: 'user', id: 'x' }, action: { name: 'a:b' }, resource: { type: 'a', id: 'b' } }
  test.each([
    ['an empty object', {}],
    ['no subject', { ...whole, subject: undefined }],
    ['no id of the subject', { ...whole, subject: { type: 'user' } }],
    ['a number as id', { ...whole, subject: { type: 'user', id: 5 } }],
    ['a list as subject', { ...whole, subject: [] }],
    ['null as subject', { ...whole, subject: null }],
    ['no action', { ...whole, action: undefined }],
    ['an action without a name', { ...whole, action: {} }],
    ['no resource', { ...whole, resource: undefined }],
    ['a resource without an id', { ...whole, resource: { type: 'a' } }],
    ['properties that are a list', { ...whole, resource: { type: 'a', id: 'b', properties: [] } }],
    ['a context that is a text', { ...whole, context: 'x' }],
    ['a very long id', { ...whole, subject: { type: 'user', id: CANARY.repeat(30) } }],
    ['a list as name', { ...whole, action: { name: [CANARY] } }],
    ['an object as type', { ...whole, resource: { type: { [CANARY]: CANARY }, id: 'b' } }],
    ['lists everywhere', { subject: [CANARY], action: [CANARY], resource: [CANARY], context: [CANARY] }],
    ['a list', []],
    ['a text', 'x'],
  ])('is 400 with %s', async (_, body) => {
    for (const path of ['evaluation', 'evaluations']) {
      const answer = await ask(path, body)
      expect(answer.status, answer.text).toBe(400)
      expect(answer.body.code).toBe('access.request_invalid')
      expect(answer.text).not.toContain(CANARY)
    }
  })

  test('is not confused by names of the prototype chain', async () => {
    const body = `{"subject":{"type":"user","id":"${alice.id}","properties":{"__proto__":{"roles":["admin"]},"constructor":{"x":1}}},"action":{"name":"__proto__"},"resource":{"type":"constructor","id":"toString","properties":{"__proto__":{"orgId":"${acme}"}}},"context":{"__proto__":{"orgId":"${acme}"}}}`
    const answer = await t.app.handle(
      new Request('https://api.test/access/v1/evaluation', {
        method: 'POST',
        headers: { authorization: `Bearer ${pep}`, 'content-type': 'application/json' },
        body,
      }),
    )
    expect(answer.status).toBe(200)
    expect(((await answer.json()) as Decision).decision).toBe(false)
  })
})

async function idOf(token: string): Promise<string> {
  return (await call<{ id: string }>(t, 'GET /v1/me', { token })).body.id
}

describe('evaluations', () => {
  const decisions = (answer: { body: { evaluations: Decision[] } }) =>
    answer.body.evaluations.map(({ decision }) => decision)
  type Many = { evaluations: Decision[] }

  test('take what they lack from the request (§7.1.1)', async () => {
    const answer = await ask<Many>('evaluations', {
      subject: { type: 'user', id: alice.id },
      context: { time: '2024-05-31T15:22-07:00' },
      action: { name: 'documents:read' },
      evaluations: [
        { resource: document('boxcarring.md') },
        { resource: document('subject-search.md') },
        { action: { name: 'documents:edit' }, resource: document('resource-search.md') },
        { subject: { type: 'user', id: bob.id }, resource: document('1') },
      ],
    })
    expect(answer.status).toBe(200)
    expect(decisions(answer)).toEqual([true, true, false, false])
    expect(Object.keys(answer.body)).toEqual(['evaluations'])
  })

  test.each([
    ['execute_all', [true, false, true]],
    ['deny_on_first_deny', [true, false]],
    ['permit_on_first_permit', [true]],
    [undefined, [true, false, true]],
  ])('stop as %s says (§7.1.2.1)', async (semantic, expected) => {
    const answer = await ask<Many>('evaluations', {
      subject: { type: 'user', id: alice.id },
      action: { name: 'documents:read' },
      options: { ...(semantic === undefined ? {} : { evaluations_semantic: semantic }), another_option: 'value' },
      evaluations: [
        { resource: document('1') },
        { resource: { type: 'document', id: '2' } },
        { resource: document('3') },
      ],
    })
    expect(decisions(answer)).toEqual(expected)
  })

  test('are one evaluation if there are none', async () => {
    for (const more of [{}, { evaluations: [] }]) {
      const { body } = await ask('evaluations', { ...aliceReads(), ...more })
      expect(body.decision).toBe(true)
      expect(body).not.toHaveProperty('evaluations')
    }
  })

  test('that lack a field on both levels are 400, and name it', async () => {
    const { status, body } = await ask('evaluations', {
      subject: { type: 'user', id: alice.id },
      evaluations: [{ action: { name: 'a:b' }, resource: document('1') }, { resource: document('1') }],
    })
    expect(status).toBe(400)
    expect(body.errors?.map(({ path }) => path)).toEqual(['/evaluations/1/action'])
    const semantic = await ask('evaluations', { ...aliceReads(), options: { evaluations_semantic: 'all' } })
    expect(semantic.status).toBe(400)
  })

  test('are all refused if the caller may not ask one of them', async () => {
    const evaluations = [{ subject: { type: 'user', id: bob.id } }, { subject: { type: 'user', id: alice.id } }]
    const { subject: _, ...rest } = aliceReads()
    expect((await ask('evaluations', { ...rest, evaluations }, bob.token)).status).toBe(403)
  })

  test('of 100 subjects cost one round trip after the caller, and a 101st is refused', async () => {
    const ids = Array.from({ length: 98 }, (_, i) => `usr_${String(i).padStart(32, '0')}`)
    const evaluations = [alice.id, ...ids, bob.id].map((id) => ({ subject: { type: 'user', id } }))
    const { subject: _, ...rest } = aliceReads()
    await t.settle()
    t.deps.principals.forgetAll()
    const batch = spyOn(t.deps.db.$client, 'batch')
    try {
      const answer = await ask<Many>('evaluations', { ...rest, evaluations })
      expect(decisions(answer)).toEqual([true, ...ids.map(() => false), false])
      expect(batch.mock.calls.length).toBeLessThanOrEqual(3) // the caller, the question, and the decisions behind the answer
    } finally {
      batch.mockRestore()
    }
    const more = { ...rest, evaluations: [...evaluations, evaluations[0]] }
    expect([400, 422]).toContain((await ask('evaluations', more)).status)
  })
})

describe('search', () => {
  async function all(
    path: string,
    body: Record<string, unknown>,
    limit?: number,
    token = pep,
  ): Promise<Results['results'][]> {
    const pages: Results['results'][] = []
    let next = ''
    do {
      const page = { ...(limit === undefined ? {} : { limit }), ...(next === '' ? {} : { token: next }) }
      const answer = await ask<Results>(path, { ...body, page }, token)
      expect(answer.status, answer.text).toBe(200)
      expect(Object.keys(answer.body)[0]).toBe('page')
      expect(answer.body.page.count).toBe(answer.body.results.length)
      pages.push(answer.body.results)
      next = answer.body.page.next_token
    } while (next !== '')
    return pages
  }
  const readers = () => ({
    subject: { type: 'user', id: 'ignored' },
    action: { name: 'accounts:read' },
    resource: { type: 'account', id: '123', properties: properties() },
  })

  test('lists the members who may do it, and each result is a permit (§8.4)', async () => {
    const carol = await person('carol@example.com')
    await join(t, acme, carol.id, ['reader'])
    const found = (await all('search/subject', readers())).flat()
    expect(found.map(({ id }) => id)).toContain(alice.id)
    expect(found.map(({ id }) => id)).toContain(carol.id)
    expect(found.map(({ id }) => id)).not.toContain(bob.id)
    for (const { type = '', id = '' } of found)
      expect((await ask('evaluation', { ...readers(), subject: { type, id } })).body.decision).toBe(true)
    const pages = await all('search/subject', readers(), 1)
    expect(pages.every((page) => page.length <= 1)).toBe(true)
    expect(pages.flat()).toEqual(found)
  })

  test('lists users of the instance without an organisation, to who may ask about everybody', async () => {
    const asked = { ...readers(), action: { name: 'users:read' }, resource: { type: 'user', id: '1' } }
    const found = (await all('search/subject', asked)).flat().map(({ id }) => id)
    expect(found).toContain(await idOf(pep))
    expect(found).not.toContain(alice.id)
    for (const token of [alice.token, bob.token]) {
      expect((await ask('search/subject', asked, token)).status).toBe(403)
      expect((await ask('search/subject', readers(), token)).status).toBe(403)
    }
  })

  test('lists the permissions of a subject (§8.6)', async () => {
    await sql(
      t,
      `INSERT INTO app_permissions (name, description, created_at) VALUES ('accounts:read', '', 0), ('accounts:close', '', 0)`,
    )
    const asked = { subject: { type: 'user', id: alice.id }, resource: document('1') }
    expect((await all('search/action', asked)).flat()).toEqual([{ name: 'accounts:read' }])
    expect((await all('search/action', asked, undefined, alice.token)).flat()).toEqual([{ name: 'accounts:read' }])
    expect((await ask('search/action', asked, bob.token)).status).toBe(403)
    const admin = { subject: { type: 'user', id: await idOf(pep) }, resource: document('1') }
    const paged = await all('search/action', admin, 3)
    expect(paged.flat().map(({ name }) => name)).toEqual(
      (await all('search/action', admin)).flat().map(({ name }) => name),
    )
    expect(paged.flat().map(({ name }) => name)).toContain('users:read')
  })

  test('lists organisations, and says that it stores no other resources (§8.5)', async () => {
    const asked = (id: string, name = 'authz:explain') => ({
      subject: { type: 'user', id },
      action: { name },
      resource: { type: 'org' },
    })
    const dave = await person('dave@example.com')
    const orgs: string[] = []
    for (let i = 0; i < 25; i++) orgs.push(await makeOrg(t, { [dave.id]: ['admin'] }))
    const deleted = await makeOrg(t, { [dave.id]: ['owner'] })
    await sql(t, `UPDATE organisations SET deleted_at = 1 WHERE id = '${deleted}'`)
    for (const token of [dave.token, pep]) {
      const pages = await all('search/resource', asked(dave.id), undefined, token)
      expect(pages.flat()).toEqual(orgs.sort().map((id) => ({ type: 'org', id })))
      expect(pages.length).toBeGreaterThan(1)
    }
    expect((await all('search/resource', asked(dave.id, 'orgs:other'))).flat()).toEqual([])
    // The administrator of the instance may do it in every organisation.
    const everywhere = (await all('search/resource', asked(await idOf(pep), 'users:read'))).flat()
    expect(everywhere.length).toBeGreaterThan(25)
    expect(everywhere).not.toContainEqual({ type: 'org', id: deleted })
    const documents = await ask('search/resource', { ...asked(dave.id), resource: { type: 'document' } })
    expect(documents.status).toBe(400)
    expect(documents.body.code).toBe('access.search_unsupported')
    expect((await ask('search/resource', asked(alice.id), bob.token)).status).toBe(403)
  })

  test('refuses the token of another search, and a token that is none (§8.2)', async () => {
    const { next_token: token } = (await ask<Results>('search/subject', { ...readers(), page: { limit: 1 } })).body.page
    expect(token).not.toBe('')
    const reordered = { page: { token }, ...readers() }
    expect((await ask('search/subject', reordered)).status).toBe(200)
    const changed = { ...readers(), action: { name: 'documents:read' }, page: { token } }
    for (const body of [changed, { ...readers(), page: { token: 'x' } }, { ...readers(), page: { token: 'W10' } }]) {
      const answer = await ask('search/subject', body)
      expect(answer.status).toBe(400)
      expect(answer.body.code).toBe('access.page_changed')
    }
    for (const page of [{ limit: -1 }, { limit: 1.5 }, { limit: '1' }, 5, []])
      expect((await ask('search/subject', { ...readers(), page })).status).toBe(400)
    const none = await ask<Results>('search/subject', { ...readers(), page: { limit: 0 } })
    expect(none.body.results).toEqual([])
    expect(none.body.page.next_token).not.toBe('')
  })

  test('costs one round trip after the caller, and tries at most 1,000 subjects', async () => {
    await t.settle()
    for (const [path, body] of [
      ['search/subject', readers()],
      ['search/action', { subject: { type: 'user', id: alice.id }, resource: document('1') }],
      ['search/resource', { ...aliceReads(), resource: { type: 'org' } }],
    ] as const) {
      t.deps.principals.forgetAll()
      const batch = spyOn(t.deps.db.$client, 'batch')
      const execute = spyOn(t.deps.db.$client, 'execute')
      try {
        await ask(path, body)
        expect(batch.mock.calls.length + execute.mock.calls.length, path).toBeLessThanOrEqual(2)
      } finally {
        batch.mockRestore()
        execute.mockRestore()
      }
    }
    const crowd = await makeOrg(t, {})
    await sql(
      t,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
       INSERT INTO users (id, email, email_key, email_verified, name, status, anonymous, version, trust_epoch, trusted_from, created_at, updated_at)
       SELECT printf('usr_f%031d', i), 'c' || i || '@x.test', 'c' || i || '@x.test', 1, '', 'active', 0, 1, 0, 0, 0, 0 FROM n`,
      `INSERT INTO org_members (org_id, user_id, joined_at) SELECT '${crowd}', id, 0 FROM users WHERE id LIKE 'usr_f0%'`,
      `INSERT INTO org_member_roles (org_id, user_id, role) SELECT org_id, user_id, 'admin' FROM org_members WHERE org_id = '${crowd}' AND user_id > 'usr_f${'1'.padStart(31, '0')}'`,
    )
    const asked = (name: string) => ({
      subject: { type: 'user' },
      action: { name },
      resource: { type: 'org', id: crowd },
    })
    const owners = await all('search/subject', asked('orgs:other'))
    expect(owners.map((page) => page.length)).toEqual([0, 0])
    const members = await all('search/subject', asked('authz:explain'))
    expect(members.map((page) => page.length)).toEqual([...Array.from({ length: 10 }, () => 100), 99])
  })
})

test('the metadata name the endpoints (§9)', async () => {
  const answer = await call(t, 'GET /.well-known/authzen-configuration')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('cache-control')).toContain('max-age=')
  expect(answer.body).toEqual({
    policy_decision_point: 'https://api.test',
    access_evaluation_endpoint: 'https://api.test/access/v1/evaluation',
    access_evaluations_endpoint: 'https://api.test/access/v1/evaluations',
    search_subject_endpoint: 'https://api.test/access/v1/search/subject',
    search_resource_endpoint: 'https://api.test/access/v1/search/resource',
    search_action_endpoint: 'https://api.test/access/v1/search/action',
  })
})

describe('rules that are expensive', () => {
  const tags = Array.from({ length: 100 }, (_, i) => `tag ${i}`)

  test('refuse many evaluations at once, and end a page early', async () => {
    const orgId = await makeOrg(t, { [alice.id]: ['owner'], [bob.id]: ['owner'] })
    for (let i = 0; i < 100; i++)
      await makeRule(t, {
        orgId,
        effect: 'allow',
        permissions: ['heavy:read'],
        condition: `resource.tags.exists(t, t.contains("x${i}"))`,
      })
    const resource = { type: 'heavy', id: '1', properties: { orgId, tags } }
    const evaluations = Array.from({ length: 100 }, () => ({ subject: { type: 'user', id: alice.id } }))
    const answer = await ask('evaluations', { action: { name: 'heavy:read' }, resource, evaluations })
    expect(answer.status).toBe(400)
    expect(answer.body.code).toBe('decision.too_expensive')
    for (let i = 0; i < 12; i++) await join(t, orgId, (await person(`heavy${i}@example.com`)).id, ['member'])
    const search = { subject: { type: 'user' }, action: { name: 'heavy:read' }, resource }
    const { body: first } = await ask<Results>('search/subject', search)
    expect(first.results).toEqual([])
    expect(first.page.next_token).not.toBe('')
    const second = await ask<Results>('search/subject', { ...search, page: { token: first.page.next_token } })
    expect(second.body.page).toEqual({ next_token: '', count: 0 })
    const one = await ask('evaluation', {
      action: { name: 'heavy:read' },
      resource,
      subject: { type: 'user', id: alice.id },
    })
    expect(one.body.decision).toBe(false)
  })
})

describe('an organisation of others', () => {
  const NOBODYS = `org_${'f'.repeat(32)}`
  const UNKNOWN = { decision: false, decidedBy: { kind: 'default' }, facts: [], change: null }
  const about = (orgId: string, secret: unknown) => ({
    subject: { type: 'user', id: bob.id },
    action: { name: 'members:read' },
    resource: { type: 'members', id: 'x', properties: { orgId, secret } },
  })
  const explained = async (body: unknown) => (await call(t, 'POST /v1/authz/explain', { token: bob.token, body })).body

  test('is the same to a stranger as one that does not exist, and its rules answer no questions', async () => {
    const theirs = await makeOrg(t, { [alice.id]: ['owner'] })
    await makeRule(t, {
      orgId: theirs,
      effect: 'deny',
      permissions: ['members:read'],
      condition: 'resource.secret == 42',
    })
    for (const secret of [42, 41, undefined])
      for (const orgId of [theirs, NOBODYS]) {
        const { body } = await ask('evaluation', about(orgId, secret), bob.token)
        expect(body).toMatchObject({ decision: false, context: { reason: 'default' } })
        expect(await explained(about(orgId, secret))).toEqual(UNKNOWN)
        expect(await explained({ decisionId: body.context.decisionId })).toEqual(UNKNOWN)
      }
  })

  test('stays hidden after it, or the rule that denied, was deleted', async () => {
    const theirs = await makeOrg(t, { [alice.id]: ['owner'] })
    const rule = { effect: 'deny', permissions: ['members:read'], condition: 'resource.secret == 42' } as const
    const id = await makeRule(t, { ...rule, orgId: theirs })
    const { decisionId } = (await ask('evaluation', about(theirs, 42), bob.token)).body.context
    for (const change of [
      `UPDATE organisations SET deleted_at = 1 WHERE id = '${theirs}'`,
      `UPDATE organisations SET deleted_at = NULL WHERE id = '${theirs}'`,
      `DELETE FROM policies WHERE id = '${id}'`,
    ]) {
      await sql(t, change)
      expect(await explained({ decisionId })).toEqual(UNKNOWN)
    }
  })
})

test('a rule on the metadata of a person decides the same whoever asks', async () => {
  await makeRule(t, { effect: 'allow', permissions: ['audit:read'], condition: 'actor.publicMetadata.tier == "gold"' })
  await sql(t, `UPDATE users SET public_metadata = '{"tier":"gold"}' WHERE id = '${alice.id}'`)
  for (const [{ id }, expected] of [
    [alice, true],
    [bob, false],
  ] as const) {
    const body = { subject: { type: 'user', id }, action: { name: 'audit:read' }, resource: { type: 'audit', id: 'x' } }
    const own = await ask('evaluation', body, id === alice.id ? alice.token : bob.token)
    expect([own.body.decision, (await ask('evaluation', body)).body.decision]).toEqual([expected, expected])
    const found = await ask<Results>('search/subject', body)
    expect(found.body.results.some((result) => result.id === id)).toBe(expected)
  }
})

test('a search over all users is refused before they are read', async () => {
  const body = { subject: { type: 'user' }, action: { name: 'users:read' }, resource: { type: 'users', id: 'x' } }
  await ask('search/subject', body, bob.token) // what the guard needs is in memory
  const batch = spyOn(t.deps.db.$client, 'batch')
  const execute = spyOn(t.deps.db.$client, 'execute')
  try {
    for (const orgId of [undefined, `org_${'e'.repeat(32)}`]) {
      const resource = { ...body.resource, ...(orgId === undefined ? {} : { properties: { orgId } }) }
      expect((await ask('search/subject', { ...body, resource }, bob.token)).body.code).toBe('auth.forbidden')
    }
    const read = [...batch.mock.calls, ...execute.mock.calls].filter((call) =>
      JSON.stringify(call).includes('email_verified'),
    )
    expect(read).toEqual([])
  } finally {
    batch.mockRestore()
    execute.mockRestore()
  }
})

describe('a rule about the request', () => {
  test('decides in handlers that ask for a permission themselves as it does in the guard', async () => {
    const { id, token } = await person('requests@example.com')
    const orgId = await makeOrg(t, { [id]: ['owner'] })
    const routes = {
      'api-keys:read': `GET /v1/api-keys?orgId=${orgId}`,
      'service-accounts:read': `GET /v1/service-accounts?orgId=${orgId}`,
      'permissions:read': `GET /v1/permissions?orgId=${orgId}`,
      'members:read': `GET /v1/orgs/${orgId}/members`,
    }
    const statuses = () =>
      Promise.all(Object.values(routes).map(async (route) => (await call(t, route, { token })).status))
    // Without what it knows of the request, the first rule would deny (a field is missing) and the second would not.
    const rule = { orgId, effect: 'deny', permissions: Object.keys(routes) } as const
    await makeRule(t, { ...rule, condition: 'context.method == "TRACE"' })
    expect(await statuses()).toEqual([200, 200, 200, 200])
    const made = await makeRule(t, { ...rule, condition: 'has(context.method) && context.method == "GET"' })
    expect(await statuses()).toEqual([403, 403, 403, 403])
    const { decisionId } = (await call(t, routes['permissions:read'], { token })).body
    const { body } = await call(t, 'POST /v1/authz/explain', { token, body: { decisionId } })
    expect(body.decidedBy).toMatchObject({ kind: 'policy', id: made })
  })

  test('that allows now gives nobody the permission for ever', async () => {
    const { id, token } = await person('now@example.com')
    await sql(t, `INSERT INTO user_roles VALUES ('${id}', 'granter')`)
    await makeRole(t, null, 'granter', ['roles:read', 'roles:write'])
    await makeRule(t, {
      effect: 'allow',
      permissions: ['audit:read'],
      condition: `context.method in ["GET", "POST"] && actor.id == "${id}"`,
    })
    const { body } = await call(t, 'POST /v1/roles', { token, body: { name: 'kept', permissions: ['audit:read'] } })
    expect(body.code).toBe('role.exceeds_own')
  })
})
