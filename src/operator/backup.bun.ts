/** Backups of an embedded database, taken while a server writes to it. */
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { copyDatabase, type DatabaseFacts, flush, inspectDatabase, removeDatabase } from '../../db/copies.ts'
import { assertOneName } from '../../db/embedded/boot-checks.ts'
import { giveToOwnerOf } from '../../db/embedded/private-files.ts'
import { OperatorError } from './failure.ts'
import { embeddedFile } from './socket.bun.ts'

export interface Backup extends Pick<DatabaseFacts, 'bytes' | 'users' | 'sessions'> {
  file: string
  tookMs: number
}

/** `20261123T185400123Z`: sorts by time, and is a valid file name on every file system. */
export const stamp = (now: number): string => new Date(now).toISOString().replaceAll(/[-:.]/g, '')

/**
 * The database file that the command is about. Throws `backup.remote` for a libSQL server, and `backup.no_database` when
 * there is no file.
 */
export function localDatabase(databaseUrl: string): string {
  const file = embeddedFile(databaseUrl)
  if (file === undefined)
    throw new OperatorError({
      code: 'backup.remote',
      title: 'DATABASE_URL names a libSQL server: this command cannot copy or replace its files.',
      remedy: 'Use the tools of that server, such as snapshots of its data folder or the backups of its provider.',
    })
  return file
}

/** The same, and throws `database.linked` for a file with two names: the log of the other name has the last writes. */
export function existingDatabase(databaseUrl: string): string {
  const file = localDatabase(databaseUrl)
  if (!existsSync(file))
    throw new OperatorError({
      code: 'backup.no_database',
      title: `There is no database at ${file}.`,
      remedy: 'Set DATABASE_URL to the database that the server uses.',
    })
  assertOneName(file)
  return file
}

/**
 * Makes a sound copy of every write that was acknowledged before the call. The copy gets its name only after it was read
 * whole and flushed to the disk. Mode 0600; never overwrites a file. Calls `step` when copying, checking and naming begin.
 * It only reads the database, so a server may run.
 */
export function backUp(databaseUrl: string, target: string | undefined, step: (done: number) => void): Backup {
  const startedAt = performance.now()
  const now = Date.now()
  const file = existingDatabase(databaseUrl)
  const to = target === undefined ? join(defaultFolder(file), `${basename(file)}-${stamp(now)}`) : resolve(target)
  if (existsSync(to)) throw exists(to)
  const folder = dirname(to)
  if (!existsSync(folder)) throw failed(to, new Error(`the folder ${folder} does not exist`))

  removeLeftovers(to)
  const partial = `${to}.${process.pid}.partial`
  try {
    step(0)
    copyDatabase(file, partial)
    step(1)
    const facts = inspectDatabase(partial, now)
    if ('fault' in facts)
      throw new OperatorError({
        code: 'backup.damaged',
        title: `The copy of ${file} is not a sound database: ${facts.fault.finding}.`,
        remedy: 'Check the database and the disk, and keep the last good backup.',
      })
    if (target === undefined) giveToOwnerOf(file, partial) // a file that root names with --to keeps its owner
    step(2)
    // A link, not a rename: it never replaces a file that was made there in the meantime.
    linkSync(partial, to)
    removeDatabase(partial)
    flush(folder)
    step(3)
    const { bytes, users, sessions } = facts
    return { file: to, bytes, users, sessions, tookMs: Math.round(performance.now() - startedAt) }
  } catch (error) {
    removeDatabase(partial)
    if (error instanceof OperatorError) throw error
    throw isExisting(error) ? exists(to) : failed(to, error)
  }
}

function defaultFolder(file: string): string {
  const folder = join(dirname(file), 'backups')
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) giveToOwnerOf(file, folder)
  return folder
}

/** Removes the partial files of killed backups to this name. A backup that still runs keeps its file. */
function removeLeftovers(to: string): void {
  for (const name of readdirSync(dirname(to))) {
    const [, pid] = name.startsWith(`${basename(to)}.`) ? (/\.(\d+)\.partial$/.exec(name) ?? []) : []
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(dirname(to), name), { force: true })
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' // the process of another user
  }
}

const isExisting = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST'

const exists = (to: string) =>
  new OperatorError({
    code: 'backup.exists',
    title: `${to} exists already, and a backup never overwrites a ${statSync(to).isDirectory() ? 'folder' : 'file'}.`,
    remedy: 'Name another file with --to, or move the existing one away.',
  })

const failed = (to: string, cause: unknown) =>
  new OperatorError({
    code: 'backup.failed',
    title: `The backup to ${to} could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
    remedy: 'No file was left behind. Check the folder, its owner and the free space, then repeat the command.',
  })
