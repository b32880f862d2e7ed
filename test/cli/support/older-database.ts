/** Databases as earlier releases left them, and worse. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import NativeDatabase from 'libsql'
import { applicationId } from '../../../db/embedded.ts'
import journal from '../../../db/migrations/meta/_journal.json' with { type: 'json' }

/** Runs SQL past the engine's embedded client and its rules. */
export function script(file: string, sql: string): void {
  const database = new NativeDatabase(file, {})
  database.exec(sql)
  database.close()
}

/** Makes a database as it was after the first `count` migrations, with a person and a living session. */
export function olderDatabase(file: string, count: number): string {
  script(file, `PRAGMA application_id=${applicationId}`)
  script(file, 'CREATE TABLE "__drizzle_migrations" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)')
  for (const { tag, when } of journal.entries.slice(0, count)) {
    script(file, readFileSync(join(import.meta.dir, `../../../db/migrations/${tag}.sql`), 'utf8'))
    script(file, `INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('', ${when})`)
  }
  script(
    file,
    `INSERT INTO users VALUES (1, 'usr_1', 'a@example.com', 'a@example.com', 1, 'A', 'active', NULL, 1, 0, 0);
     INSERT INTO sessions VALUES ('ses_1', 'usr_1', 'token', 0, 0, 9000000000000, NULL, 0);`,
  )
  return file
}
