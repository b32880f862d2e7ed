/** The commands on OAuth clients and resources: their import, and what operators do with one. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readParameters } from '../../src/lib/form-parameters.ts'
import { authenticateClient } from '../../src/modules/oauth-clients/authenticate-client.ts'
import { findResource } from '../../src/modules/resources/resource.ts'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import { oauthClientsCommands } from '../../src/operator/cli/oauth-clients.ts'
import type { Ask } from '../../src/operator/cli/operator.ts'
import { resourcesCommands } from '../../src/operator/cli/resources.ts'
import { runOperation } from '../../src/operator/operations.ts'
import { makeAccount, makeOrg } from '../modules/api-keys/support/keys.ts'
import { cleanUp, environment, newFolder, startServer } from '../process/support/server.ts'
import { setUpAdmin } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { runCli } from './support/in-process.ts'
import { fakeTerminal } from './support/terminal.ts'

let t: TestApp
let folder: string
beforeEach(async () => {
  t = await createTestApp()
  folder = newFolder()
})
afterEach(() => t.close())
afterAll(cleanUp)

async function cli(words: string) {
  const ask: Ask = (name, input) => runOperation(t.deps, name, input)
  const fake = fakeTerminal({})
  const context = { ask, terminal: fake.terminal }
  const main = {
    meta: { name: 'cli' },
    subCommands: { 'oauth-clients': oauthClientsCommands(context), resources: resourcesCommands(context) },
  }
  const code = await runCommandLine(main, words.split(' '), fake.terminal)
  return { code, out: fake.out().trimEnd(), notes: fake.notes().trimEnd() }
}

function fileOf(value: unknown): string {
  const path = join(folder, 'rows.json')
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  return path
}

/** Whether a client with this id and secret is let in. */
async function authenticates(id: string, secret: string): Promise<boolean> {
  const authorization = `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`
  const request = new Request(`${ORIGIN}/oauth/token`, { headers: { authorization } })
  return authenticateClient(t.deps, { address: null }, request, readParameters({}), 'token').then(
    () => true,
    () => false,
  )
}

const STATIC = {
  clientId: 'conformance client/1',
  clientSecret: 'a secret: with % and +',
  name: 'Conformance',
  redirectUris: ['https://localhost.emobix.co.uk:8443/test/a/x/callback'],
  grantTypes: ['authorization_code', 'refresh_token'],
  tokenEndpointAuthMethod: 'client_secret_basic',
}

describe('an import', () => {
  test('makes clients with exactly their ids and secrets, and changes nothing when it is repeated', async () => {
    const file = fileOf([STATIC, { ...STATIC, clientId: 'second', clientSecret: 'x' }])
    const first = await cli(`oauth-clients import ${file}`)
    expect(first).toEqual({
      code: 0,
      out: 'conformance client/1: created.\nsecond: created.',
      notes: '2 created, 0 updated, 0 unchanged.',
    })
    expect(await authenticates(STATIC.clientId, STATIC.clientSecret)).toBe(true)
    expect(await authenticates('second', 'x')).toBe(true)
    expect(await authenticates('second', STATIC.clientSecret)).toBe(false)
    expect((await cli(`oauth-clients import ${file}`)).notes).toBe('0 created, 0 updated, 2 unchanged.')
    const { rows } = await t.deps.db.$client.execute("SELECT type FROM events WHERE type LIKE 'oauth_client%'")
    expect(rows).toHaveLength(2)
  })

  test('changes a client to what the file says, and keeps one earlier secret', async () => {
    await cli(`oauth-clients import ${fileOf([{ ...STATIC, firstParty: true, scopes: ['openid'] }])}`)
    const changed = { ...STATIC, clientSecret: 'new', redirectUris: ['https://other.example/cb'] }
    expect((await cli(`oauth-clients import ${fileOf(changed)}`)).out).toContain(': updated.')
    const shown = JSON.parse((await cli('oauth-clients list --json')).out)
    expect(shown).toMatchObject({ redirectUris: ['https://other.example/cb'], firstParty: false, scopes: null })
    for (const secret of ['new', STATIC.clientSecret]) expect(await authenticates(STATIC.clientId, secret)).toBe(true)
    await cli(`oauth-clients import ${fileOf({ ...changed, clientSecret: 'newest' })}`)
    const works = await Promise.all(
      ['newest', 'new', STATIC.clientSecret].map((secret) => authenticates(STATIC.clientId, secret)),
    )
    expect(works).toEqual([true, true, false])
  })

  test('takes a client without an id for the one with its name, and shows a new secret once', async () => {
    const { clientId: _, clientSecret: __, ...named } = STATIC
    const first = await cli(`oauth-clients import ${fileOf([named])}`)
    const secret = /Secret, shown only now: (tcs_\S+)/.exec(first.out)?.[1] ?? ''
    const id = /cli_[0-9a-f]{32}/.exec(first.out)?.[0] ?? ''
    expect(await authenticates(id, secret)).toBe(true)
    const second = await cli(`oauth-clients import ${fileOf([{ ...named, scopes: ['openid'] }])} --json`)
    expect(JSON.parse(second.out)).toEqual({ index: 0, status: 'updated', clientId: id })
    expect(await authenticates(id, secret)).toBe(true)
  })

  test('writes nothing if one client is refused, and says what is wrong without its value', async () => {
    const wrong: [object | string, string][] = [
      [{ ...STATIC, redirectUris: ['javascript:secret-value'] }, '/redirectUris/0: The URI must have another scheme.'],
      [{ ...STATIC, clientId: 'https://secret-value.example/' }, '/clientId: Expected an id of 1 to 200'],
      [{ ...STATIC, clientId: 'x'.repeat(201) }, '/clientId:'],
      [{ ...STATIC, clientId: 'threeger' }, '/clientId:'],
      [{ ...STATIC, clientId: `usr_${'0'.repeat(32)}` }, '/clientId:'],
      [{ ...STATIC, clientSecret: '' }, '/clientSecret:'],
      [{ ...STATIC, clientSecret: 'secret-value\n' }, '/clientSecret:'],
      [{ ...STATIC, tokenEndpointAuthMethod: 'none' }, '/clientSecret: Expected none'],
      [{ ...STATIC, tokenEndpointAuthMethod: 'secret-value' }, '/tokenEndpointAuthMethod: Expected one of'],
      [{ ...STATIC, redirectUris: [] }, '/redirectUris: Expected a redirect URI'],
      [{ ...STATIC, unknown: 'secret-value' }, '/unknown:'],
      [{ ...STATIC, orgId: `org_${'0'.repeat(32)}` }, '/orgId: Expected an organisation that exists'],
      [{ ...STATIC, name: '  ' }, '/name:'],
      ['secret-value', '/: Expected object'],
      [STATIC, '/clientId: Expected an id that no earlier row has'],
    ]
    for (const [row, message] of wrong) {
      const first = { ...STATIC, clientId: row === STATIC ? STATIC.clientId : 'fine' }
      const answer = await cli(`oauth-clients import ${fileOf([first, row])}`)
      expect(answer.code, JSON.stringify(row)).toBe(1)
      expect(answer.notes).toContain(`Item 2, ${message}`)
      expect(answer.notes).toContain('1 of 2 clients were refused, so nothing was imported.')
      expect(`${answer.out}${answer.notes}`).not.toContain('secret-value')
    }
    expect((await cli('oauth-clients list')).out).toBe('')
  })

  test('of a file that is no list of clients says what is expected', async () => {
    for (const text of ['', '{', 'null,', '[]', '\u{feff}x', '"x'])
      expect((await cli(`oauth-clients import ${fileOf(text)}`)).code, text).toBe(2)
    expect((await cli(`oauth-clients import ${join(folder, 'missing.json')}`)).notes).toContain('There is no file')
    expect((await cli(`oauth-clients import ${folder}`)).notes).toContain('is a folder')
  })

  test('with --dry-run writes nothing', async () => {
    const answer = await cli(`oauth-clients import ${fileOf([STATIC])} --dry-run`)
    expect(answer.notes).toBe('Nothing was written. It would be: 1 created, 0 updated, 0 unchanged.')
    expect((await cli('oauth-clients list')).out).toBe('')
  })

  test('accepts a service account of the same organisation alone', async () => {
    const { accessToken: token } = await setUpAdmin(t)
    const orgId = await makeOrg(t, token)
    const account = await makeAccount(t, token, { orgId, roles: ['member'] })
    const robot = {
      clientId: 'robot',
      name: 'Robot',
      grantTypes: ['client_credentials'],
      serviceAccountId: account.id,
      scopes: ['members:read'],
    }
    expect((await cli(`oauth-clients import ${fileOf([robot])}`)).notes).toContain('/serviceAccountId: Expected')
    expect((await cli(`oauth-clients import ${fileOf([{ ...robot, orgId }])}`)).code).toBe(0)
  })
})

test('a client is created, shown, disabled, enabled, rotated and deleted', async () => {
  const made = await cli(
    'oauth-clients create --name Notes --redirect-uri https://a.example/cb,https://b.example/cb --scopes openid',
  )
  expect([made.code, made.notes]).toEqual([0, ''])
  const [id = '', secret = ''] = [/cli_\w+/.exec(made.out)?.[0], /tcs_\S+/.exec(made.out)?.[0]]
  expect(await authenticates(id, secret)).toBe(true)
  expect((await cli(`oauth-clients create --name Notes --redirect-uri https://a.example/cb --id ${id}`)).code).toBe(1)
  expect((await cli('oauth-clients create --name Notes --redirect-uri http://a.example/cb')).code).toBe(1)
  expect((await cli('oauth-clients list')).out).toBe(`${id}\t\tactive\tclient_secret_basic\tNotes`)
  const shown = (await cli(`oauth-clients show ${id}`)).out
  expect(shown).toContain('Redirect URI:   https://b.example/cb')
  expect(shown).toContain(`…${secret.slice(-4)}`)
  expect(shown).not.toContain(secret)
  expect((await cli(`oauth-clients disable ${id}`)).out).toBe(`${id} is disabled.`)
  expect(await authenticates(id, secret)).toBe(false)
  expect((await cli(`oauth-clients enable ${id} --json`)).out).toContain('"status":"active"')
  expect(await authenticates(id, secret)).toBe(true)
  const second = JSON.parse((await cli(`oauth-clients rotate-secret ${id} --json`)).out).clientSecret
  expect([await authenticates(id, secret), await authenticates(id, second)]).toEqual([true, true])
  expect((await cli(`oauth-clients rotate-secret ${id}`)).notes).toContain('The OAuth client has two secrets.')
  const third = /tcs_\S+/.exec((await cli(`oauth-clients rotate-secret ${id} --now`)).out)?.[0] ?? ''
  expect(await Promise.all([secret, second, third].map((one) => authenticates(id, one)))).toEqual([false, false, true])
  const last = /tcs_\S+/.exec((await cli(`oauth-clients rotate-secret ${id} --overlap-hours 2`)).out)?.[0] ?? ''
  t.clock.advance(2 * 3_600_000)
  expect([await authenticates(id, third), await authenticates(id, last)]).toEqual([false, true])
  expect((await cli(`oauth-clients delete ${id}`)).out).toBe(`${id} is deleted.`)
  expect((await cli(`oauth-clients delete ${id}`)).notes).toContain('The OAuth client does not exist.')
})

test('resources are imported, listed and deleted', async () => {
  const row = {
    audience: 'https://api.notes.example',
    name: 'Notes API',
    scopes: [{ name: 'notes:read', description: 'Read your notes' }],
  }
  expect((await cli(`resources import ${fileOf([row])}`)).out).toBe('https://api.notes.example: created.')
  expect((await cli(`resources import ${fileOf([row])}`)).out).toBe('https://api.notes.example: unchanged.')
  await findResource(t.deps, row.audience)
  expect((await cli(`resources import ${fileOf([{ ...row, scopes: [] }])}`)).out).toContain('updated')
  expect((await findResource(t.deps, row.audience))?.scopes).toEqual([])
  const refused = await cli(
    `resources import ${fileOf([
      { ...row, audience: 'urn:x:y' },
      { ...row, audience: 'x' },
    ])}`,
  )
  expect(refused.notes).toContain('Item 2, /audience: Expected an absolute URI without a fragment.')
  expect((await cli('resources list')).out).toMatch(/^res_\w+\thttps:\/\/api\.notes\.example\t\t\tNotes API$/)
  expect((await cli('resources delete https://api.notes.example')).code).toBe(0)
  expect((await cli('resources delete https://api.notes.example')).code).toBe(1)
  expect(await findResource(t.deps, row.audience)).toBeUndefined()
})

for (const mode of ['through the running server', 'without a server'] as const)
  test(`the import works ${mode}`, async () => {
    const env = environment(newFolder())
    const server = mode === 'without a server' ? undefined : await startServer(env)
    const file = fileOf([STATIC])
    const run = (words: string[]) => runCli(words, env)
    expect(await run(['oauth-clients', 'import', file])).toMatchObject({
      code: 0,
      stdout: 'conformance client/1: created.\n',
    })
    expect((await run(['oauth-clients', 'show', STATIC.clientId])).stdout).toContain(
      'Authentication: client_secret_basic',
    )
    expect((await run(['oauth-clients', 'import', file, '--json'])).stdout).toContain('"status":"exists"')
    if (server) expect(await server.stop()).toBe(0)
  }, 300_000)
