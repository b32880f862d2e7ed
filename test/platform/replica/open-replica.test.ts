/** Reads of a copy: it answers or the server does, and no answer is older than allowed. With a real sqld. */
import { afterEach, describe, expect, setDefaultTimeout } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@libsql/client/web'
import { createDatabase } from '../../../db/database.ts'
import { openRemote } from '../../../db/remote.ts'
import { openReplica, type ReplicaOptions } from '../../../src/platform/replica/open-replica.bun.ts'
import { call, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, migrateServer, startSqld } from '../../support/sqld.ts'
import { createTestApp } from '../../support/test-app.ts'

setDefaultTimeout(300_000)

const sqldTest = testWith(await hasSqld(), 'sqld (test/parts)')
const NEVER_MS = 3_600_000

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A server with its tables. `asked` are the statements that reached it through the replica. */
async function start() {
  const sqld = await startSqld()
  ends.push(sqld.stop)
  await migrateServer(sqld.url)
  const folder = mkdtempSync(join(tmpdir(), 'threeger-replica-'))
  ends.push(() => rmSync(folder, { recursive: true, force: true }))
  const { client, close } = openRemote({ url: sqld.url, timeoutMs: 120_000 })
  ends.push(close)
  const asked: unknown[] = []
  const execute = (...statement: Parameters<Client['execute']>) => {
    asked.push(statement)
    return client.execute(...statement)
  }
  const counted = createDatabase(Object.assign(Object.create(client) as Client, { execute }))
  const logged: string[] = []
  const note = (line: string, { cause }: { cause?: unknown } = {}) => void logged.push(`${line} ${cause ?? ''}`)
  const open = (options: Partial<ReplicaOptions> = {}) => {
    const replica = openReplica({
      folder,
      url: sqld.url,
      authToken: undefined,
      primary: counted,
      log: { debug: note, info: note, warning: note, error: note },
      updateEveryMs: NEVER_MS,
      oldestMs: NEVER_MS,
      againMs: 20,
      ...options,
    })
    ends.push(replica.close)
    return replica
  }
  return { sqld, folder, client, asked, logged, open }
}

type Replica = ReturnType<typeof openReplica>
const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await Bun.sleep(10)
}
const usersOf = async ({ db }: Replica): Promise<number> => {
  const { rows } = await db.$client.execute('SELECT count(*) AS n FROM rate_limits')
  return Number(rows[0]?.n)
}
let keys = 0
const write = (client: Client) =>
  client.execute({ sql: 'INSERT INTO rate_limits (key, points, expires_at) VALUES (?, 1, 1)', args: [`k${++keys}`] })

describe('a copy', () => {
  sqldTest('answers statistics and exports in the place of the server, and is never asked who may', async () => {
    const { sqld, open, asked } = await start()
    const t = await createTestApp({ env: { DATABASE_URL: sqld.url } })
    ends.push(t.close)
    const { accessToken: token } = await setUpAdmin(t)
    await signUp(t, 'one@example.com')
    const replica = open()
    await until(replica.serves)
    t.deps.staleReads = replica.db
    const app = { app: t.app }
    const { accessToken: ended } = await signUp(t, 'two@example.com')
    const { accessToken: endedAdmin } = await signIn(t, 'admin@example.com')

    const stats = await call<{ totals: { users: number } }>(app, 'GET /v1/stats?days=1', { token: endedAdmin })
    expect(stats.body.totals.users).toBe(2) // at the moment of the copy
    const users = await call(app, 'GET /v1/users/export?format=ndjson', { token })
    expect(users.text.trim().split('\n')).toHaveLength(3) // the first page is of the server
    expect(asked).toEqual([])

    // What decides is read from the server: these changes are not in the copy, and bite at once.
    for (const by of [{ token: ended }, { token: endedAdmin }]) {
      expect((await call(app, 'POST /v1/auth/sign-out', by)).status).toBe(204)
      expect((await call(app, 'GET /v1/me', by)).status).toBe(401)
      expect((await call(app, 'GET /v1/stats?days=1', by)).status).toBe(401)
    }
    expect(asked).toEqual([])
  })

  sqldTest('that is too old is not read', async () => {
    const { client, open, asked } = await start()
    const replica = open({ oldestMs: 0 })
    await write(client)
    expect(await usersOf(replica)).toBe(1)
    expect(asked).toHaveLength(1)
  })

  sqldTest('follows the server', async () => {
    const { client, open, asked } = await start()
    const replica = open({ updateEveryMs: 20 })
    await until(replica.serves)
    for (let round = 1; round <= 3; round++) {
      await write(client)
      for (asked.length = 0; (await usersOf(replica)) !== round || asked.length > 0; asked.length = 0)
        await Bun.sleep(10)
    }
  })

  sqldTest('is made anew from what a crash left, and after its own process was killed', async () => {
    const { folder, client, open, asked, logged } = await start()
    await write(client)
    mkdirSync(join(folder, 'copy-aaaaaa'))
    writeFileSync(join(folder, 'copy-aaaaaa/copy.db'), 'no database')
    writeFileSync(join(folder, 'a file of somebody else'), '')
    writeFileSync(join(folder, 'copy-000000'), '')
    mkdirSync(join(folder, 'copy-backup'))
    writeFileSync(join(folder, 'copy-backup/data.db'), '')
    const replica = open({ updateEveryMs: 20 })
    await until(replica.serves)
    expect(readdirSync(folder)).not.toContain('copy-aaaaaa')
    const first = replica.pid()
    process.kill(first ?? 0, 'SIGKILL')
    await until(() => replica.serves() && replica.pid() !== first)
    expect(logged.filter((line) => line.startsWith('there is no copy'))).toHaveLength(1)
    asked.length = 0
    while ((await usersOf(replica)) !== 1 || asked.length > 0) asked.length = 0
    replica.close()
    expect(
      readdirSync(folder)
        .filter((name) => /^copy-/.test(name))
        .toSorted(),
    ).toEqual(['copy-000000', 'copy-backup'])
    for (const path of ['a file of somebody else', 'copy-backup/data.db'])
      expect(existsSync(join(folder, path)), path).toBe(true)
  })

  sqldTest('whose file cannot be read answers nothing wrong: the server is asked', async () => {
    const { folder, client, open, asked } = await start()
    await write(client)
    const replica = open()
    await until(replica.serves)
    const name = readdirSync(folder).find((found) => found.startsWith('copy-')) ?? ''
    for (const end of ['', '-wal', '-shm'])
      writeFileSync(join(folder, name, `copy.db${end}`), 'no database'.repeat(1_000))
    expect(await usersOf(replica)).toBe(1)
    expect(asked).toHaveLength(1)
    expect(replica.serves()).toBe(false)
  })

  sqldTest('stops with the server, and comes back with it', async () => {
    const { sqld, client, open, logged } = await start()
    await write(client)
    const replica = open({ updateEveryMs: 20 })
    await until(replica.serves)
    await sqld.kill()
    await until(() => logged.some((line) => line.startsWith('there is no copy')))
    await expect(usersOf(replica)).rejects.toThrow()
    await sqld.restart()
    await until(replica.serves)
    expect(await usersOf(replica)).toBe(1)
  })

  sqldTest('belongs to one process: a second one asks the server until the first has ended', async () => {
    const { client, open, asked, logged } = await start()
    await write(client)
    const first = open()
    await until(first.serves)
    const second = open()
    await until(() => logged.some((line) => line.includes('used by another process')))
    expect(await usersOf(second)).toBe(1)
    expect(asked).toHaveLength(1)
    first.close()
    await until(second.serves)
    expect(await usersOf(second)).toBe(1)
    expect(asked).toHaveLength(1)
  })
})
