/**
 * Complete copies of a database file, made while other processes write, and checked before use.
 *
 * A separate process makes the copy and opens the live file as one more reader. So the copy does not use the server's event
 * loop and memory, and it has its own locks (ADR 0007). Never call these functions in the process that owns the file.
 */
import { closeSync, constants, fsyncSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs'
import NativeDatabase from 'libsql'
import { nativePath } from './embedded/native-path.ts'
import { createPrivateFile, sideFiles } from './embedded/private-files.ts'
import { applicationId } from './embedded.ts'
import { type AppliedMigration, newerThanUs, stateOf } from './migration-state.ts'
import journal from './migrations/meta/_journal.json' with { type: 'json' }

/** The content of a sound database of this program. */
export interface DatabaseFacts {
  bytes: number
  /** Tags of its migrations. */
  migrations: string[]
  /** Tags of the migrations of this release that it does not have. */
  pending: string[]
  users: number
  /** The number of sessions that were neither ended nor expired at the time of the check. */
  sessions: number
  /** Signing keys in use, still encrypted. */
  signingKeys: { id: string; encryptedPrivateJwk: string }[]
}

/** The reason why a file cannot be used. */
export interface Fault {
  reason: 'not_a_database' | 'foreign' | 'damaged' | 'newer' | 'unknown_history'
  finding: string
}

// A checkpoint of another program may lock the file for a moment. This process may block, because it serves no requests.
const LOCK_TIMEOUT_MS = 5_000

/**
 * Writes a consistent, compact copy of every commit before the call, with mode 0600, and flushes it to the disk. The copy can
 * return space in steps (`auto_vacuum=INCREMENTAL`), even if the original cannot. Fails if `to` exists. After a failure no
 * file is left. Blocks this thread for some 10 s per GiB.
 */
export function copyDatabase(file: string, to: string): void {
  createPrivateFile(to, to) // VACUUM INTO fills an empty file; a file that it creates would be readable by all users
  try {
    const source = new NativeDatabase(nativePath(file), { timeout: LOCK_TIMEOUT_MS })
    try {
      source.exec('PRAGMA auto_vacuum=INCREMENTAL') // affects only the copy, because the setting does not change a file that has pages
      source.exec(`VACUUM INTO '${to.replaceAll("'", "''")}'`)
    } finally {
      source.close()
    }
    flush(to)
  } catch (error) {
    removeDatabase(to)
    throw error
  }
}

/**
 * Copies a file that no process writes, byte by byte, and flushes it to the disk. The copy has mode 0600 all the time;
 * `copyFileSync` would use the mode of the original. Fails if `to` exists. After a failure no file is left.
 *
 * @param like if root makes the copy, it belongs to the owner of this file, or of its folder; default: to root
 */
export function copyQuietFile(file: string, to: string, like = to): void {
  createPrivateFile(to, like)
  try {
    copyBytes(file, to)
  } catch (error) {
    removeDatabase(to)
    throw error
  }
}

function copyBytes(file: string, to: string): void {
  const source = openSync(file, constants.O_RDONLY)
  try {
    const target = openSync(to, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0))
    try {
      const buffer = Buffer.allocUnsafe(1 << 20)
      for (;;) {
        const read = readSync(source, buffer, 0, buffer.length, null)
        if (read === 0) break
        for (let at = 0; at < read; ) at += writeSync(target, buffer, at, read - at)
      }
      fsyncSync(target)
    } finally {
      closeSync(target)
    }
  } finally {
    closeSync(source)
  }
}

/**
 * Moves the whole log into the database file and empties it. `read_by_others`: another program has a snapshot open.
 * `unreadable`: the engine cannot read the file. In both cases nothing is lost, and the log stays. Only the owner of the file
 * may call this.
 */
export function checkpoint(file: string): 'done' | 'read_by_others' | 'unreadable' {
  try {
    const database = new NativeDatabase(nativePath(file), { timeout: 0 })
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)') // not a prepared statement, because it would keep the file open
    } finally {
      database.close()
    }
  } catch {
    return 'unreadable'
  }
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0 ? 'done' : 'read_by_others'
}

/** Removes a database and the files that the engine keeps beside it. */
export function removeDatabase(file: string): void {
  for (const path of [file, ...sideFiles(file)]) rmSync(path, { force: true })
}

/** Flushes a file, or the entries of a folder, to the disk. */
export function flush(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Reads a whole copy, checks it for damage and returns its content. It opens the file, so never call it on a database in use. */
export function inspectDatabase(file: string, now: number): DatabaseFacts | { fault: Fault } {
  const wrong = headerFault(file)
  if (wrong) return { fault: wrong }
  try {
    const database = new NativeDatabase(nativePath(file), { timeout: LOCK_TIMEOUT_MS })
    try {
      // The types of the package are those of better-sqlite3, whose rows are `unknown` too.
      const rows = <Row>(sql: string, ...values: number[]): Row[] => database.prepare(sql).all(...values) as Row[]
      return look(rows, statSync(file).size, now)
    } finally {
      database.close()
    }
  } catch (error) {
    return { fault: { reason: 'damaged', finding: error instanceof Error ? error.message : String(error) } }
  }
}

type Rows = <Row>(sql: string, ...values: number[]) => Row[]

function look(rows: Rows, bytes: number, now: number): DatabaseFacts | { fault: Fault } {
  const [damage] = rows<{ integrity_check: string }>('SELECT * FROM pragma_integrity_check(1)')
  if (damage?.integrity_check !== 'ok')
    return { fault: { reason: 'damaged', finding: damage?.integrity_check ?? 'no answer to integrity_check' } }
  const [orphan] = rows<{ table: string }>('SELECT * FROM pragma_foreign_key_check LIMIT 1')
  if (orphan)
    return { fault: { reason: 'damaged', finding: `a row of ${orphan.table} refers to a row that does not exist` } }

  const [table] = rows("SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'")
  if (!table) return { fault: { reason: 'unknown_history', finding: 'it has never had a migration' } }
  const applied = rows<AppliedMigration>('SELECT id, created_at AS at FROM __drizzle_migrations ORDER BY created_at')
  const known = new Map(journal.entries.map(({ when, tag }) => [when, tag]))
  const found = stateOf(applied.at(-1))
  if (found.state === 'newer')
    return {
      fault: { reason: 'newer', finding: `it has migrations that this release does not know: ${newerThanUs(found)}` },
    }
  const migrations = applied.map(({ at }) => known.get(Number(at)))
  if (migrations.length === 0 || migrations.some((tag) => tag === undefined))
    return { fault: { reason: 'unknown_history', finding: 'its list of migrations is not ours' } }

  const tags = migrations.filter((tag) => tag !== undefined)
  return {
    bytes,
    migrations: tags,
    pending: [...known.values()].filter((tag) => !tags.includes(tag)),
    users: rows<{ n: number }>('SELECT count(*) AS n FROM users')[0]?.n ?? 0,
    sessions:
      rows<{ n: number }>('SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL AND expires_at > ?', now)[0]?.n ??
      0,
    signingKeys: rows(
      `SELECT id, encrypted_private_jwk AS encryptedPrivateJwk FROM signing_keys
        WHERE retires_at IS NULL OR retires_at > ?`,
      now,
    ),
  }
}

// https://www.sqlite.org/fileformat2.html#the_database_header
function headerFault(file: string): Fault | undefined {
  const header = Buffer.alloc(100)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, header, 0, 100, 0)
  } finally {
    closeSync(descriptor)
  }
  const { size } = statSync(file)
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0')
    return { reason: 'not_a_database', finding: size === 0 ? 'it is empty' : 'it is not a SQLite database' }
  const id = header.readUInt32BE(68)
  if (id !== applicationId)
    return { reason: 'foreign', finding: `it belongs to another program (application_id ${id})` }
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  const expected = header.readUInt32BE(28) * pageSize
  if (size < expected) return { reason: 'damaged', finding: `it is cut off: ${size} of ${expected} bytes` }
  return undefined
}
