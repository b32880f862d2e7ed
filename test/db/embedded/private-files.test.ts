/** Only the user who runs the server can open a file of the database, at any moment. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { copyDatabase, copyQuietFile } from '../../../db/copies.ts'
import { openEmbedded, ownerInfoPath, ownerLockPath } from '../../../db/embedded.ts'
import { parseConfig } from '../../../src/config.ts'
import { restore } from '../../../src/operator/restore.bun.ts'
import { cleanUp, environment, newFolder, ROOT, run, startServer } from '../../process/support/server.ts'
import { migrated } from './support/migrated.ts'

afterAll(cleanUp)

const modeOf = (path: string): number => lstatSync(path).mode & 0o777
/** Of every file and folder in it: what others may do. */
function openToOthers(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => (modeOf(path) & 0o077) !== 0)
    .map((path) => `${path} ${modeOf(path).toString(8)}`)
}
const asRoot = test.skipIf(process.getuid?.() !== 0)

test('of a server under umask 000: database, log, index, lock, record, socket, secret, and the folder it made', async () => {
  const folder = join(newFolder(), 'made', 'by', 'us')
  const env = environment(newFolder(), { DATABASE_URL: `file:${join(folder, 'test.db')}`, NODE_ENV: 'development' })
  const server = await startServer(env, ['-c', `umask 000; exec ${process.execPath} src/entries/bun.ts`], {
    program: 'sh',
  })
  const account = { email: 'a@example.com', password: 'correct horse battery staple' }
  const signUp = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(account) }
  expect((await fetch(`${server.url}/v1/auth/sign-up`, signUp)).status).toBe(201)
  const names = readdirSync(folder)
  for (const suffix of ['', '-wal', '-shm', '.lock', '.owner.json', '.sock'])
    expect(names).toContain(`test.db${suffix}`)
  expect(names).toContain('app-secret')
  const backup = ['-c', `umask 000; exec ${process.execPath} src/entries/cli.ts backup`]
  expect(await run(backup, env, { program: 'sh' })).toMatchObject({ code: 0 })
  expect(readdirSync(join(folder, 'backups'))).toHaveLength(1)
  expect(openToOthers(join(folder, '..', '..'))).toEqual([])
  expect(await server.stop()).toBe(0)
  expect(openToOthers(folder)).toEqual([])
}, 300_000)

asRoot('another user can neither read them nor hold the lock', async () => {
  const folder = newFolder()
  chmodSync(folder, 0o755)
  const file = join(folder, 'test.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)')
  for (const path of readdirSync(folder).map((name) => join(folder, name))) {
    const asNobody = Bun.spawnSync(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'head', '-c1', path])
    expect([path, asNobody.success]).toEqual([path, false])
  }
  client.close()
})

describe('what an earlier release left open', () => {
  test('is closed at the start, which says so', async () => {
    const folder = newFolder()
    const file = join(folder, 'test.db')
    openEmbedded({ file }).close()
    writeFileSync(`${file}-wal`, '')
    for (const path of [file, `${file}-wal`, ownerLockPath(file)]) chmodSync(path, 0o664)
    const client = openEmbedded({ file })
    expect(client.notices).toHaveLength(3)
    for (const notice of client.notices)
      expect(notice).toMatch(/was open to other users \(mode 0664\)\. Its mode is 0600 now/)
    await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)')
    expect(openToOthers(folder)).toEqual([])
    client.close()
    const again = openEmbedded({ file })
    expect(again.notices).toEqual([])
    again.close()
  })

  test('is closed by a server, which logs it, and the secret of a development machine too', async () => {
    const folder = newFolder()
    const env = environment(newFolder(), {
      DATABASE_URL: `file:${join(folder, 'test.db')}`,
      NODE_ENV: 'development',
    })
    const first = await startServer(env)
    expect(await first.stop()).toBe(0)
    for (const name of ['test.db', 'test.db.lock', 'app-secret']) chmodSync(join(folder, name), 0o644)
    const server = await startServer(env)
    for (const name of ['test.db', 'test.db.lock', 'app-secret'])
      expect(server.stderr).toContain(`${join(folder, name)} was open to other users`)
    expect(openToOthers(folder)).toEqual([])
    expect(await server.stop()).toBe(0)
  }, 300_000)

  test('in a folder that all may write to: it is said, and the folder, which may be shared, is left alone', () => {
    const folder = newFolder()
    chmodSync(folder, 0o777)
    for (let start = 0; start < 2; start++) {
      const client = openEmbedded({ file: join(folder, 'test.db') })
      expect(client.notices).toEqual([expect.stringContaining(`${folder} can be written by every user`)])
      client.close()
    }
    expect(modeOf(folder)).toBe(0o777)
  })

  asRoot('is refused when another user owns it and this one cannot close it', async () => {
    const folder = newFolder()
    chmodSync(folder, 0o777)
    const file = join(folder, 'test.db')
    openEmbedded({ file }).close()
    for (const path of [file, ownerLockPath(file)]) chmodSync(path, 0o666)
    const opener = Bun.spawnSync([process.execPath, 'test/db/embedded/support/opener.ts', file, '65534'], { cwd: ROOT })
    expect(String(opener.stdout)).toMatch(/^refused database\.unsafe_file .*belongs to another user \(uid 0;/)
  })
})

describe('a copy is closed to others from its first byte to its last', () => {
  test('of a file that all can read: a restore', async () => {
    const folder = newFolder()
    const backup = join(newFolder(), 'open.backup')
    copyDatabase(await migrated(join(newFolder(), 'source.db')), backup)
    chmodSync(backup, 0o644)
    const file = await migrated(join(folder, 'test.db'))
    chmodSync(file, 0o644)
    const config = parseConfig({
      NODE_ENV: 'test',
      APP_URL: 'https://api.test',
      APP_SECRET: 'a secret of more than thirty-two bytes',
      DATABASE_URL: `file:${file}`,
    })
    const { kept } = await restore(config, backup, () => expect(openToOthers(folder)).toEqual([]))
    expect(kept).toBeString()
    expect(openToOthers(folder)).toEqual([])
  })

  test('also in the middle of the restore', async () => {
    const folder = newFolder()
    const [from, to] = [join(folder, 'pipe'), join(folder, 'copy')]
    expect(Bun.spawnSync(['mkfifo', '-m', '644', from]).success).toBeTrue()
    const code = `import { copyQuietFile } from './db/copies.ts'; copyQuietFile('${from}', '${to}')`
    const copier = Bun.spawn([process.execPath, '-e', code], { cwd: ROOT })
    const writer = Bun.spawn(['sh', '-c', `exec 3>'${from}'; printf half >&3; read _; printf rest >&3`], {
      stdin: 'pipe',
    })
    while (!existsSync(to) || statSync(to).size < 4) await new Promise((next) => setImmediate(next))
    expect(modeOf(to)).toBe(0o600)
    writer.stdin.write('\n')
    await writer.stdin.end()
    expect(await copier.exited).toBe(0)
    expect([readFileSync(to, 'utf8'), modeOf(to)]).toEqual(['halfrest', 0o600])
  })
})

describe('a link in the place of a file of the server', () => {
  const planted = () => {
    const folder = newFolder()
    const victim = join(newFolder(), 'victim')
    writeFileSync(victim, 'untouched')
    return { file: join(folder, 'test.db'), victim }
  }

  test.each(['.lock', '-wal', '-shm', '-journal'])('%s: the start is refused and names it', (suffix) => {
    const { file, victim } = planted()
    if (suffix !== '.lock') openEmbedded({ file }).close()
    rmSync(`${file}${suffix}`, { force: true })
    symlinkSync(victim, `${file}${suffix}`)
    expect(() => openEmbedded({ file })).toThrow(
      expect.objectContaining({ code: 'database.unsafe_file', message: expect.stringContaining(`${file}${suffix}`) }),
    )
    expect(readFileSync(victim, 'utf8')).toBe('untouched')
  })

  test.each(['.new', '.owner.json', '.probe'])('%s is not followed', (suffix) => {
    const { file, victim } = planted()
    symlinkSync(victim, `${file}${suffix}`)
    const client = openEmbedded({ file })
    client.close()
    expect(readFileSync(victim, 'utf8')).toBe('untouched')
    expect(lstatSync(file).isFile()).toBeTrue()
  })

  test('of a restore or a backup is not followed', async () => {
    const folder = newFolder()
    const victim = join(newFolder(), 'victim')
    writeFileSync(victim, 'untouched')
    const source = await migrated(join(newFolder(), 'source.db'))
    symlinkSync(victim, join(folder, 'copy'))
    expect(() => copyQuietFile(source, join(folder, 'copy'))).toThrow(/EEXIST/)
    expect(() => copyDatabase(source, join(folder, 'copy'))).toThrow(/EEXIST/)
    expect(readFileSync(victim, 'utf8')).toBe('untouched')
  })

  test('a folder at the place of the lock is no file', () => {
    const { file } = planted()
    mkdirSync(ownerLockPath(file))
    expect(() => openEmbedded({ file })).toThrow(/database\.lock|not a regular file/)
  })
})

asRoot('what root makes beside the database of another user belongs to that user', async () => {
  const folder = newFolder()
  const file = await migrated(join(folder, 'test.db'))
  const app = 65534
  Bun.spawnSync(['chown', '-R', `${app}`, folder])
  renameSync(ownerLockPath(file), `${ownerLockPath(file)}.gone`)
  const client = openEmbedded({ file })
  for (const path of [ownerLockPath(file), ownerInfoPath(file), `${file}-wal`, `${file}-shm`])
    expect([path, statSync(path).uid]).toEqual([path, app])
  client.close()

  // Its lock is there, its database is not: as before a restore.
  for (const path of [file, `${file}-wal`, `${file}-shm`]) rmSync(path, { force: true })
  const made = openEmbedded({ file })
  expect(statSync(file).uid).toBe(app)
  made.close()
})
