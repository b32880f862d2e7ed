/** Finds the migrations of a database. Safe at the edge: it reads nothing from disk. */
import { sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import journal from './migrations/meta/_journal.json' with { type: 'json' }

export interface MigrationState {
  /** The last migration of this release. */
  ours: string
  /** The last migration of the database; undefined for a database without migrations. */
  theirs: string | undefined
  /** `newer`: the database has a migration of a later release, which this release does not know. */
  state: 'behind' | 'current' | 'newer'
}

const last = journal.entries.reduce((newest, entry) => (entry.when > newest.when ? entry : newest))

/** Compares the migrations of the database with those of this release. At most two queries. */
export async function migrationState(db: Database): Promise<MigrationState> {
  const [table] = await db.all(sql`SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'`)
  if (!table) return { ours: last.tag, theirs: undefined, state: 'behind' }
  const [row] = await db.all<AppliedMigration>(
    sql`SELECT id, created_at AS at FROM __drizzle_migrations ORDER BY created_at DESC LIMIT 1`,
  )
  return stateOf(row)
}

/** A row of `__drizzle_migrations`. Its `id` is the tag; it is empty in rows of early releases. */
export interface AppliedMigration {
  id: unknown
  at: unknown
}

/** The same, from the last row of the table. */
export function stateOf(row: AppliedMigration | undefined): MigrationState {
  const at = Number(row?.at ?? 0)
  return {
    ours: last.tag,
    theirs: row === undefined ? undefined : nameOf(row),
    state: at > last.when ? 'newer' : at === last.when ? 'current' : 'behind',
  }
}

/** A sentence that names both migrations. */
export const newerThanUs = ({ ours, theirs }: MigrationState): string =>
  `the database has migration ${theirs} of a later release; this release knows migrations up to ${ours}. ` +
  'Run the release that made it, or a later one, or restore a backup made by this one'

/** True if the last migration of this release was applied, and no unknown migration. */
export async function isMigrated(db: Database): Promise<boolean> {
  return (await migrationState(db)).state === 'current'
}

function nameOf({ id, at }: AppliedMigration): string {
  const known = journal.entries.find(({ when }) => when === Number(at))?.tag
  if (known !== undefined) return known
  // This text comes from the database, so it must not end a line or control a terminal.
  const tag = typeof id === 'string' ? id.replaceAll(/[^\w-]/g, '').slice(0, 80) : ''
  const time = new Date(Number(at))
  const made = Number.isNaN(time.getTime()) ? String(at) : time.toISOString()
  return tag === '' ? `of ${made}` : `${tag} (${made})`
}
