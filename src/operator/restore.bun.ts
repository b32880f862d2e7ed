/** Replaces the database by a backup, after it checked that a server can use the backup. */
import { existsSync, linkSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import {
  checkpoint,
  copyQuietFile,
  type DatabaseFacts,
  type Fault,
  flush,
  inspectDatabase,
  removeDatabase,
} from '../../db/copies.ts'
import { takeOwnerLock } from '../../db/embedded/owner-lock.ts'
import { assertOneName } from '../../db/embedded/boot-checks.ts'
import { closeToOthers, sideFiles } from '../../db/embedded/private-files.ts'
import { DatabaseOpenError } from '../../db/embedded.ts'
import type { Config } from '../config.ts'
import { decrypt, deriveKey } from '../lib/crypto.ts'
import { OperatorError } from './failure.ts'
import { localDatabase, stamp } from './backup.bun.ts'

export interface Restored extends Pick<DatabaseFacts, 'bytes' | 'users' | 'sessions' | 'pending'> {
  file: string
  /** The new path of the old database. */
  kept: string | undefined
  tookMs: number
}

/**
 * Replaces the database by a backup, with one rename. The old database stays beside it under a dated name. The backup is
 * copied first, and the whole copy is checked: for damage, for migrations that this release does not know, and for keys
 * that APP_SECRET does not decrypt. After any failure, or if the process dies, a complete database is in place.
 *
 * Throws `OperatorError`; the database is then unchanged.
 */
export async function restore(config: Config, backup: string, step: (done: number) => void): Promise<Restored> {
  const startedAt = performance.now()
  const now = Date.now()
  const file = localDatabase(config.databaseUrl)
  const source = resolve(backup)
  assertReadable(source, file)
  const lock = own(file)
  const draft = `${file}.restoring`
  try {
    assertNoOrphan(file)
    if (existsSync(file)) assertOneName(file) // a server on the other name would keep using the old file
    // The old database stays under a dated name, and no start corrects its mode there.
    for (const path of [file, ...sideFiles(file)]) closeToOthers(path, file)
    removeDatabase(draft) // left by a killed restore; this process holds the lock, so no other one runs
    step(0)
    copyQuietFile(source, draft, file)
    step(1)
    const facts = inspectDatabase(draft, now)
    if ('fault' in facts) throw unusable(source, facts.fault)
    await assertKeysOpen(config.appSecret, facts)
    step(2)
    for (const beside of [`${draft}-wal`, `${draft}-shm`]) rmSync(beside, { force: true })
    const kept = existsSync(file) ? `${file}.before-restore-${stamp(now)}` : undefined
    if (kept !== undefined) setLogAside(file, kept)
    replace(draft, file, kept)
    flush(dirname(file))
    step(3)
    const { bytes, users, sessions, pending } = facts
    return { file, kept, bytes, users, sessions, pending, tookMs: Math.round(performance.now() - startedAt) }
  } catch (error) {
    if (error instanceof OperatorError) throw error
    if (error instanceof DatabaseOpenError) throw refused(error.code, error.message, '')
    throw refused('restore.failed', `The restore failed: ${error instanceof Error ? error.message : error}.`, UNTOUCHED)
  } finally {
    removeDatabase(draft)
    lock.release()
  }
}

const UNTOUCHED =
  'The database was not changed. Check the folder, its owner and the free space, then repeat the command.'

/**
 * The log of the old file must never be beside the new file, because SQLite would write it into the new file. So the log
 * is first written into the old file. If the old file is damaged, the log is renamed and kept with it.
 */
function setLogAside(file: string, kept: string): void {
  const outcome = checkpoint(file)
  if (outcome === 'read_by_others')
    throw refused(
      'restore.in_use',
      `Another program is reading ${file}, such as a backup.`,
      'Wait for that program, or end it, then repeat the command.',
    )
  if (outcome === 'unreadable' && existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${kept}-wal`)
  for (const beside of [`${file}-wal`, `${file}-shm`]) rmSync(beside, { force: true })
}

/** Gives the old database a second name, then renames the new one over it. A database is in place at every moment. */
function replace(draft: string, file: string, kept: string | undefined): void {
  // A link, not a rename: if no file were there for a moment, a start would make a new database.
  if (kept !== undefined) linkSync(file, kept)
  try {
    renameSync(draft, file)
  } catch (error) {
    // A database in use must not have two names.
    if (kept !== undefined) rmSync(kept, { force: true })
    throw error
  }
}

function own(file: string) {
  try {
    return takeOwnerLock(file)
  } catch (error) {
    if (!(error instanceof DatabaseOpenError)) throw error
    if (error.code !== 'database.locked') throw refused(error.code, error.message, '')
    throw refused(
      'restore.in_use',
      `A process owns ${file}: ${error.message}`,
      'Stop the server, repeat the command, then start the server again.',
    )
  }
}

function assertReadable(source: string, file: string): void {
  const stat = statSync(source, { throwIfNoEntry: false })
  if (!stat?.isFile()) throw refused('restore.no_backup', `There is no backup at ${source}.`, 'Check the path.')
  if (existsSync(file) && realpathSync(source) === realpathSync(file))
    throw refused('restore.same_file', `${source} is the database itself.`, 'Name a file that `backup` made.')
  if ((statSync(`${source}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0)
    throw refused(
      'restore.not_quiet',
      `${source}-wal has writes that are missing in ${source}: this is a database in use, or a copy of one, not a backup.`,
      'Set DATABASE_URL to that file, and make a backup of it first.',
    )
}

function assertNoOrphan(file: string): void {
  if (existsSync(file) || (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return
  throw refused(
    'restore.orphan_wal',
    `${file} is missing, but ${file}-wal has data. It would damage a restored database.`,
    `Move ${file}-wal away, then repeat the command.`,
  )
}

/** APP_SECRET must decrypt every key in use. A backup without keys works with any secret. */
async function assertKeysOpen(appSecret: string, { signingKeys }: DatabaseFacts): Promise<void> {
  const wrapping = await deriveKey(appSecret, 'signing-keys')
  for (const { id, encryptedPrivateJwk } of signingKeys)
    if ((await decrypt(wrapping, encryptedPrivateJwk, id)) === undefined)
      throw refused(
        'restore.other_secret',
        `APP_SECRET does not decrypt signing key ${id} of the backup: the backup was made with another APP_SECRET.`,
        'Set APP_SECRET to the value that belongs to this backup. Nothing was replaced.',
      )
}

function unusable(source: string, { reason, finding }: Fault): OperatorError {
  const remedy = {
    newer: 'Nothing was replaced.',
    not_a_database: 'Name a file that `backup` made. Nothing was replaced.',
    foreign: 'Name a file that `backup` made. Nothing was replaced.',
    damaged: 'Use an earlier backup. Nothing was replaced.',
    unknown_history: 'Use a backup of a database of this program. Nothing was replaced.',
  }[reason]
  return refused(`restore.${reason}`, `${source} cannot be restored: ${finding}.`, remedy)
}

const refused = (code: string, title: string, remedy: string) => new OperatorError({ code, title, remedy })
