/** `bun run cli api`: any route of the API for the operator, with the effects of the request and without a session. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessionMarks } from '../../src/http/access.ts'
import { runJobs } from '../../src/jobs.ts'
import { apiCommand } from '../../src/operator/cli/api.ts'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import type { Ask } from '../../src/operator/cli/operator.ts'
import { runOperation } from '../../src/operator/operations.ts'
import { pathFor, routesOf } from '../http/support/routes.ts'
import { call, setUpAdmin, signUp } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { fakeTerminal } from './support/terminal.ts'

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp({ env: { WEBHOOK_PRIVATE_TARGETS: 'allow', BRAND_FAVICON: PIXEL } })
  token = (await setUpAdmin(t)).accessToken
})
afterAll(() => t.close())

/** Runs `api` with these words. */
async function api(words: string[], terminal: Parameters<typeof fakeTerminal>[0] = {}) {
  const ask: Ask = (name, input) => runOperation(t.deps, name, input)
  const fake = fakeTerminal(terminal)
  const main = { meta: { name: 'cli' }, subCommands: { api: apiCommand({ ask, terminal: fake.terminal }) } }
  const code = await runCommandLine(main, ['api', ...words], fake.terminal)
  return { code, out: fake.out(), notes: fake.notes() }
}
const json = (value: unknown) => `--data=${JSON.stringify(value)}`
const events = async (type: string) => {
  const { rows } = await t.deps.db.$client.execute({
    sql: 'SELECT data, actor_id, request_id, address FROM events WHERE type = ? ORDER BY rowid',
    args: [type],
  })
  return rows.map(({ data, actor_id, request_id, address }) => ({
    data: JSON.parse(String(data)),
    actor_id,
    request_id,
    address,
  }))
}

test('a change has the effect of its request, and is an event without an actor', async () => {
  const body = { name: 'auditor-1', permissions: ['users:read'] }
  const made = await api(['POST', '/v1/roles', json(body)])
  expect(made).toMatchObject({ code: 0, notes: '' })
  expect(JSON.parse(made.out)).toMatchObject(body)
  const seen = await call<{ items: { name: string }[] }>(t, 'GET /v1/roles', { token })
  expect(seen.body.items.map(({ name }) => name)).toContain('auditor-1')
  const [event] = (await events('role.created')).filter(({ data }) => data.role === 'auditor-1')
  expect(event).toMatchObject({ actor_id: null, address: null })
  expect(event?.request_id).toBeString()
  expect(await api(['DELETE', '/v1/roles/auditor-1'])).toEqual({ code: 0, out: '', notes: '' })
  expect((await api(['DELETE', '/v1/roles/auditor-1'])).code).toBe(1)
})

describe('who asks', () => {
  test('every route admits the operator, but for those that act on the account of a person', async () => {
    const routes = await routesOf(t.app)
    const answers = new Map<string, number>()
    for (const route of routes) {
      const words = [route.method, `${pathFor(route)}?nonsense=1`, ...(route.body ? [json({ nonsense: 1 })] : [])]
      if (route.mark === 'public' || route.method === 'HEAD') continue
      const { code, out, notes } = await api(words)
      const { status } = (out === '' ? {} : JSON.parse(out)) as { status?: number }
      answers.set(`${route.name} ${route.mark}`, status ?? (code === 0 ? 204 : 0))
      expect(notes, route.name).not.toContain('unexpected')
    }
    const isOwn = ([name]: [string, number]) => sessionMarks.some((mark) => name.endsWith(` ${mark}`))
    const [own, others] = [[...answers].filter(isOwn), [...answers].filter((answer) => !isOwn(answer))]
    expect(own.length).toBeGreaterThan(40)
    expect(others.length).toBeGreaterThan(90)
    expect(own.filter(([, status]) => status !== 403)).toEqual([])
    expect(others.filter(([, status]) => status === 401 || status === 403 || status >= 500)).toEqual([])
  })
})

describe('the operator', () => {
  const role = { name: 'temporary', permissions: ['users:read'] }

  test('is nobody on the network: no header, cookie or address makes a request one of the operator', async () => {
    for (const headers of [
      { authorization: 'Bearer §operator'.replace('§', '') },
      { 'x-operator': 'true', host: 'operator.local' },
      { 'x-forwarded-for': '127.0.0.1', 'threeger-begin-before': '9'.repeat(12) },
      { cookie: '__Host-session=operator', origin: ORIGIN },
    ])
      expect((await call(t, 'GET /v1/roles', { headers })).status).toBe(401)
    // Not after a command either, on the same server.
    expect((await api(['GET', '/v1/roles'])).code).toBe(0)
    expect((await call(t, 'GET /v1/roles')).status).toBe(401)
  })

  test('is held by no rule, and is the actor of no decision', async () => {
    const rule = { name: 'Nobody reads', effect: 'deny', permissions: ['users:read'], condition: 'true' }
    const made = await api(['POST', '/v1/policies', json(rule)])
    expect(made.code).toBe(0)
    const { id } = JSON.parse(made.out) as { id: string }
    expect((await call(t, 'GET /v1/users', { token })).status).toBe(403)
    expect((await api(['GET', '/v1/users'])).code).toBe(0)
    expect((await api(['DELETE', `/v1/policies/${id}`])).code).toBe(0)
    expect((await call(t, 'GET /v1/users', { token })).status).toBe(200)
  })

  test('manages an organisation in which it is no member', async () => {
    const owner = await signUp(t, 'owner-1@example.com')
    const { body: org } = await call<{ id: string }>(t, 'POST /v1/orgs', {
      token: owner.accessToken,
      body: { name: 'Initech' },
    })
    const invited = await api([
      'POST',
      `/v1/orgs/${org.id}/invitations`,
      json({ email: 'peter@example.com', roles: ['admin'] }),
    ])
    expect(invited).toMatchObject({ code: 0, notes: '' })
    const listed = await call<{ items: { email: string }[] }>(t, `GET /v1/orgs/${org.id}/invitations`, {
      token: owner.accessToken,
    })
    expect(listed.body.items.map(({ email }) => email)).toEqual(['peter@example.com'])
    const branded = await api(['PATCH', `/v1/orgs/${org.id}`, json({ name: "Init'ech $(id)" })])
    expect(JSON.parse(branded.out)).toMatchObject({ name: "Init'ech $(id)" })
    const made = await api(['POST', '/v1/api-keys', json({ name: 'Backup', scopes: ['orgs:read'], orgId: org.id })])
    expect(JSON.parse(made.out)).toMatchObject({ createdBy: null, key: expect.stringMatching(/^tid_/) })
  })

  test('has no keys of its own, and a key has no more than an owner of its organisation', async () => {
    const owner = await signUp(t, 'owner-2@example.com')
    const { body: org } = await call<{ id: string }>(t, 'POST /v1/orgs', {
      token: owner.accessToken,
      body: { name: 'Hooli' },
    })
    const own = await api(['POST', '/v1/api-keys', json({ name: 'Mine', scopes: ['users:read'] })])
    expect(own.code).toBe(1)
    expect(own.notes).toContain('Name an organisation or a service account.')
    const beyond = await api(['POST', '/v1/api-keys', json({ name: 'More', scopes: ['users:write'], orgId: org.id })])
    expect(JSON.parse(beyond.out)).toMatchObject({ code: 'apikey.scope_refused' })
  })

  test('is no person: it cannot act as somebody, and has no account', async () => {
    const { user } = await signUp(t, 'victim@example.com')
    const acted = await api(['POST', `/v1/users/${user.id}/impersonate`, json({ reason: 'To see what they see' })])
    expect(acted.code).toBe(1)
    expect(JSON.parse(acted.out)).toMatchObject({ status: 403 })
    expect(await events('user.impersonated')).toEqual([])
    expect((await api(['GET', '/v1/me'])).notes).toContain('Only a person who is signed in may do this.')
  })

  test('makes a webhook whose secret is shown once, and tells nobody by mail', async () => {
    const before = (await t.deps.db.$client.execute('SELECT count(*) AS n FROM jobs')).rows
    const made = await api(['POST', '/v1/webhooks', json({ url: 'http://127.0.0.1:9/hook', events: ['user.*'] })])
    expect(JSON.parse(made.out)).toMatchObject({ createdBy: null, secret: expect.stringMatching(/^whsec_/) })
    const { id } = JSON.parse(made.out) as { id: string }
    const rotated = await api(['POST', `/v1/webhooks/${id}/rotate-secret`, json({})])
    expect(rotated.code).toBe(0)
    expect((await t.deps.db.$client.execute('SELECT count(*) AS n FROM jobs')).rows).toEqual(before)
    expect((await api(['DELETE', `/v1/webhooks/${id}`])).code).toBe(0)
  })

  test('sends a notification to a role, by a job that still finds it may', async () => {
    await api(['POST', '/v1/roles', json({ name: 'reader-2', permissions: ['users:read'] })])
    const reader = await signUp(t, 'reader-2@example.com')
    expect((await api(['PATCH', `/v1/users/${reader.user.id}`, json({ roles: ['user', 'reader-2'] })])).code).toBe(0)
    const sent = await api(['POST', '/v1/notifications', json({ to: [{ role: 'reader-2' }], title: 'Hello' })])
    expect(sent).toMatchObject({ code: 0, notes: '' })
    await runJobs(t.deps, 'queue')
    const seen = await call<{ items: { title: string }[] }>(t, 'GET /v1/me/notifications', {
      token: reader.accessToken,
    })
    expect(seen.body.items.map(({ title }) => title)).toEqual(['Hello'])
    expect((await events('notification.created')).filter(({ actor_id }) => actor_id !== null)).toEqual([])
  })

  test('changes only the version that it names, and repeats nothing', async () => {
    const made = await api([
      'POST',
      '/v1/actions',
      json({ trigger: 'sign_up', url: 'http://127.0.0.1:9/', enabled: false }),
    ])
    const { id } = JSON.parse(made.out) as { id: string }
    const read = await api(['GET', `/v1/actions/${id}`, '--include'])
    const etag = /^etag: (.*)$/m.exec(read.out)?.[1] ?? ''
    expect(read.out).toMatch(/^HTTP 200\n/)
    expect((await api(['PATCH', `/v1/actions/${id}`, json({ name: 'One' }), `--if-match=${etag}`])).code).toBe(0)
    const stale = await api(['PATCH', `/v1/actions/${id}`, json({ name: 'Two' }), `--if-match=${etag}`])
    expect(JSON.parse(stale.out)).toMatchObject({ status: 412, code: 'action.changed' })
    const words = ['POST', '/v1/roles', json({ ...role, name: 'once-only' }), '--idempotency-key=first-and-only']
    expect(JSON.parse((await api(words)).out)).toEqual(JSON.parse((await api(words)).out))
    expect((await events('role.created')).filter(({ data }) => data.role === 'once-only')).toHaveLength(1)
  })
})

describe('the words', () => {
  test.each([
    [['FETCH', '/v1/users'], 'The method is one of GET, POST, PUT, PATCH, DELETE.'],
    [['GET', '/v1/users', '--data={}'], 'GET takes no --data. Write the query into the path.'],
    [['POST', '/v1/roles', '--data={"password":"hunter2hunter2"'], '--data is not JSON.'],
    [['POST', '/v1/roles', '--data=@/nowhere/role.json'], 'There is no file /nowhere/role.json.'],
    [['POST', '/v1/roles', '--token=x'], 'There is no option --token.'],
    [['POST'], 'Missing required positional argument: PATH'],
  ])('%j are not understood: exit code 2, and nothing of the body is repeated', async (words, sentence) => {
    const { code, out, notes } = await api(words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(notes).toStartWith(sentence)
    expect(notes).not.toContain('hunter2')
  })

  test.each(['v1/users', '//evil.example/v1/users', 'https://evil.example/v1/users', '/\\evil.example/v1/users'])(
    '%j is no path of this server',
    async (path) => {
      const { code, out, notes } = await api(['GET', path])
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(notes).toMatch(/must begin with one slash|PATH/)
    },
  )

  test.each(['..', '.', '../', '../?x=1', '%2e%2e', '.%2E', '.\t.', '.. ', '..\\', '../../roles', '../members/..#x'])(
    'an id that is %j changes nothing above it',
    async (id) => {
      const owner = await signUp(t, `owner-${crypto.randomUUID()}@example.com`)
      const { body: org } = await call<{ id: string }>(t, 'POST /v1/orgs', {
        token: owner.accessToken,
        body: { name: 'Above' },
      })
      const { code, out, notes } = await api(['DELETE', `/v1/orgs/${org.id}/members/${id}`])
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(notes).toStartWith('The path has a part . or ..')
      expect((await call(t, `GET /v1/orgs/${org.id}`, { token: owner.accessToken })).status).toBe(200)
    },
  )

  test('dots in a query, and in a part that has more, are no other path', async () => {
    expect((await api(['GET', '/v1/users?q=/../x'])).code).toBe(0)
    expect((await api(['GET', '/v1/roles/...'])).notes).not.toContain('The path has a part')
    expect((await api(['GET', '/.well-known/jwks.json'])).code).toBe(0)
  })

  test.each(['/v1/me', '/v1/events', '/v1/revocations'])('%j says that it is not for the operator', async (path) => {
    const { code, notes } = await api(['GET', path])
    expect(code).toBe(1)
    expect(notes).toContain('The operator has every permission, but no account, no token and no streams.')
  })

  test.each(['a\nb', 'x\r\ny: z', 'é→', '日本'])('%j is no header: a sentence, and nothing is made', async (text) => {
    const name = `headers-${crypto.randomUUID()}`
    for (const option of ['--idempotency-key', '--if-match']) {
      const { code, out, notes } = await api(['POST', '/v1/roles', json({ name, permissions: [] }), option, text])
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(notes).toContain('Expected letters, digits and signs of ASCII on one line')
      expect(notes).not.toContain('unexpected')
    }
    expect((await api(['GET', '/v1/roles'])).out).not.toContain(name)
  })

  test('a body is JSON, a file, or standard input', async () => {
    const file = join(tmpdir(), `role-${crypto.randomUUID()}.json`)
    writeFileSync(file, JSON.stringify({ name: 'from-file', permissions: [] }))
    try {
      expect((await api(['POST', '/v1/roles', '--data', `@${file}`])).code).toBe(0)
    } finally {
      rmSync(file)
    }
    const input = (name: string) => ({ input: JSON.stringify({ name, permissions: [] }) })
    expect((await api(['POST', '/v1/roles', '--data', '-'], input('from-stdin'))).code).toBe(0)
    expect((await api(['post', '/v1/roles', '--data=@-'], input('from-stdin-2'))).code).toBe(0)
    const names = JSON.parse((await api(['GET', '/v1/roles'])).out).items.map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(['from-file', 'from-stdin', 'from-stdin-2']))
    expect(await api(['POST', '/v1/roles', '--data=-'], { inputIsTerminal: true })).toMatchObject({ code: 2, out: '' })
  })

  test('a secret on the command line is warned of, and not one that comes by a file or a pipe', async () => {
    const body = { email: 'with-password@example.com', password: 'correct horse battery staple' }
    const inline = await api(['POST', '/v1/users', json(body)])
    expect(inline.code).toBe(0)
    expect(inline.notes).toContain('in the list of processes')
    expect(inline.notes).not.toContain('horse')
    const piped = { ...body, email: 'with-password-2@example.com' }
    expect(await api(['POST', '/v1/users', '--data=-'], { input: JSON.stringify(piped) })).toMatchObject({
      code: 0,
      notes: '',
    })
  })
})

describe('the answer', () => {
  test('a refusal is printed as it came, and said in words that name the fields of the body', async () => {
    const { code, out, notes } = await api(['POST', '/v1/roles', json({ name: 'x', permissions: [7] })])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ status: 422, code: 'request.invalid' })
    expect(notes).toContain('/permissions/0: ')
    const missing = await api(['GET', '/v1/nowhere'])
    expect(missing.code).toBe(1)
    expect(JSON.parse(missing.out)).toMatchObject({ status: 404 })
  })

  test('an export is printed line by line', async () => {
    await signUp(t, 'exported@example.com')
    const { code, out } = await api(['GET', '/v1/users/export?format=ndjson'])
    expect(code).toBe(0)
    const lines = out.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('email')
  })

  test('what is no text is not printed', async () => {
    const moved = await api(['GET', '/favicon.ico'])
    expect(moved).toMatchObject({ code: 0, out: '' })
    const path = /^The answer leads to https:\/\/api\.test(\/\S+)$/m.exec(moved.notes)?.[1] ?? ''
    const { code, out, notes } = await api(['GET', path])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(notes).toContain('The answer is image/png, and this command prints text that ends.')
  })

  test('a terminal gets indented JSON, in which no name controls it', async () => {
    const { user } = await signUp(t, 'esc@example.com')
    await api(['PATCH', `/v1/users/${user.id}`, json({ name: 'A\u202Eb' })])
    const { out } = await api(['GET', `/v1/users/${user.id}`], { outIsTerminal: true })
    expect(out).toContain(`\n  "id": "${user.id}"`)
    expect(out).not.toContain('\u202e')
    const plain = await api(['GET', `/v1/users/${user.id}`])
    expect(plain.out.trimEnd().split('\n')).toHaveLength(1)
  })
})
