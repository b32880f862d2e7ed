import { type SQL, sql } from 'drizzle-orm'

/** The invitation of a token, or one that its reader saw in the list of their own. Index invitations_hash, or the primary key. */
export type Chosen = { hash: string } | { id: string }
export const isChosen = (table: SQL, chosen: Chosen): SQL =>
  'hash' in chosen ? sql`${table}.hash = ${chosen.hash}` : sql`${table}.id = ${chosen.id}`

/** Who accepts, and what. */
export interface Acceptance {
  chosen: Chosen
  userId: string
  now: number
}
