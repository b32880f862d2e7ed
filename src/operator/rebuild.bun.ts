/** Writes the database file again without free pages, in the format that can be compacted while a server runs. */
import { renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { checkpoint, copyDatabase, flush, inspectDatabase, removeDatabase } from '../../db/copies.ts'
import { takeOwnerLock } from '../../db/embedded/owner-lock.ts'
import { giveToOwnerOf } from '../../db/embedded/private-files.ts'
import { DatabaseOpenError } from '../../db/embedded.ts'
import { OperatorError } from './failure.ts'
import { existingDatabase } from './backup.bun.ts'

export interface Rebuilt {
  file: string
  bytes: { before: number; after: number }
  tookMs: number
}

/**
 * Copies the database, reads the whole copy, and replaces the database by it with one rename. No server may own the
 * database. Needs free space for a second copy of its content. After any failure, or if the process dies, a complete
 * database is in place.
 *
 * Throws `OperatorError`; the database is then as it was.
 */
export function rebuild(databaseUrl: string, step: (done: number) => void): Rebuilt {
  const startedAt = performance.now()
  const file = existingDatabase(databaseUrl)
  const lock = own(file)
  const draft = `${file}.rebuilding`
  try {
    step(0)
    removeDatabase(draft) // left by a killed rebuild; this process holds the lock, so no other one runs
    if (checkpoint(file) !== 'done')
      throw failed('another program is reading it, or its log cannot be read', 'End that program')
    const before = statSync(file).size
    copyDatabase(file, draft)
    step(1)
    const facts = inspectDatabase(draft, Date.now())
    if ('fault' in facts) throw failed(facts.fault.finding, 'Restore a backup')
    giveToOwnerOf(file, draft)
    step(2)
    // Both logs are empty. SQLite would take a log beside the new file for its own.
    for (const path of [draft, file])
      for (const beside of [`${path}-wal`, `${path}-shm`]) rmSync(beside, { force: true })
    renameSync(draft, file)
    flush(dirname(file))
    step(3)
    return { file, bytes: { before, after: facts.bytes }, tookMs: Math.round(performance.now() - startedAt) }
  } catch (error) {
    if (error instanceof OperatorError) throw error
    throw failed(error instanceof Error ? error.message : String(error), 'Check the folder and the free space')
  } finally {
    removeDatabase(draft)
    lock.release()
  }
}

function own(file: string) {
  try {
    return takeOwnerLock(file)
  } catch (error) {
    if (!(error instanceof DatabaseOpenError)) throw error
    throw new OperatorError({
      code: error.code,
      title: error.message,
      remedy: error.code === 'database.locked' ? 'Stop the server, repeat the command, then start it again.' : '',
    })
  }
}

const failed = (reason: string, remedy: string) =>
  new OperatorError({
    code: 'database.rebuild_failed',
    title: `The database could not be rebuilt: ${reason}.`,
    remedy: `The database was not changed. ${remedy}, then repeat the command.`,
  })
