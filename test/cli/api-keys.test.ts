/** The commands on API keys and service accounts, with the real operations behind them. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import { apiKeysCommands } from '../../src/operator/cli/api-keys.ts'
import type { Ask } from '../../src/operator/cli/operator.ts'
import { serviceAccountsCommands } from '../../src/operator/cli/service-accounts.ts'
import { runOperation } from '../../src/operator/operations.ts'
import { makeAccount, makeKey, makeOrg, statusWith } from '../modules/api-keys/support/keys.ts'
import { setUpAdmin } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { fakeTerminal } from './support/terminal.ts'

let t: TestApp
let token: string
let orgId: string
let account: string
beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
  orgId = await makeOrg(t, token)
  account = (await makeAccount(t, token, { orgId, roles: ['member'] })).id
})
afterAll(() => t.close())

async function cli(words: string) {
  const ask: Ask = (name, input) => runOperation(t.deps, name, input)
  const fake = fakeTerminal({})
  const context = { ask, terminal: fake.terminal }
  const main = {
    meta: { name: 'cli' },
    subCommands: { 'api-keys': apiKeysCommands(context), 'service-accounts': serviceAccountsCommands(context) },
  }
  const code = await runCommandLine(main, words.split(' '), fake.terminal)
  return { code, out: fake.out().trimEnd(), notes: fake.notes().trimEnd() }
}

test('a key of a service account is created, listed and revoked', async () => {
  const made = await cli(`api-keys create --service-account ${account} --name Backup --scopes orgs:read --days 30`)
  expect([made.code, made.notes]).toEqual([0, ''])
  const [id = '', key = ''] = [/apk_\w+/.exec(made.out)?.[0], /tid_\w+/.exec(made.out)?.[0]]
  const route = `GET /v1/orgs/${orgId}`
  expect(await statusWith(t, key, route)).toBe(200)
  const listed = await cli(`api-keys list --service-account ${account}`)
  expect(listed.out).toContain(`${id}\t${account}\topaque\t…${key.slice(-4)}\t`)
  expect(listed.out).not.toContain(key)
  expect(await cli(`api-keys revoke ${id}`)).toEqual({ code: 0, out: `${id} is revoked.`, notes: '' })
  expect(await statusWith(t, key, route)).toBe(401)
  expect((await cli(`api-keys revoke ${id}`)).notes).toContain('The API key does not exist.')
})

test('a signed key needs its days, and the keys of people are listed and revoked too', async () => {
  const command = `api-keys create --service-account ${account} --name Signed --scopes orgs:read --form signed`
  expect(await cli(command)).toMatchObject({ code: 2, out: '' })
  expect((await cli(`${command} --days 900`)).code).toBe(1)
  const made = await cli(`${command} --days 30 --json`)
  expect(JSON.parse(made.out)).toMatchObject({ form: 'signed', serviceAccountId: account, createdBy: null })
  const own = await makeKey(t, token)
  const listed = await cli(`api-keys list --user ${own.userId} --json`)
  expect(listed.out.split('\n').map((line) => JSON.parse(line).id)).toContain(own.id)
  expect((await cli(`api-keys revoke ${own.id} --json`)).out).toBe(JSON.stringify({ id: own.id }))
  expect(await statusWith(t, own.key)).toBe(401)
})

test('a service account is listed, disabled and enabled', async () => {
  const { key } = await makeKey(t, token, { serviceAccountId: account, scopes: ['orgs:read'] })
  const route = `GET /v1/orgs/${orgId}`
  expect((await cli(`service-accounts list --org ${orgId}`)).out).toBe(`${account}\t${orgId}\tactive\tmember\tRobot`)
  expect(await cli(`service-accounts disable ${account}`)).toMatchObject({ out: `${account} is disabled.` })
  expect(await statusWith(t, key, route)).toBe(401)
  expect((await cli(`service-accounts enable ${account} --json`)).out).toContain('"status":"active"')
  expect(await statusWith(t, key, route)).toBe(200)
  expect((await cli('service-accounts list')).out).toContain(account)
  expect((await cli(`service-accounts disable sva_${'0'.repeat(32)}`)).code).toBe(1)
})
