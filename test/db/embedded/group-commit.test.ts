/** Writes that wait at the same time share one commit: each is still whole, alone in its failure, and acknowledged after it. */
import { afterAll, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import NativeDatabase from 'libsql'
import { type EmbeddedClient, openEmbedded } from '../../../db/embedded.ts'
import { buildFailingDisk } from '../../support/failing-disk.ts'
import { testWith } from '../../support/real-parts.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { look, lookOne } from './support/look.ts'
import { migrated } from './support/migrated.ts'

afterAll(removeTempFolders)

/** @param childKey when the foreign key of `child` is checked */
async function open(childKey = ''): Promise<{ client: EmbeddedClient; file: string }> {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE done (batch INTEGER PRIMARY KEY) STRICT')
  await client.execute('CREATE TABLE t (k INTEGER PRIMARY KEY, v INTEGER NOT NULL) STRICT')
  await client.execute(`CREATE TABLE child (k INTEGER REFERENCES t (k) ${childKey}, batch INTEGER NOT NULL) STRICT`)
  return { client, file }
}

/** What a batch does after it has noted itself in `done` and before it counts all rows. */
type Act =
  | { act: 'insert' | 'put' | 'add'; k: number; v: number }
  /** Fails by itself: the statement, its arguments, or a value that cannot be read. */
  | { act: 'nonsense' | 'wrong arguments' | 'unreadable' }
  /** Refused: at once, or, where the key is deferred and the batch does not mend it, at the commit. */
  | { act: 'orphan'; k: number }
  /** Ends the whole transaction when the key is taken. */
  | { act: 'insert or rollback'; k: number; v: number }
type Step = { batch: Act[] } | { read: true } | { turn: true }

const k = fc.integer({ min: 0, max: 5 })
const v = fc.integer({ min: 0, max: 1000 })
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ act: fc.constantFrom('insert' as const, 'put' as const, 'add' as const), k, v }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constantFrom('nonsense' as const, 'wrong arguments' as const, 'unreadable' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('orphan' as const), k }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('insert or rollback' as const), k, v }) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ batch: fc.array(act, { maxLength: 3 }) }) },
  { weight: 3, arbitrary: fc.constant<Step>({ read: true }) },
  { weight: 2, arbitrary: fc.constant<Step>({ turn: true }) },
)

function statementOf(one: Act, batch: number) {
  switch (one.act) {
    case 'insert':
      return { sql: 'INSERT INTO t VALUES (?, ?)', args: [one.k, one.v] }
    case 'put':
      return { sql: 'INSERT INTO t VALUES (?, ?) ON CONFLICT DO UPDATE SET v = excluded.v', args: [one.k, one.v] }
    case 'add':
      return { sql: 'UPDATE t SET v = v + ? WHERE k = ?', args: [one.v, one.k] }
    case 'nonsense':
      return { sql: 'UPDATE t SET nonsense = 1', args: [] }
    case 'wrong arguments':
      return { sql: 'UPDATE t SET v = v + ?', args: [] }
    case 'unreadable':
      return { sql: 'UPDATE t SET v = v + 0 RETURNING 9007199254740993', args: [] }
    case 'orphan':
      return { sql: 'INSERT INTO child VALUES (?, ?)', args: [one.k, batch] }
    case 'insert or rollback':
      return { sql: 'INSERT OR ROLLBACK INTO t VALUES (?, ?)', args: [one.k, one.v] }
  }
}

interface State {
  readonly t: ReadonlyMap<number, number>
  readonly done: readonly number[]
}

/** The model: one batch after the other, each with a commit of its own. Undefined: it fails. */
function apply(state: State, acts: readonly Act[], batch: number, deferred: boolean): State | undefined {
  const t = new Map(state.t)
  const orphans: number[] = []
  for (const one of acts) {
    switch (one.act) {
      case 'nonsense':
      case 'wrong arguments':
        return undefined
      case 'unreadable':
        if (t.size > 0) return undefined
        break
      case 'orphan':
        if (!deferred && !t.has(one.k)) return undefined
        orphans.push(one.k)
        break
      case 'add':
        if (t.has(one.k)) t.set(one.k, (t.get(one.k) ?? 0) + one.v)
        break
      case 'insert':
      case 'insert or rollback':
        if (t.has(one.k)) return undefined
        t.set(one.k, one.v)
        break
      case 'put':
        t.set(one.k, one.v)
    }
  }
  return orphans.every((key) => t.has(key)) ? { t, done: [...state.done, batch] } : undefined
}

const asText = ({ t, done }: State) => JSON.stringify([[...t].sort(([a], [b]) => a - b), done])
const SEEN =
  'SELECT (SELECT json_group_array(json_array(k, v)) FROM (SELECT k, v FROM t ORDER BY k)) AS t, (SELECT json_group_array(batch) FROM (SELECT batch FROM done ORDER BY batch)) AS done'

async function run(client: EmbeddedClient, file: string, steps: readonly Step[], deferred: boolean): Promise<void> {
  await client.batch(['DELETE FROM child', 'DELETE FROM t', 'DELETE FROM done'], 'write')
  const truth = new NativeDatabase(file, { timeout: 1000 })
  const isDone = truth.prepare('SELECT count(*) FROM done WHERE batch = ?').raw(true)
  const inFile = (batch: number) => (isDone.get([batch]) as unknown as number[])[0]
  const states: State[] = [{ t: new Map(), done: [] }]
  let acknowledged = 0
  const pending: Promise<void>[] = []
  try {
    for (const [batch, one] of steps.entries()) {
      if ('turn' in one) await new Promise((resolve) => setImmediate(resolve))
      else if ('read' in one) {
        const first = acknowledged
        pending.push(
          client.execute(SEEN).then(({ rows }) => {
            const seen = `[${rows[0]?.t},${rows[0]?.done}]`
            // A whole state: not older than the last acknowledged write, not newer than the last issued one.
            expect(states.slice(first).map(asText)).toContain(seen)
          }),
        )
      } else {
        const before = states.at(-1) ?? { t: new Map(), done: [] }
        const after = apply(before, one.batch, batch, deferred)
        states.push(after ?? before)
        const index = states.length - 1
        const statements = [
          { sql: 'INSERT INTO done VALUES (?)', args: [batch] },
          ...one.batch.map((part) => statementOf(part, batch)),
          { sql: 'SELECT (SELECT count(*) FROM t) AS t, (SELECT count(*) FROM done) AS done', args: [] },
        ]
        pending.push(
          client.batch(statements, 'write').then(
            (results) => {
              expect(inFile(batch)).toBe(1) // another connection sees it already
              acknowledged = Math.max(acknowledged, index)
              // It ran after those before it, and before those behind it.
              expect(results.at(-1)?.rows[0]).toEqual({
                t: after?.t.size ?? -1,
                done: after?.done.length ?? -1,
              } as never)
            },
            (error: unknown) => {
              if (after !== undefined) throw error
              expect(inFile(batch)).toBe(0)
            },
          ),
        )
      }
    }
    await Promise.all(pending)
  } finally {
    truth.close()
  }
  const last = states.at(-1)
  expect(`[${look(file, SEEN)[0]?.join(',')}]`).toBe(last === undefined ? '' : asText(last))
  expect(lookOne(file, 'SELECT count(*) FROM child WHERE batch NOT IN (SELECT batch FROM done)')).toBe(0)
}

for (const [keys, childKey] of [
  ['keys that are checked at once', ''],
  ['keys that are checked at the commit', 'DEFERRABLE INITIALLY DEFERRED'],
] as const)
  test(`with ${keys}, batches that fail in every way behave as if each had a commit of its own`, async () => {
    const { client, file } = await open(childKey)
    const numRuns = process.env.LONG === undefined ? 150 : 3_000
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => run(client, file, steps, childKey !== '')),
      { numRuns },
    )
    client.close()
  }, 300_000)

const PAGE = 4096
const logPages = (file: string) => Math.floor((statSync(`${file}-wal`).size - 32) / (PAGE + 24))

test('100 writes that wait together are one commit: the log gets each changed page once', async () => {
  const { client, file } = await open()
  await client.execute('INSERT INTO t VALUES (0, 0)')
  const before = logPages(file)
  const add = 'UPDATE t SET v = v + 1 WHERE k = 0'
  await Promise.all(
    Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? client.execute(add) : client.batch([add], 'write'))),
  )
  expect(lookOne(file, 'SELECT v FROM t')).toBe(100)
  // One commit of one page. A machine that is busy may end the turn early: then it is another one or two.
  expect(logPages(file) - before).toBeLessThan(10)
  client.close()
})

test('a failing batch reports its own error and statement, and does not affect other batches', async () => {
  const { client, file } = await open()
  const insert = (key: number) => ({ sql: 'INSERT INTO t VALUES (?, ?)', args: [key, key] })
  const outcomes = await Promise.allSettled([
    client.batch([insert(1)], 'write'),
    client.batch([insert(2), insert(1)], 'write'),
    client.execute(insert(1)),
    client.batch([insert(3), { sql: 'INSERT INTO t VALUES (?, ?)', args: [4] }], 'write'),
    client.batch([insert(2)], 'write'),
    client.execute('INSERT INTO missing VALUES (1)'),
    client.batch([insert(5)], 'write'),
  ])
  expect(outcomes).toMatchObject([
    { status: 'fulfilled' },
    { reason: { code: 'SQLITE_CONSTRAINT', extendedCode: 'SQLITE_CONSTRAINT_PRIMARYKEY', statementIndex: 1 } },
    { reason: { code: 'SQLITE_CONSTRAINT', extendedCode: 'SQLITE_CONSTRAINT_PRIMARYKEY' } },
    { reason: { code: 'ARGS_INVALID', statementIndex: 1 } },
    { status: 'fulfilled' },
    { reason: { code: 'SQLITE_ERROR', message: expect.stringContaining('no such table: missing') } },
    { status: 'fulfilled' },
  ])
  expect(look(file, 'SELECT k FROM t ORDER BY k')).toEqual([[1], [2], [5]])
  client.close()
})

test('a transaction, a schema change and a setting between writes keep their order', async () => {
  const { client, file } = await open()
  const transaction = client.transaction('write').then(async (open) => {
    const { rows } = await open.execute('SELECT count(*) AS n FROM t')
    await open.execute('INSERT INTO t VALUES (10, 0)')
    await open.commit()
    return rows[0]?.n
  })
  const writes = [
    client.execute('INSERT INTO t VALUES (1, 0)'),
    client.batch(['ALTER TABLE t ADD COLUMN w INTEGER', 'UPDATE t SET w = k'], 'write'),
    client.batch(['PRAGMA defer_foreign_keys=ON', 'INSERT INTO t VALUES (2, 0, 2)'], 'write'),
    client.execute('INSERT INTO t VALUES (3, 0, 3)'),
  ]
  await Promise.all(writes)
  expect(await transaction).toBe(0)
  expect(look(file, 'SELECT k, w FROM t ORDER BY k')).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
    [10, 10],
  ])
  client.close()
})

test('when the file may not grow, the batches of a group that fit are written, and the others fail', async () => {
  const { client, file } = await open()
  await client.execute('PRAGMA max_page_count=40')
  const large = 'CREATE TABLE large (id INTEGER PRIMARY KEY, v TEXT NOT NULL) STRICT'
  await client.execute(large)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 60 }, (_, id) =>
      client.batch(
        [
          { sql: 'INSERT INTO large VALUES (?, ?)', args: [id, 'x'.repeat(id % 3 === 0 ? 10 : 8000)] },
          { sql: 'INSERT INTO done VALUES (?)', args: [id] },
        ],
        'write',
      ),
    ),
  )
  const written = outcomes.flatMap(({ status }, id) => (status === 'fulfilled' ? [id] : []))
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'SQLITE_FULL' })
  expect(written.length).toBeGreaterThan(0)
  expect(written.length).toBeLessThan(60)
  expect(look(file, 'SELECT id FROM large ORDER BY id').flat()).toEqual(written)
  expect(look(file, 'SELECT batch FROM done ORDER BY batch').flat()).toEqual(written)
  expect(lookOne(file, 'PRAGMA integrity_check')).toBe('ok')
  client.close()
})

test('close() before the turn ends rejects every write, and none is in the file', async () => {
  const { client, file } = await open()
  const writes = Array.from({ length: 10 }, (_, id) => client.execute(`INSERT INTO done VALUES (${id})`))
  client.close()
  for (const outcome of await Promise.allSettled(writes))
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'CLIENT_CLOSED' } })
  expect(look(file, 'SELECT * FROM done')).toEqual([])
})

test('a search index follows the batches that were written, and none that failed', async () => {
  const client = openEmbedded({ file: await migrated(join(tempFolder(), 'app.db')) })
  const columns = 'id, email, email_key, name, email_verified, status, version, created_at, updated_at'
  const insert = (id: number, email: string) => ({
    sql: `INSERT INTO users (${columns}) VALUES (?, ?, ?, ?, 0, 'active', 1, 0, 0)`,
    args: [`usr_${id}`, email, email, `Person ${id} of ${email}`],
  })
  for (let round = 0; round < 3; round++) {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) => {
        const id = round * 100 + n
        // Every third adds a user, and another one whose address is taken; or changes a name before it fails.
        if (n % 3 !== 0) return client.batch([insert(id, `a${id}@example.com`)], 'write')
        const rename = { sql: 'UPDATE users SET name = ?', args: ['nobody of this name'] }
        return client.batch(
          [insert(id, `b${id}@example.com`), rename, insert(-id, 'a1@example.com'), 'nonsense'],
          'write',
        )
      }),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20)
  }
  for (const index of ['users_search', 'users_words']) {
    // Compares the index with the table: https://www.sqlite.org/fts5.html#the_integrity_check_command
    await client.execute(`INSERT INTO ${index} (${index}, rank) VALUES ('integrity-check', 1)`)
    const count = async (word: string) =>
      (await client.execute({ sql: `SELECT count(*) AS n FROM ${index} WHERE ${index} MATCH ?`, args: [word] })).rows[0]
        ?.n
    expect([await count('person'), await count('nobody')]).toEqual([60, 0])
  }
  client.close()
})

const disk = buildFailingDisk(tempFolder())

for (const [calls, errno, code] of [
  ['sync', 'EIO', 'SQLITE_IOERR'],
  ['write', 'EIO', 'SQLITE_IOERR'],
  ['sync', 'ENOSPC', 'SQLITE_FULL'],
  ['write', 'ENOSPC', 'SQLITE_FULL'],
] as const) {
  testWith(disk !== undefined, 'Linux and a C compiler (cc), for a disk that fails on demand')(
    `${errno} at the ${calls} of a shared commit: no batch is acknowledged, none is in the file, and writing heals`,
    async () => {
      const file = join(tempFolder(), 'app.db')
      const script = `
        import { openEmbedded } from './db/embedded.ts'
        const client = openEmbedded({ file: ${JSON.stringify(file)} })
        await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL) STRICT')
        const insert = (id) => client.batch([{ sql: 'INSERT INTO t VALUES (?, ?)', args: [id, 'x'.repeat(100)] }], 'write')
        await insert(0)
        await Bun.write(process.env.FAILING_DISK, ${JSON.stringify(`${calls} ${errno === 'EIO' ? 5 : 28} app.db`)})
        // Among them one that fails by itself: its result, too, is unknown before the commit.
        const ids = [...Array.from({ length: 20 }, (_, n) => n + 1), 1]
        const codes = (await Promise.allSettled(ids.map(insert))).map(({ reason }) => reason?.code ?? 'acknowledged')
        await Bun.file(process.env.FAILING_DISK).delete()
        await Promise.all(ids.slice(0, 20).map((id) => insert(100 + id)))
        client.close()
        console.log(JSON.stringify([...new Set(codes)]))`
      const child = Bun.spawn([process.execPath, '-e', script], {
        cwd: join(import.meta.dir, '../../..'),
        env: { ...process.env, ...disk?.env },
        stderr: 'inherit',
      })
      expect(JSON.parse(await new Response(child.stdout).text())).toEqual([code])
      expect(look(file, 'SELECT id FROM t ORDER BY id').flat()).toEqual([
        0,
        ...Array.from({ length: 20 }, (_, n) => n + 101),
      ])
      expect(lookOne(file, 'PRAGMA integrity_check')).toBe('ok')
    },
    60_000,
  )
}
