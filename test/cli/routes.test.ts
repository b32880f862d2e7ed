/** The commands that are one call of the API: roles, rules, members, invitations, sessions, webhooks, notifications. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sessionMarks } from '../../src/http/access.ts'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import type { Ask } from '../../src/operator/cli/operator.ts'
import { routeCommands } from '../../src/operator/cli/routes.ts'
import { runOperation } from '../../src/operator/operations.ts'
import { routesOf } from '../http/support/routes.ts'
import { call, setUpAdmin, signUp } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { fakeTerminal } from './support/terminal.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp({ env: { WEBHOOK_PRIVATE_TARGETS: 'allow' } })
  await setUpAdmin(t)
})
afterAll(() => t.close())

const realAsk: Ask = (name, input) => runOperation(t.deps, name, input)

async function cli(words: string[], ask = realAsk, input = '') {
  const fake = fakeTerminal({ input })
  const subCommands = routeCommands({ ask, terminal: fake.terminal })
  const code = await runCommandLine({ meta: { name: 'cli' }, subCommands }, words, fake.terminal)
  return { code, out: fake.out(), notes: fake.notes() }
}
const lines = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

/** An organisation with its owner. */
async function organisation(slug: string) {
  const owner = await signUp(t, `owner@${slug}.example`)
  const { body } = await call<{ id: string }>(t, 'POST /v1/orgs', {
    token: owner.accessToken,
    body: { name: slug, slug },
  })
  return { ...body, owner }
}

test('each one is a route that there is, and that admits the operator', async () => {
  const routes = await routesOf(t.app)
  const shapeOf = (path: string) => path.split('?')[0]?.replace(/\/X(?=\/|$)/g, '/:')
  const known = new Map(
    routes.map(({ method, path, mark }) => [`${method} ${path.replace(/:\w+/g, ':')}`, mark] as const),
  )
  const { terminal } = fakeTerminal({})
  let count = 0
  for (const [group, { subCommands }] of Object.entries(routeCommands({ ask: realAsk, terminal })))
    for (const [name, one] of Object.entries(subCommands)) {
      const asked: { method: string; path: string }[] = []
      const ask: Ask = async function* (_, input) {
        asked.push(input as { method: string; path: string }) // of `api.call`
        yield { item: { status: 204, headers: [] } } as never
        yield { item: { text: '{"items":[]}' } } as never
      }
      const places = Object.values(one.args ?? {}).filter(({ type }) => type === 'positional')
      expect((await cli([group, name, ...places.map(() => 'X')], ask)).code, `${group} ${name}`).toBe(0)
      const sent = asked.at(-1)
      const mark = known.get(`${sent?.method} ${shapeOf(sent?.path ?? '')}`)
      expect(mark, `${group} ${name}`).toBeString()
      expect(sessionMarks.some((own) => own === mark)).toBe(false)
      count++
    }
  expect(count).toBeGreaterThan(30)
})

test('a role is made, changed, listed and deleted', async () => {
  const made = await cli([
    'roles',
    'create',
    '--name=clerk',
    '--permissions=users:read, orgs:read',
    '--mfa-required=true',
  ])
  expect(made).toMatchObject({ code: 0, notes: '' })
  expect(JSON.parse(made.out)).toMatchObject({ permissions: ['users:read', 'orgs:read'], mfaRequired: true })
  expect((await cli(['roles', 'change', 'clerk', '--permissions=users:read', '--mfa-required=false'])).code).toBe(0)
  const listed = lines((await cli(['roles', 'list'])).out)
  expect(listed.find(({ name }) => name === 'clerk')).toMatchObject({ permissions: ['users:read'], mfaRequired: false })
  expect((await cli(['roles', 'delete', 'clerk'])).code).toBe(0)
  expect((await cli(['roles', 'delete', 'clerk'])).code).toBe(1)
  expect(await cli(['roles', 'create', '--name=x', '--mfa-required=maybe'])).toMatchObject({
    code: 2,
    notes: expect.stringContaining('--mfa-required is true or false.'),
  })
})

test('a role inherits another one, on the instance and in an organisation', async () => {
  await organisation('inherits')
  for (const group of [['roles'], ['org-roles', 'inherits']]) {
    const [noun = '', ...org] = group
    expect((await cli([noun, 'create', ...org, '--name=below', '--permissions=orgs:read'])).code).toBe(0)
    const made = await cli([noun, 'create', ...org, '--name=above', '--permissions=roles:read', '--inherits=below'])
    expect(made).toMatchObject({ code: 0, notes: '' })
    expect(JSON.parse(made.out)).toMatchObject({ name: 'above', inherits: 'below' })
  }
})

test('an id that is empty or leads upwards is refused, and what is above it stays', async () => {
  const { owner } = await organisation('upwards')
  for (const id of ['', ' ', '.', '..', ' .. '])
    for (const words of [
      ['members', 'remove', 'upwards'],
      ['invitations', 'revoke', 'upwards'],
      ['sessions', 'end', owner.user.id],
      ['org-roles', 'delete', 'upwards'],
      ['webhooks', 'delete'],
    ]) {
      const { code, out, notes } = await cli([...words, id])
      expect({ code, out }, `${words} ${id}`).toEqual({ code: 2, out: '' })
      expect(notes).toContain('needs a value.')
    }
  expect((await call(t, 'GET /v1/me', { token: owner.accessToken })).status).toBe(200)
  expect(lines((await cli(['members', 'list', 'upwards'])).out)).toHaveLength(1)
})

test.each(['[]', '["x"]', '"x"', '1', 'null'])(
  'a body %s is no object: exit code 2, and nothing is made',
  async (data) => {
    const { code, out, notes } = await cli(['roles', 'create', '--name=of-no-object', `--data=${data}`])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(notes).toStartWith('--data must be a JSON object')
  },
)

test('a body comes by --data, and options go before it', async () => {
  const rule = { name: 'From a pipe', effect: 'deny', permissions: ['orgs:read'], condition: 'false' }
  const made = await cli(['policies', 'create', '--data=-', '--name=Named'], realAsk, JSON.stringify(rule))
  expect(JSON.parse(made.out)).toMatchObject({ name: 'Named', condition: 'false' })
  expect((await cli(['policies', 'delete', JSON.parse(made.out).id])).code).toBe(0)
})

test('an organisation is named by its slug, and a person by the address', async () => {
  const { id, owner } = await organisation('initech')
  const peter = await signUp(t, 'peter@initech.example')
  expect((await cli(['invitations', 'create', 'initech', '--email=new@initech.example', '--roles=member'])).code).toBe(
    0,
  )
  expect(lines((await cli(['invitations', 'list', 'initech'])).out)).toMatchObject([{ email: 'new@initech.example' }])
  for await (const _ of runOperation(t.deps, 'orgs.add-member', {
    org: 'initech',
    user: peter.user.id,
    roles: ['member'],
  }));
  expect(await cli(['members', 'set-roles', 'initech', 'peter@initech.example', '--roles=admin'])).toMatchObject({
    code: 0,
  })
  const members = lines((await cli(['members', 'list', id])).out)
  expect(members).toHaveLength(2)
  expect((await cli(['members', 'remove', 'initech', peter.user.id])).code).toBe(0)
  const role = await cli(['org-roles', 'create', 'initech', '--name=helper'])
  expect(role.code).toBe(0)
  const rule = ['--name=Here', '--effect=deny', '--permissions=members:read', '--condition=false', '--org=initech']
  expect(JSON.parse((await cli(['policies', 'create', ...rule])).out)).toMatchObject({ orgId: id })
  expect(lines((await cli(['policies', 'list', '--org=initech'])).out)).toHaveLength(1)
  expect((await cli(['members', 'list', 'no-such-org'])).code).toBe(1)
  expect((await call(t, 'GET /v1/me', { token: owner.accessToken })).status).toBe(200)
})

test('sessions are listed and ended, and a list has every page', async () => {
  const ada = await signUp(t, 'ada@sessions.example')
  const [session] = lines((await cli(['sessions', 'list', 'ada@sessions.example'])).out)
  expect(session).toHaveProperty('id')
  expect((await cli(['sessions', 'end', 'ada@sessions.example', session.id])).code).toBe(0)
  expect((await call(t, 'GET /v1/me', { token: ada.accessToken })).status).toBe(401)
  await organisation('hooli')
  const many = Array.from({ length: 25 }, (_, at) => `p${at}@hooli.example`)
  for (const email of many) await cli(['invitations', 'create', 'hooli', `--email=${email}`])
  const listed = lines((await cli(['invitations', 'list', 'hooli'])).out)
  expect(listed.map(({ email }) => email).sort()).toEqual([...many].sort())
})

test('a webhook is made with its secret, tested, and its deliveries are listed', async () => {
  const made = await cli(['webhooks', 'create', '--url=http://127.0.0.1:9/', '--events=user.*,org.*', '--name=CRM'])
  const { id, secret, events } = JSON.parse(made.out)
  expect(secret).toStartWith('whsec_')
  expect(events).toEqual(['user.*', 'org.*'])
  expect((await cli(['webhooks', 'test', id])).code).toBe(0)
  expect(lines((await cli(['webhooks', 'deliveries', id])).out)).toHaveLength(1)
  expect((await cli(['webhooks', 'change', id, '--status=disabled'])).code).toBe(0)
  expect((await cli(['webhooks', 'show', id])).out).toContain('"disabled"')
  expect((await cli(['webhooks', 'delete', id])).code).toBe(0)
  const sent = await cli(['notifications', 'send', '--title=Hello', '--data={"to":[{"role":"admin"}]}'])
  expect(JSON.parse(sent.out)).toMatchObject({ title: 'Hello' })
  expect(lines((await cli(['notifications', 'list'])).out)).toHaveLength(1)
})
