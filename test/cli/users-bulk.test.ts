import { afterAll, describe, expect, test } from 'bun:test'
import type { BulkAction, DryRun } from '../../src/modules/bulk-actions/schema.ts'
import type { User } from '../../src/modules/users/schema.ts'
import { operatorCommands } from '../../src/operator/cli/commands.ts'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import { cleanUp, environment, newFolder, startServer } from '../process/support/server.ts'
import { runCli } from './support/in-process.ts'
import { fakeTerminal } from './support/terminal.ts'

afterAll(cleanUp)

type Env = ReturnType<typeof environment>
const cli = (env: Env, words: string, stdin?: string) =>
  runCli(words.split(' '), env, stdin === undefined ? {} : { stdin })
const PEOPLE = 230
const people = Array.from({ length: PEOPLE }, (_, at) => JSON.stringify({ email: `p${at}@example.com` })).join('\n')
const disabled = async (env: Env): Promise<number> => {
  const { stdout } = await cli(env, 'users list --status disabled --json')
  return stdout.split('\n').filter((line) => line !== '' && (JSON.parse(line) as User).status === 'disabled').length
}

for (const mode of ['through the running server', 'without a server'] as const)
  describe(mode, () => {
    test('users are counted, disabled and enabled by a filter', async () => {
      const env = environment(newFolder())
      const server = mode === 'without a server' ? undefined : await startServer(env)
      await cli(env, 'users create --email root@example.com --role admin --json')
      expect(await cli(env, 'users import -', people)).toMatchObject({ code: 0 })

      const tried = await cli(env, 'users bulk disable --status active --role user --dry-run --json')
      expect(tried).toMatchObject({ code: 0, stderr: '' })
      const found = JSON.parse(tried.stdout) as DryRun
      expect([found.matched, found.exact, found.sample.length]).toEqual([PEOPLE, true, 10])
      const shown = await cli(env, 'users bulk disable --q p1@example.com --dry-run')
      expect(shown.stdout).toMatch(/^1 users match\. Nothing was changed\.\nusr_[0-9a-f]{32} {2}p1@example\.com\n$/)
      expect(await disabled(env)).toBe(0)

      const { code, stdout } = await cli(env, 'users bulk disable --status active --role user')
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(/^blk_[0-9a-f]{32} is done: 230 changed, 0 skipped, 0 refused\.\n$/),
      ])
      expect(await disabled(env)).toBe(PEOPLE)

      const { terminal, notes } = fakeTerminal({ noteIsTerminal: true })
      const subCommands = operatorCommands(env, terminal)
      const words = ['users', 'bulk', 'enable', '--all']
      expect(await runCommandLine({ meta: { name: 'cli' }, subCommands }, words, terminal)).toBe(0)
      expect(notes()).toMatch(/^(\r[█░]{30} enable \d+\/231)*\n?$/)

      const ended = await cli(env, 'users bulk disable --role admin --json')
      expect(JSON.parse(ended.stdout) as BulkAction).toMatchObject({ state: 'done', changed: 0, failed: 1 })
      await server?.stop()
    }, 300_000)
  })

test('wrong words are refused before anything is changed', async () => {
  const env = environment(newFolder())
  for (const [words, code, message] of [
    ['users bulk', 2, 'ACTION'],
    ['users bulk explode --all', 2, 'The action is one of disable'],
    ['users bulk disable', 2, 'Give a filter, or --all'],
    ['users bulk disable --all --status active', 1, 'no other criterion'],
    ['users bulk disable --ids nobody', 1, ''],
    ['users bulk add_role --all', 1, 'Expected the role'],
    ['users bulk add_role --all --change-role no_such', 1, 'Expected the name of a role that exists'],
    ['users bulk disable --created-before yesterday', 1, ''],
    ['users bulk disable --all --change-role admin', 1, 'Expected no role'],
  ] as const) {
    const ran = await cli(env, words)
    expect([words, ran.code, ran.stdout]).toEqual([words, code, ''])
    expect(ran.stderr).toContain(message)
  }
}, 300_000)
