/** A user by id through drizzle: our embedded client against the unmodified `@libsql/client`, on two copies of one file. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { createClient } from '@libsql/client/sqlite3'
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql/sqlite3'
import { openDatabase } from '../db/client.ts'
import type { Database } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { userRoles, users } from '../db/tables/index.ts'
import { type UserRow, userById, userColumns } from '../src/modules/users/queries.ts'
import { BenchError } from './bench-error.ts'
import { temporaryFolder } from './children.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const USERS = 10_000
/** Some ten ms of work, so short that both clients have the same load of the machine. */
const READS_PER_BATCH = 200

type Read = (id: string) => Promise<UserRow | undefined>

export async function measureUserRead(options: ScenarioOptions): Promise<Report> {
  const folder = temporaryFolder()
  const files = { ours: join(folder, 'ours.db'), plain: join(folder, 'plain.db') }
  await fillDatabase(files.ours)
  copyFileSync(files.ours, files.plain)

  const ours = openDatabase({ url: `file:${files.ours}` })
  const plain = createClient({ url: `file:${files.plain}` })
  try {
    const plainDb: Database = drizzle({ client: plain })
    const reads: Read[] = [prepared(ours.db), prepared(plainDb), unprepared(ours.db), unprepared(plainDb)]
    await verifySame(reads)
    await timeBatches(reads, options.seconds / 4) // warm-up, not counted
    const { rounds } = await interleave(options, { rounds: () => timeBatches(reads, options.seconds) })
    const series = (name: string, index: number) => ({
      name,
      values: rounds.map((micros) => micros[index] ?? Number.NaN),
    })
    return {
      scenario: 'user-read',
      comparisons: [
        {
          name: 'user by id, prepared',
          unit: 'µs',
          ours: series('embedded client', 0),
          reference: series('plain @libsql/client', 1),
          goal: 3,
        },
        {
          name: 'user by id, not prepared',
          unit: 'µs',
          ours: series('embedded client', 2),
          reference: series('plain @libsql/client', 3),
        },
      ],
      figures: [],
      checks: [`Both clients read the same ${USERS.toLocaleString('en')} users.`],
    }
  } finally {
    plain.close()
    ours.close()
  }
}

/** Prepared like the query of every request in `modules/sessions/queries.ts`. */
function prepared(db: Database): Read {
  const statement = db
    .select(userColumns)
    .from(users)
    .where(eq(users.id, sql.placeholder('id')))
    .limit(1)
    .prepare()
  return (id) => statement.get({ id })
}

const unprepared =
  (db: Database): Read =>
  async (id) =>
    (await userById(db, id))[0]

const idOf = (index: number): string => `usr_${index.toString(16).padStart(32, '0')}`

async function fillDatabase(file: string): Promise<void> {
  const { db, close } = openDatabase({ url: `file:${file}` })
  const at = Date.UTC(2026, 0, 1)
  const rows = Array.from({ length: USERS }, (_, index) => {
    const email = `person.${index}@example.com`
    return {
      id: idOf(index),
      email,
      emailKey: email,
      emailVerified: index % 2 === 0,
      name: `Person ${index}`,
      status: 'active' as const,
      passwordHash: null,
      version: 1,
      createdAt: at + index,
      updatedAt: at + index,
    }
  })
  try {
    await migrateDatabase(db)
    for (let start = 0; start < USERS; start += 500) {
      const some = rows.slice(start, start + 500)
      await db.batch([
        db.insert(users).values(some),
        db.insert(userRoles).values(some.map(({ id }) => ({ userId: id, role: 'user' }))),
      ])
    }
  } finally {
    close() // moves the log into the file that is copied
  }
}

/** Throws `BenchError` unless all reads find the same users. */
async function verifySame(reads: readonly Read[]): Promise<void> {
  for (let index = 0; index < USERS; index += 97) {
    const found = await Promise.all(reads.map((read) => read(idOf(index))))
    const first = found[0]
    if (first?.name !== `Person ${index}` || !found.every((user) => isDeepStrictEqual(user, first)))
      throw new BenchError(`the clients disagree about ${idOf(index)}`, JSON.stringify(found))
  }
}

/** The reads take turns in batches for `seconds` together. Returns the µs of a read for each. */
async function timeBatches(reads: readonly Read[], seconds: number): Promise<number[]> {
  const totalMs = reads.map(() => 0)
  const until = performance.now() + seconds * 1000
  let batches = 0
  for (; performance.now() < until || batches === 0; batches++) {
    for (const [index, read] of reads.entries()) {
      const began = performance.now()
      for (let turn = 0; turn < READS_PER_BATCH; turn++)
        // 7,919 is coprime to the number of users, so every user is read, in another order than the pages of the file.
        await read(idOf(((batches * READS_PER_BATCH + turn) * 7919) % USERS))
      totalMs[index] = (totalMs[index] ?? 0) + performance.now() - began
    }
  }
  return totalMs.map((ms) => (ms * 1000) / (batches * READS_PER_BATCH))
}
