/** No write is acknowledged in a file that is no longer the database. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseOpenError, type EmbeddedClient, openEmbedded } from '../../../db/embedded.ts'
import { cleanUp, environment, newFolder, run, type Server, startServer } from '../../process/support/server.ts'
import { lookOne } from './support/look.ts'
import { migrated } from './support/migrated.ts'

const mounts: string[] = []
afterAll(async () => {
  for (const mount of mounts) Bun.spawnSync(['umount', '--lazy', mount])
  await cleanUp()
})

interface Served {
  folder: string
  file: string
  client: EmbeddedClient
  /** Ids that were acknowledged. */
  acknowledged: number[]
  insert(): Promise<void>
}

async function served(): Promise<Served> {
  const folder = join(newFolder(), 'data')
  mkdirSync(folder)
  const file = join(folder, 'app.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT')
  const acknowledged: number[] = []
  let next = 1
  const insert = async () => {
    const id = next++
    await client.execute({ sql: 'INSERT INTO t VALUES (?)', args: [id] })
    acknowledged.push(id)
  }
  for (let n = 0; n < 20; n++) await insert()
  return { folder, file, client, acknowledged, insert }
}

const count = (file: string) => Number(lookOne(file, 'SELECT count(*) FROM t'))

interface Misfortune {
  befall(served: Served): void
  /** Where what was acknowledged is afterwards; absent: nowhere, or back in its place. */
  now?(served: Served): string
  undo?(served: Served): void
}

/** What may befall the file. */
const misfortunes: [string, string, Misfortune][] = [
  ['deleted', 'DATABASE_MOVED', { befall: ({ file }) => rmSync(file) }],
  [
    'moved away',
    'DATABASE_MOVED',
    {
      befall: ({ file }) => renameSync(file, `${file}.away`),
      undo: ({ file }) => renameSync(`${file}.away`, file),
    },
  ],
  [
    'moved away for good',
    'DATABASE_MOVED',
    { befall: ({ file }) => renameSync(file, `${file}.away`), now: ({ file }) => `${file}.away` },
  ],
  [
    'replaced by a rename over it',
    'DATABASE_MOVED',
    {
      befall({ file }) {
        openEmbedded({ file: `${file}.other` }).close()
        rmSync(`${file}.other-wal`, { force: true })
        renameSync(`${file}.other`, file)
      },
    },
  ],
  [
    'a symbolic link to its own copy',
    'DATABASE_MOVED',
    {
      befall({ file }) {
        copyFileSync(file, `${file}.copy`)
        rmSync(file)
        symlinkSync(`${file}.copy`, file)
      },
    },
  ],
  [
    'in a folder that was renamed',
    'DATABASE_MOVED',
    {
      befall: ({ folder }) => renameSync(folder, `${folder}.away`),
      undo: ({ folder }) => renameSync(`${folder}.away`, folder),
    },
  ],
  [
    'given a second name',
    'DATABASE_LINKED',
    { befall: ({ file }) => linkSync(file, `${file}.second`), undo: ({ file }) => rmSync(`${file}.second`) },
  ],
  ['emptied in its place', 'DATABASE_DAMAGED', { befall: ({ file }) => truncateSync(file) }],
  ['robbed of its log', 'DATABASE_LOG_LOST', { befall: ({ file }) => rmSync(`${file}-wal`), now: ({ file }) => file }],
  [
    'robbed of its log and its index',
    'DATABASE_LOG_LOST',
    {
      befall({ file }) {
        rmSync(`${file}-wal`)
        rmSync(`${file}-shm`)
      },
      now: ({ file }) => file,
    },
  ],
]

test('whose lock was deleted under it is served no more, and what the next owner put there stays', async () => {
  const { file, client, acknowledged } = await served()
  rmSync(`${file}.lock`)
  const next = openEmbedded({ file }) // the way in that is to be noticed
  expect(client.fault()).toMatchObject({ code: 'DATABASE_LOCK_LOST', message: expect.stringContaining('Restart') })
  await expect(client.execute('INSERT INTO t VALUES (1000)')).rejects.toMatchObject({ code: 'DATABASE_LOCK_LOST' })
  await expect(client.execute('SELECT count(*) FROM t')).rejects.toMatchObject({ code: 'DATABASE_LOCK_LOST' })
  client.close()
  expect(next.fault()).toBeUndefined()
  await next.execute('INSERT INTO t VALUES (2000)')
  next.close()
  expect(count(file)).toBe(acknowledged.length + 1)
})

describe.each(misfortunes)('a database that is %s under the server', (_name, code, { befall, now, undo }) => {
  test('accepts and acknowledges no write and no commit, and the message says what to do', async () => {
    const world = await served()
    const faults: (string | undefined)[] = []
    world.client.onFault((fault) => faults.push(fault?.code))
    const transaction = await world.client.transaction('write')
    await transaction.execute('INSERT INTO t VALUES (1000)')
    befall(world)
    await expect(transaction.commit()).rejects.toMatchObject({ code })
    for (const write of [
      () => world.insert(),
      () => world.client.batch(['INSERT INTO t VALUES (2000)'], 'write'),
      () => world.client.executeMultiple('INSERT INTO t VALUES (3000)'),
      () => world.client.migrate(['INSERT INTO t VALUES (4000)']),
      () => world.client.transaction('write').then((another) => another.commit()),
      () => world.client.longRead('SELECT count(*) FROM t'),
      () => world.client.execute('SELECT count(*) FROM t'),
    ])
      await expect(write()).rejects.toMatchObject({ code })
    expect(world.client.fault()).toMatchObject({
      code,
      message: expect.stringMatching(/[Rr]estart|start the server again|Remove/),
    })
    expect(faults).toEqual([code])
    expect(world.acknowledged).toHaveLength(20)
    if (undo !== undefined) {
      undo(world)
      expect(world.client.fault()).toBeUndefined()
      expect(faults).toEqual([code, undefined])
      await world.insert()
    }
    world.client.close()
    const place = undo === undefined ? now?.(world) : world.file
    if (place !== undefined) expect(count(place)).toBe(world.acknowledged.length)
  })
})

test('what another user of the path put there in the meantime is not touched by the end of the server', async () => {
  const { file, client } = await served()
  renameSync(file, `${file}.away`)
  const other = await migrated(join(newFolder(), 'other.db'))
  renameSync(other, file)
  writeFileSync(`${file}-wal.mark`, 'the log of the new file')
  renameSync(`${file}-wal.mark`, `${file}-wal`)
  await expect(client.execute('DELETE FROM t')).rejects.toMatchObject({ code: 'DATABASE_MOVED' })
  client.close()
  expect(readFileSync(`${file}-wal`, 'utf8')).toBe('the log of the new file')
  expect(count(`${file}.away`)).toBe(20)
})

describe('a start', () => {
  const refusal = (file: string): DatabaseOpenError => {
    try {
      openEmbedded({ file }).close()
    } catch (error) {
      if (error instanceof DatabaseOpenError) return error
      throw error
    }
    throw new Error('it was opened')
  }

  test('on a file with a second name is refused under either, and possible again without it', async () => {
    const { file, client } = await served()
    client.close()
    const second = join(newFolder(), 'second.db')
    linkSync(file, second)
    for (const path of [file, second])
      expect(refusal(path)).toMatchObject({ code: 'database.linked', message: expect.stringContaining('2 names') })
    rmSync(second)
    openEmbedded({ file }).close()
  })

  test('finishes what a restore left that was killed between its two steps', async () => {
    const { file, client } = await served()
    client.close()
    const kept = `${file}.before-restore-20261123T185400123Z`
    linkSync(file, kept)
    openEmbedded({ file }).close()
    expect(statSync(file).nlink).toBe(1)
    expect(statSync(kept, { throwIfNoEntry: false })).toBeUndefined()
  })

  test.skipIf(process.getuid?.() !== 0)('on a file that is mounted by itself is refused', async () => {
    const { file, client } = await served()
    client.close()
    const mount = join(newFolder(), 'a name with blanks.db')
    writeFileSync(mount, '')
    if (!Bun.spawnSync(['mount', '--bind', file, mount]).success) return // no right to mount here
    mounts.push(mount)
    expect(refusal(mount)).toMatchObject({
      code: 'database.linked',
      message: expect.stringContaining('mount of a single file'),
    })
  })
})

const PASSWORD = 'correct horse battery staple'
const signUp = async (server: Server, n: number): Promise<number> =>
  (
    await fetch(`${server.url}/v1/auth/sign-up`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: `person${n}@example.com`, password: PASSWORD }),
    })
  ).status

test('a server whose file is moved away answers 503, is not ready, logs why once, and has lost nothing it acknowledged', async () => {
  const folder = newFolder()
  const file = join(folder, 'test.db')
  const server = await startServer(environment(folder))
  let acknowledged = 0
  let writing = true
  const lane = (async () => {
    const seen: number[] = []
    for (let n = 0; writing; n++) {
      const status = await signUp(server, n)
      if (status === 201) acknowledged++
      seen.push(status)
    }
    return seen
  })()
  while (acknowledged < 5) await Bun.sleep(5)
  renameSync(file, `${file}.away`)
  const [, line] = await server.output(/\[ERR\] ?:? ?(.*test\.db is gone.*)\n/)
  expect(line).toMatch(/Move the file back.*DATABASE_MOVED/)
  writing = false
  const statuses = await lane
  expect([...new Set(statuses)].filter((status) => status !== 201 && status !== 503)).toEqual([])
  expect(await signUp(server, 100_000)).toBe(503)
  const ready = await fetch(`${server.url}/readyz`)
  expect([ready.status, await ready.json()]).toMatchObject([
    503,
    { errors: expect.arrayContaining([expect.objectContaining({ path: '/database' })]) },
  ])
  expect((await fetch(`${server.url}/livez`)).status).toBe(200)
  expect(server.stderr.match(/it was deleted, moved or replaced/g)).toHaveLength(1)
  expect(Number(lookOne(`${file}.away`, 'SELECT count(*) FROM users'))).toBe(acknowledged)

  renameSync(`${file}.away`, file)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  expect(await signUp(server, 200_000)).toBe(201)
  expect(await server.stop()).toBe(0)
  expect(
    (await run(['src/entries/cli.ts', 'users', 'list', '--json'], environment(folder))).stdout.trim().split('\n'),
  ).toHaveLength(acknowledged + 1)
}, 300_000)

test('with a hard link a second server is refused, and the first acknowledges no write until the link is removed', async () => {
  const folder = newFolder()
  const file = join(folder, 'test.db')
  const server = await startServer(environment(folder))
  expect(await signUp(server, 0)).toBe(201)
  const elsewhere = newFolder()
  linkSync(file, join(elsewhere, 'test.db'))
  const second = await run(['src/entries/bun.ts'], environment(elsewhere))
  expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('2 names (hard links)') })
  expect(await signUp(server, 1)).toBe(503)
  rmSync(join(elsewhere, 'test.db'))
  expect(await signUp(server, 2)).toBe(201)
  expect(await server.stop()).toBe(0)
  expect(Number(lookOne(file, 'SELECT count(*) FROM users'))).toBe(2)
}, 300_000)
