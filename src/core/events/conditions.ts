/** Conditions that a statement asks in the middle of its batch. `happened(event)` stands with the events. */
import { type SQL, sql } from 'drizzle-orm'
import { happened, type NewEvent } from './queries.ts'

/** The statement right before this one changed a row. */
export const justChanged: SQL = sql`changes() > 0`

/** The event was not written: the step that causes it changed nothing. */
export const didNotHappen = (event: Pick<NewEvent, 'id'>): SQL => sql`NOT ${happened(event)}`

export const both = (one: SQL, other: SQL): SQL => sql`${one} AND ${other}`
export const always: SQL = sql`1`
export const never: SQL = sql`0`
