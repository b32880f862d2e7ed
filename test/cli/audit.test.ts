import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { auditCommands } from '../../src/operator/cli/audit.ts'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import { type OperationName, type Operations, type Replies, runOperation } from '../../src/operator/operations.ts'
import { eventId, insertEvents, sealAll, tamper } from '../modules/audit-events/support/chain.ts'
import { cleanUp, environment, newFolder, run, startServer } from '../process/support/server.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { runCli } from './support/in-process.ts'
import { fakeTerminal } from './support/terminal.ts'

afterAll(cleanUp)

const SECRET = 'a secret of more than thirty-two bytes'

/** A database with 30 events, 25 of them sealed in links of 10, and what may be done to it. */
async function sealedDatabase(edit: (t: TestApp) => Promise<void> = async () => {}): Promise<Record<string, string>> {
  const env = { APP_SECRET: SECRET, DATABASE_URL: `file:${join(newFolder(), 'test.db')}` }
  const t = await createTestApp({ env })
  t.clock.advance(Date.now() - t.clock.now()) // the commands know no other time
  await insertEvents(t, 25)
  await sealAll(t)
  await edit(t)
  await t.close()
  return env
}

const environmentOf = (env: Record<string, string>) => environment(newFolder(), { LOG_LEVEL: undefined, ...env })
const cli = (env: Record<string, string>, words: string) => runCli(words.split(' '), environmentOf(env))
/** The same as a process of its own. */
const cliProcess = (env: Record<string, string>, words: string) =>
  run(['src/entries/cli.ts', ...words.split(' ')], environmentOf(env))

const lines = (text: string) => text.trimEnd().split('\n')

describe('audit verify', () => {
  test('of a log without changes says so and prints the head, without a server and with one', async () => {
    const env = await sealedDatabase()
    const alone = await cliProcess(env, 'audit verify')
    expect(alone.code).toBe(0)
    const [sentence, head] = lines(alone.stdout)
    expect(sentence).toBe('25 events in 3 links: none was changed.')
    expect(head).toMatch(/^head 3:[\w-]{43}$/)
    expect(lines(alone.stderr).at(-1)).toBe('Store the head elsewhere, and pass it to --expect the next time.')

    const noted = head?.slice('head '.length) ?? ''
    const server = await startServer(environment(newFolder(), { ...env, LOG_LEVEL: undefined }))
    const asked = await cli({ DATABASE_URL: String(env.DATABASE_URL) }, `audit verify --json --expect ${noted}`)
    expect(asked).toMatchObject({ code: 0, stderr: '' })
    // The server may have sealed what it wrote itself.
    expect(JSON.parse(asked.stdout)).toMatchObject({ kind: 'verified', findings: 0, pruned: 0 })
    expect(await server.stop()).toBe(0)
  }, 300_000)

  test('of a log with changes names each event and link, and exits with 1', async () => {
    const env = await sealedDatabase(async (t) => {
      await tamper(t, 'UPDATE events SET at = 1 WHERE id = ?', eventId(3))
      await tamper(t, 'DELETE FROM events WHERE id = ?', eventId(7))
      await tamper(t, `UPDATE events SET address = '::1' WHERE id = ?`, eventId(12))
      await tamper(t, 'DELETE FROM event_seals WHERE position = 3')
    })
    const plain = await cli(env, 'audit verify')
    expect(plain.code).toBe(1)
    expect(lines(plain.stdout).slice(0, -1)).toEqual([
      `link 1: ${eventId(3)} was changed`,
      `link 1: its event 7 was removed, after ${eventId(6)}, before ${eventId(8)}`,
      `link 2: the address or user agent of ${eventId(12)} was changed`,
      ...[21, 22, 23, 24, 25].map(
        (number) =>
          `${eventId(number)} names link 3, which does not exist: the link was removed, or the event was inserted`,
      ),
      '20 events in 2 links: 8 findings.',
    ])
    expect(plain.stderr).toContain('The audit log was changed after it was sealed: 8 findings, listed above.')

    const machine = await cliProcess(env, 'audit verify --json')
    expect(machine.code).toBe(1)
    expect(lines(machine.stdout).map((line) => JSON.parse(line).kind)).toEqual([
      'event.changed',
      'event.removed',
      'event.personal_data_changed',
      ...Array.from({ length: 5 }, () => 'event.stray'),
      'verified',
    ])
    expect(JSON.parse(machine.stderr)).toMatchObject({ code: 'audit.tampered', remedy: expect.any(String) })
  }, 300_000)

  test('of a log whose end was cut off is detected by --expect', async () => {
    let head = ''
    const env = await sealedDatabase(async (t) => {
      for await (const reply of runOperation(t.deps, 'audit.verify', {}))
        if ('item' in reply && reply.item.kind === 'verified') head = String(reply.item.head)
      await tamper(t, 'DELETE FROM events WHERE seal = 3')
      await tamper(t, 'DELETE FROM event_seals WHERE position = 3')
    })
    expect((await cli(env, 'audit verify')).code).toBe(0)
    const found = await cli(env, `audit verify --expect ${head}`)
    expect(found.code).toBe(1)
    expect(lines(found.stdout)[0]).toBe('link 3 of --expect does not exist: the end of the log was cut off')
  }, 300_000)

  test('under another APP_SECRET says that it cannot tell, not that it was tampered with', async () => {
    const env = await sealedDatabase()
    const other = await cli({ ...env, APP_SECRET: `${SECRET}!` }, 'audit verify --json')
    expect(other.code).toBe(1)
    expect(JSON.parse(other.stderr).code).toBe('audit.key_unknown')
    expect(JSON.parse(lines(other.stdout)[0] ?? '')).toMatchObject({ kind: 'key.unknown', position: 1, until: 3 })

    const given = await run(
      ['src/entries/cli.ts', 'audit', 'verify', '--previous-secrets-stdin'],
      environment(newFolder(), { LOG_LEVEL: undefined, ...env, APP_SECRET: `${SECRET}!` }),
      { stdin: `${SECRET}\n` },
    )
    expect([given.code, lines(given.stdout)[0]]).toEqual([0, '25 events in 3 links: none was changed.'])
  }, 300_000)

  test.each(['3', '3:abc', `0:${'A'.repeat(43)}`, `3:${'A'.repeat(42)}!`, `3:${'A'.repeat(44)}`])(
    'is not understood with --expect %s',
    async (noted) => {
      const { code, stderr } = await cli(await sealedDatabase(), `audit verify --expect ${noted}`)
      expect([code, lines(stderr)[0]]).toEqual([
        2,
        expect.stringContaining('--expect takes the head that an earlier run printed'),
      ])
    },
    300_000,
  )
})

describe('on a terminal', () => {
  test('a bar is drawn over one line, findings stand on lines of their own, and no id writes to the terminal', async () => {
    const t = await createTestApp()
    try {
      await insertEvents(t, 25)
      await sealAll(t)
      await tamper(t, 'UPDATE events SET id = ? WHERE id = ?', '\u001b[2Jevt_\nx', eventId(15))
      async function* ask<Name extends OperationName>(name: Name, input: Operations[Name]['input']): Replies<Name> {
        yield* runOperation(t.deps, name, input)
      }
      const { terminal, out, notes } = fakeTerminal({ outIsTerminal: true, noteIsTerminal: true })
      const group = auditCommands({ ask, terminal })
      expect(await runCommandLine(group, ['verify'], terminal)).toBe(1)
      expect(notes()).toContain(`\r${'█'.repeat(30)} verify 25/25\n`)
      expect(out()).toContain('\ufffd[2Jevt_\ufffdx was inserted\n')
      expect(out()).not.toContain('\u001b')
    } finally {
      await t.close()
    }
  })
})
