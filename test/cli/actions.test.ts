/** The commands on actions, with the real operations behind them: the way back in when a program keeps everybody out. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { actionsCommands } from '../../src/operator/cli/actions.ts'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import type { Ask } from '../../src/operator/cli/operator.ts'
import { runOperation } from '../../src/operator/operations.ts'
import { makeAction } from '../modules/actions/support/world.ts'
import { call, setUpAdmin } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { fakeTerminal } from './support/terminal.ts'

const PERSON = { email: 'grace@example.com', password: 'correct horse battery', name: 'Grace' }

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp({ env: { WEBHOOK_PRIVATE_TARGETS: 'allow' } })
  token = (await setUpAdmin(t)).accessToken
  await call(t, 'POST /v1/auth/sign-up', { body: PERSON })
})
afterAll(() => t.close())

async function cli(words: string) {
  const ask: Ask = (name, input) => runOperation(t.deps, name, input)
  const fake = fakeTerminal({})
  const main = { meta: { name: 'cli' }, subCommands: { actions: actionsCommands({ ask, terminal: fake.terminal }) } }
  const code = await runCommandLine(main, words.split(' '), fake.terminal)
  return { code, out: fake.out().trimEnd(), notes: fake.notes().trimEnd() }
}

const signIn = async () => {
  const { email, password } = PERSON
  return (await call(t, 'POST /v1/auth/sign-in', { body: { email, password } })).status
}

test('an action that lets nobody in is found, disabled and enabled without a session', async () => {
  // Nothing listens on this port.
  const { id } = await makeAction(t, token, { trigger: 'token_issue', url: 'http://127.0.0.1:1/gone' })
  expect(await signIn()).toBe(503)
  expect(await cli('actions list')).toEqual({
    code: 0,
    out: `${id}\ttoken_issue\tenabled\tdeny\thttp://127.0.0.1:1/gone\t`.trimEnd(),
    notes: '',
  })
  expect(await cli(`actions disable ${id}`)).toEqual({ code: 0, out: `${id} is disabled.`, notes: '' })
  expect(await signIn()).toBe(200)
  expect((await cli(`actions enable ${id} --json`)).out).toContain('"enabled":true')
  expect(await signIn()).toBe(503)
  const { rows } = await t.deps.db.$client.execute(
    `SELECT data FROM events WHERE type = 'action.updated' AND actor_id IS NULL ORDER BY rowid`,
  )
  expect(rows.map(({ data }) => JSON.parse(String(data)).enabled)).toEqual([false, true])
  expect((await cli('actions list --json')).out).not.toContain('whsec_')
})

test('an id of no action is told', async () => {
  expect(await cli(`actions disable act_${'0'.repeat(32)}`)).toMatchObject({ code: 1, out: '' })
  expect(await cli('actions disable nonsense')).toMatchObject({ code: 1, out: '' })
  expect(await cli('actions disable')).toMatchObject({ code: 2, out: '' })
})
