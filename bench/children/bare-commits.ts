/** The reference of a refresh: the native engine alone writes the same rows, in one commit each, with the same durability. */
import Database from 'libsql'
import type { BareCommits, CommitWork } from '../refresh.ts'

/** Rows that exist before the measurement, so accounts have sessions and indexes have depth. */
const SESSIONS = 100

const { file, seconds }: CommitWork = JSON.parse(Bun.argv[2] ?? '')
const database = new Database(file)
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
database.exec(`
  CREATE TABLE IF NOT EXISTS tokens (session TEXT, position INTEGER, hash TEXT UNIQUE, salt TEXT, at INTEGER, PRIMARY KEY (session, position)) STRICT;
  CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, seen_at INTEGER) STRICT;
  CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT, user_id TEXT, at INTEGER, data TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS events_user ON events (user_id, id)`)
const spend = database.prepare('UPDATE tokens SET at = ?, salt = ? WHERE hash = ?')
const note = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?)')
const follow = database.prepare(
  'INSERT INTO tokens SELECT session, position + 1, ?, NULL, NULL FROM tokens WHERE hash = ?',
)
const see = database.prepare('UPDATE sessions SET seen_at = ? WHERE id = ?')
const first = database.prepare('INSERT INTO tokens VALUES (?, 0, ?, NULL, NULL)')
const open = database.prepare('INSERT INTO sessions VALUES (?, 0)')

const random = () => crypto.randomUUID() + crypto.randomUUID()
const hashes = Array.from({ length: SESSIONS }, random)
const ids = hashes.map(() => `ses_${random()}`)
for (const [index, id] of ids.entries()) {
  open.run(id)
  first.run(id, hashes[index])
}

function refresh(turn: number): void {
  const at = Date.now()
  const [id, hash, next] = [ids[turn % SESSIONS], hashes[turn % SESSIONS], random()]
  database.exec('BEGIN IMMEDIATE')
  spend.run(at, random(), hash)
  note.run(`evt_${at}_${random()}`, 'session.refreshed', 'usr_ada', at, '{}')
  follow.run(next, hash)
  see.run(at, id)
  database.exec('COMMIT')
  hashes[turn % SESSIONS] = next
}

let turn = 0
while (turn < SESSIONS) refresh(turn++) // warm-up, not counted
const [from, startedAt, cpu] = [turn, performance.now(), process.cpuUsage()]
while (performance.now() - startedAt < seconds * 1000) refresh(turn++)
const [spent, used, count] = [performance.now() - startedAt, process.cpuUsage(cpu), turn - from]
const result: BareCommits = { perSecond: (count / spent) * 1000, cpuMs: (used.user + used.system) / 1000 / count }
console.log(JSON.stringify(result))
database.close()
