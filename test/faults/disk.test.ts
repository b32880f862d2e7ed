/** A disk that fails: 503 and not ready while it does, the cause in the log, and served again when it is over. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LibsqlError } from '@libsql/client/sqlite3'
import { diagnose } from '../../db/embedded/disk-diagnosis.ts'
import { openEmbedded } from '../../db/embedded.ts'
import { lookOne } from '../db/embedded/support/look.ts'
import { cleanUp, environment, newFolder, ROOT, type Server, startServer } from '../process/support/server.ts'
import { buildFailingDisk } from '../support/failing-disk.ts'
import { testWith } from '../support/real-parts.ts'

const mounts: string[] = []
afterAll(async () => {
  for (const mount of mounts) Bun.spawnSync(['umount', '--lazy', mount])
  await cleanUp()
})

const PASSWORD = 'correct horse battery staple'
const LIMIT_MS = 300_000

interface Refusal {
  status: number
  code?: string
}

const send = async (server: Server, path: string, body?: unknown): Promise<Refusal> => {
  const response = await fetch(`${server.url}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json' },
  })
  const { code } = (await response.json()) as { code?: string } // a problem document, or what we asked for
  return { status: response.status, ...(code === undefined ? {} : { code }) }
}
const signIn = (server: Server) => send(server, '/v1/auth/sign-in', { email: 'a@example.com', password: PASSWORD })
const signUp = (server: Server, name: string) =>
  send(server, '/v1/auth/sign-up', { email: `${name}@example.com`, password: PASSWORD })
const isReady = async (server: Server) => (await fetch(`${server.url}/readyz`)).status === 200
/** The server looks again by itself; the limit of the test is the limit of the wait. */
const untilReady = async (server: Server) => {
  while (!(await isReady(server))) await Bun.sleep(50)
}

const folder = newFolder()
const disk = buildFailingDisk(folder)
const diskTest = testWith(disk !== undefined, 'Linux and a C compiler (cc), for a disk that fails on demand')

describe('a server on a disk that fails', () => {
  let server: Server
  beforeAll(async () => {
    if (disk === undefined) return
    server = await startServer(environment(folder, { ...disk.env }))
    expect(await signUp(server, 'a')).toMatchObject({ status: 201 })
  }, LIMIT_MS)
  afterAll(async () => void (await server?.stop()))

  const unavailable = { status: 503, code: 'server.unavailable' }
  const full = { status: 507, code: 'server.storage_full' }
  let round = 0

  for (const [calls, errno, answer, cause] of [
    ['write', 'EIO', unavailable, /SQLITE_IOERR_WRITE/],
    ['sync', 'EIO', unavailable, /SQLITE_IOERR_FSYNC\); the system says EIO/],
    ['write', 'EROFS', unavailable, /SQLITE_IOERR_WRITE/],
    ['sync', 'EROFS', unavailable, /the system says EROFS/],
    ['write', 'ENOSPC', full, /SQLITE_FULL/],
    ['sync', 'ENOSPC', full, /quota is full \(ENOSPC/],
    ['sync', 'EDQUOT', full, /quota is full \(EDQUOT/],
  ] as const) {
    diskTest(
      `${errno} at every ${calls}: ${answer.code}, nothing is acknowledged, and the log has the cause`,
      async () => {
        const before = server.stderr.length
        const name = `person${round++}`
        disk?.fail(calls, errno, 'test.db')
        expect(await signIn(server)).toEqual(answer)
        expect(await signUp(server, name)).toEqual(answer)
        const log = server.stderr.slice(before)
        expect(log).toMatch(cause)
        if (answer === unavailable) expect(await isReady(server)).toBe(false)
        disk?.heal()
        await untilReady(server)
        expect(await signIn(server)).toEqual({ status: 200 })
        expect(await signUp(server, name)).toEqual({ status: 201 }) // the failed sign-up left no row
        if (answer === unavailable) expect(server.stderr.slice(before)).toContain('is reliable again')
      },
      LIMIT_MS,
    )
  }

  diskTest(
    'EIO at every read of database and log gives 503 and not ready, and the server recovers without a restart',
    async () => {
      expect(await signUp(server, 'reader')).toMatchObject({ status: 201 }) // the reader has to read again after it
      disk?.fail('read', 'EIO', 'test.db')
      // What is in the page cache is still answered; a new page or a new connection is not.
      const answers: Refusal[] = []
      while (!answers.some(({ status }) => status >= 500)) {
        answers.push(await signIn(server), await signUp(server, `r${answers.length}`))
      }
      expect(answers.filter(({ status }) => status >= 500).every(({ status }) => status === 503)).toBe(true)
      expect(await isReady(server)).toBe(false)
      for (let n = 0; n < 5; n++) expect(await signIn(server)).toEqual(unavailable)
      expect(await isReady(server)).toBe(false) // and stays so while it lasts
      disk?.heal()
      await untilReady(server)
      for (let n = 0; n < 5; n++) expect(await signIn(server)).toEqual({ status: 200 })
      expect((await fetch(`${server.url}/v1/users`)).status).toBe(401)
    },
    LIMIT_MS,
  )

  diskTest(
    'a single failed read costs at most the request that met it',
    async () => {
      for (let n = 0; n < 5; n++) {
        disk?.fail('read', 'EIO', 'test.db')
        await signIn(server)
        await signUp(server, `single${n}`)
        disk?.heal()
        await untilReady(server)
        expect(await signIn(server)).toEqual({ status: 200 })
      }
    },
    LIMIT_MS,
  )
})

diskTest(
  'a read that fails in the middle of a checkpoint fails the checkpoint and loses no data',
  async () => {
    const file = join(newFolder(), 'test.db')
    const code = `
      import { openEmbedded } from './db/embedded.ts'
      import { rmSync, writeFileSync } from 'node:fs'
      const client = openEmbedded({ file: ${JSON.stringify(file)} })
      await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT) STRICT')
      for (let id = 0; id < 50; id++) await client.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [id, 'x'.repeat(500)] })
      writeFileSync(process.env.FAILING_DISK, 'read 5 test.db')
      const failed = await client.cutLog().then(() => 'done', (error) => error.code)
      rmSync(process.env.FAILING_DISK)
      await client.cutLog()
      const { rows } = await client.execute('SELECT count(*) AS n, (SELECT quick_check FROM pragma_quick_check(1)) AS state FROM t')
      console.log(failed, rows[0].n, rows[0].state)
      client.close()`
    const child = Bun.spawn([process.execPath, '-e', code], { cwd: ROOT, env: { ...process.env, ...disk?.env } })
    expect((await new Response(child.stdout).text()).trim()).toMatch(/^SQLITE_(IOERR|CORRUPT) 50 ok$/)
    expect(lookOne(file, 'SELECT count(*) FROM t')).toBe(50)
  },
  LIMIT_MS,
)

describe('a database that is damaged while it is served', () => {
  const damage = async () => {
    const file = join(newFolder(), 'app.db')
    const client = openEmbedded({ file })
    await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL) STRICT')
    for (let id = 0; id < 200; id++)
      await client.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [id, 'x'.repeat(500)] })
    await client.cutLog()
    const whole = Buffer.from(Bun.spawnSync(['cat', file]).stdout)
    return { file, client, whole }
  }
  const until = async (wanted: () => boolean) => {
    while (!wanted()) await Bun.sleep(20)
  }

  for (const [what, at] of [
    ['its first page', 0],
    ['the pages of a table', 3 * 4096],
  ] as const) {
    test(
      `in ${what}: not ready, then nothing is served, until the file is whole again`,
      async () => {
        const { file, client, whole } = await damage()
        const codes: (string | undefined)[] = []
        client.onFault((fault) => codes.push(fault?.code))
        // Another program's descriptor, in another process: closing one here would drop the engine's locks.
        const garbage = Buffer.alloc(at === 0 ? 4096 : whole.length - at, 0xa5)
        overwriteElsewhere(file, at, garbage)
        const errors: string[] = []
        while (!errors.includes('DATABASE_DAMAGED')) {
          await client
            .batch(['SELECT sum(length(v)) FROM t'], 'read')
            .then(() => client.longRead('SELECT sum(length(v)) FROM t'))
            .catch((error: LibsqlError) => errors.push(error.code))
          await Bun.sleep(5)
        }
        expect(new Set(errors)).toEqual(
          new Set([...errors.filter((code) => /^SQLITE_(CORRUPT|NOTADB)$/.test(code)), 'DATABASE_DAMAGED']),
        )
        expect(client.fault()).toMatchObject({ code: 'DATABASE_DAMAGED', message: expect.stringContaining('restore') })
        for (const statement of ['SELECT 1', "INSERT INTO t VALUES (1000, 'x')"])
          await expect(client.execute(statement)).rejects.toMatchObject({ code: 'DATABASE_DAMAGED' })

        overwriteElsewhere(file, 0, whole)
        await until(() => client.fault() === undefined)
        expect(codes.at(-1)).toBeUndefined()
        await client.execute("INSERT INTO t VALUES (1000, 'x')")
        expect((await client.execute('SELECT count(*) AS n FROM t')).rows[0]?.n).toBe(201)
        client.close()
      },
      LIMIT_MS,
    )
  }

  function overwriteElsewhere(file: string, at: number, bytes: Uint8Array): void {
    const source = join(newFolder(), 'bytes')
    writeFileSync(source, bytes)
    const words = [`if=${source}`, `of=${file}`, 'bs=4096', `seek=${at / 4096}`, 'conv=notrunc', 'status=none']
    expect(Bun.spawnSync(['dd', ...words]).success).toBe(true)
  }
})

describe('the system says why', () => {
  const ioError = () => new LibsqlError('disk I/O error', 'SQLITE_IOERR', 'SQLITE_IOERR_WRITE', 778)

  test('a folder that is gone', () => {
    const error = diagnose(join(newFolder(), 'gone', 'app.db'), ioError())
    expect(error).toMatchObject({
      code: 'SQLITE_IOERR',
      message: expect.stringMatching(/SQLITE_IOERR_WRITE\); the system says ENOENT/),
    })
  })

  test('nothing, on a disk that works: the error is the engine’s own', () => {
    expect(diagnose(join(newFolder(), 'app.db'), ioError())).toMatchObject({ code: 'SQLITE_IOERR', rawCode: 778 })
  })

  const mount = (...words: string[]): string | undefined => {
    const at = join(newFolder(), 'disk')
    mkdirSync(at)
    if (!Bun.spawnSync(['mount', ...words, at], { stderr: 'ignore' }).success) return undefined
    mounts.push(at)
    return at
  }
  const small = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs')
  const readOnly = mount('-t', 'tmpfs', '-o', 'ro', 'tmpfs')

  test.skipIf(small === undefined)('a full disk is SQLITE_FULL, also when the engine reports another code', () => {
    writeFileSync(join(String(small), 'ballast'), Buffer.alloc(32_768))
    const error = diagnose(join(String(small), 'app.db'), ioError())
    expect(error).toMatchObject({ code: 'SQLITE_FULL', message: expect.stringContaining('ENOSPC') })
  })

  test.skipIf(readOnly === undefined)('a disk mounted read-only', () => {
    const error = diagnose(join(String(readOnly), 'app.db'), ioError())
    expect(error).toMatchObject({ code: 'SQLITE_IOERR', message: expect.stringContaining('EROFS') })
  })
})
