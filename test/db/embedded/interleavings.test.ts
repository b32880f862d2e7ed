import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import type { EmbeddedClient } from '../../../db/embedded.ts'
import { openEmbedded } from '../../../db/embedded.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { look } from './support/look.ts'

afterAll(removeTempFolders)

// A table of unique keys. Every operation is issued without waiting, unless it is `settle`.
type Write = { kind: 'put' | 'insert'; key: number; value: number } | { kind: 'delete'; key: number }
type Step =
  | { act: 'write'; write: Write }
  | { act: 'batch' | 'transaction' | 'abandoned'; writes: Write[] }
  | { act: 'read' }
  | { act: 'settle' }

type State = ReadonlyMap<number, number>

const key = fc.integer({ min: 0, max: 4 })
const value = fc.integer({ min: 0, max: 1000 })
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constantFrom('put' as const, 'insert' as const), key, value }),
  fc.record({ kind: fc.constant('delete' as const), key }),
)
const writes = fc.array(write, { minLength: 1, maxLength: 4 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('write' as const), write }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom('batch' as const, 'transaction' as const, 'abandoned' as const),
      writes,
    }),
  },
  { weight: 4, arbitrary: fc.constant<Step>({ act: 'read' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ act: 'settle' }) },
)

/** The model: the state after the writes, or undefined when one of them violates the key (then all are undone). */
function apply(state: State, all: readonly Write[]): State | undefined {
  const next = new Map(state)
  for (const one of all) {
    if (one.kind === 'delete') next.delete(one.key)
    else if (one.kind === 'insert' && next.has(one.key)) return undefined
    else next.set(one.key, one.value)
  }
  return next
}

function statement(one: Write) {
  if (one.kind === 'delete') return { sql: 'DELETE FROM t WHERE k = ?', args: [one.key] }
  const sql = one.kind === 'put' ? 'INSERT OR REPLACE INTO t VALUES (?, ?)' : 'INSERT INTO t VALUES (?, ?)'
  return { sql, args: [one.key, one.value] }
}

async function perform(client: EmbeddedClient, current: Exclude<Step, { act: 'read' | 'settle' }>): Promise<void> {
  if (current.act === 'write') {
    await client.execute(statement(current.write))
  } else if (current.act === 'batch') {
    await client.batch(current.writes.map(statement), 'write')
  } else {
    const transaction = await client.transaction('write')
    try {
      for (const one of current.writes) await transaction.execute(statement(one))
      if (current.act === 'transaction') await transaction.commit()
    } finally {
      transaction.close()
    }
  }
}

const asEntries = (state: State) => [...state].sort(([a], [b]) => a - b)

/** Issues the steps and checks every answer against the model. */
async function run(client: EmbeddedClient, file: string, steps: readonly Step[]): Promise<void> {
  await client.execute('DELETE FROM t')
  // Writers stand in line, so the states follow one another in the order of issue.
  const states: State[] = [new Map()]
  let acknowledged = 0
  const pending: Promise<void>[] = []
  for (const current of steps) {
    if (current.act === 'settle') {
      await Promise.all(pending)
    } else if (current.act === 'read') {
      const first = acknowledged
      pending.push(
        client.execute('SELECT k, v FROM t ORDER BY k').then(({ rows }) => {
          const seen = JSON.stringify(rows.map((row) => [row.k, row.v]))
          // Not older than the last acknowledged write, not newer than the last issued one.
          expect(states.slice(first).map((state) => JSON.stringify(asEntries(state)))).toContain(seen)
        }),
      )
    } else {
      const before = states[states.length - 1] ?? new Map()
      const after = apply(before, current.act === 'write' ? [current.write] : current.writes)
      states.push(after === undefined || current.act === 'abandoned' ? before : after)
      const index = states.length - 1
      pending.push(
        perform(client, current).then(
          () => {
            expect(after).toBeDefined()
            acknowledged = Math.max(acknowledged, index)
          },
          (error: unknown) => {
            expect(error).toMatchObject({ code: 'SQLITE_CONSTRAINT' })
            expect(after).toBeUndefined()
          },
        ),
      )
    }
  }
  await Promise.all(pending)
  expect(look(file, 'SELECT k, v FROM t ORDER BY k')).toEqual(asEntries(states[states.length - 1] ?? new Map()))
}

test('any interleaving of reads, writes, batches and transactions agrees with a model', async () => {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (k INTEGER PRIMARY KEY, v INTEGER NOT NULL) STRICT')
  const numRuns = process.env.LONG === undefined ? 100 : 2_000
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), (steps) => run(client, file, steps)),
    { numRuns },
  )
  client.close()
}, 300_000)
