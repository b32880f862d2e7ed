/**
 * The reference of an import: the native engine alone writes the same rows into the same tables, 500 users in a commit, with
 * the same durability. It checks nothing.
 */
import Database from 'libsql'
import { filePath } from '../../db/file-path.ts'
import { rowsIn } from '../import.ts'

const BATCH = 500
const HASH = '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW'

const database = new Database(filePath(process.env.DATABASE_URL ?? ''))
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
const insert = (table: string, columns: string) =>
  database.prepare(
    `INSERT INTO ${table} (${columns}) VALUES (${columns
      .split(',')
      .map(() => '?')
      .join(',')})`,
  )
const user = insert(
  'users',
  'id,email,email_key,email_verified,name,status,password_hash,version,created_at,updated_at',
)
const role = insert('user_roles', 'user_id,role')
const event = insert('events', 'id,type,result,at,user_id,data')
const now = Date.now()
const id = (prefix: string, index: number) => `${prefix}_${(now * 1000 + index).toString(16).padStart(32, '0')}`

const rows = rowsIn(process.argv[2] ?? '')
for (let from = 0; from < rows.length; from += BATCH) {
  database.exec('BEGIN IMMEDIATE')
  for (const [offset, { email, name, emailVerified, createdAt }] of rows.slice(from, from + BATCH).entries()) {
    const userId = id('usr', from + offset)
    user.run(userId, email, email, emailVerified ? 1 : 0, name, 'active', HASH, 1, Date.parse(createdAt), now)
    role.run(userId, 'user')
    event.run(id('evt', from + offset), 'user.imported', 'success', now, userId, '{"roles":["user"],"hash":"bcrypt"}')
  }
  database.exec('COMMIT')
}
database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
database.close()
