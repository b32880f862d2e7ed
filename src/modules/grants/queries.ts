import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { prepared, type Slots } from '../../../db/statements.ts'
import { grants, tokenFamilies, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { sessionEpochOf, trusted } from '../users/trust-queries.ts'

export { clientIsActive } from './family-queries.ts'

/** The living grant of a person for a client, if its account trusts it. Index grants_living, users_id. */
export const grantQuery = prepared((db, { userId, clientId }: Slots<{ userId: string; clientId: string }>) =>
  db
    .select({ id: grants.id, scopes: grants.scopes, details: grants.details, createdAt: grants.createdAt })
    .from(grants)
    .where(and(eq(grants.userId, userId), eq(grants.clientId, clientId), isNull(grants.endedAt), trusted('grants')))
    .limit(1),
)
export type Grant = Awaited<ReturnType<typeof grantQuery>>[number]

/** True while the person is active. Index users_id. */
export const userIsActive = (userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS allowing WHERE allowing.id = ${userId} AND allowing.status = 'active')`

/** Ends a grant that its account does not trust any more, so that a new one can take its place. Index grants_living. */
export const endUntrustedGrant = (
  db: Database,
  { userId, clientId, now }: Omit<NewGrant, 'id' | 'scopes' | 'details'>,
) =>
  db
    .update(grants)
    .set({ endedAt: now })
    .where(
      and(
        eq(grants.userId, userId),
        eq(grants.clientId, clientId),
        isNull(grants.endedAt),
        sql`NOT ${trusted('grants')}`,
      ),
    )

export interface NewGrant {
  id: string
  userId: string
  clientId: string
  scopes: Record<string, string[]>
  details: Record<string, unknown>[]
  now: number
}

/** Of the oldest grants, which have many details, the newest stay. */
const MAX_DETAILS = 50

/** The scopes of both, by audience. */
const mergedScopes = sql`(SELECT json_group_object(audience, json(names)) FROM (
  SELECT audience, json_group_array(name) FILTER (WHERE name IS NOT NULL) AS names FROM (
    SELECT held.key AS audience, each.value AS name FROM json_each(grants.scopes) AS held LEFT JOIN json_each(held.value) AS each
    UNION SELECT held.key, each.value FROM json_each(excluded.scopes) AS held LEFT JOIN json_each(held.value) AS each)
  GROUP BY audience))`

/** The new details, and then the earlier ones that differ. */
const mergedDetails = sql`(SELECT json_group_array(json(detail)) FROM (
  SELECT detail FROM (SELECT value AS detail, 0 AS age, key AS place FROM json_each(excluded.details)
    UNION ALL SELECT value, 1, key FROM json_each(grants.details) WHERE value NOT IN (SELECT value FROM json_each(excluded.details)))
  ORDER BY age, place LIMIT ${sql.raw(String(MAX_DETAILS))}))`

/**
 * Inserts the grant if `condition` holds, or adds the scopes and details to the living one. Returns its id. Index
 * grants_living, users_id.
 */
export const upsertGrant = (db: Database, { id, userId, clientId, scopes, details, now }: NewGrant, condition: SQL) =>
  db
    .insert(grants)
    .select(
      sql`${selectRow(grants, {
        id,
        userId,
        clientId,
        scopes,
        details,
        createdAt: now,
        updatedAt: now,
        endedAt: null,
        trustEpoch: sessionEpochOf(userId),
      })} WHERE ${condition}`,
    )
    .onConflictDoUpdate({
      target: [grants.userId, grants.clientId],
      targetWhere: sql`ended_at IS NULL`,
      set: { scopes: mergedScopes, details: mergedDetails, updatedAt: now },
    })
    .returning({ id: grants.id })

/** The living grant, for the event of the same batch. Index grants_living. */
export const livingGrantId = (userId: string, clientId: string): SQL =>
  sql`(SELECT living.id FROM ${grants} AS living WHERE living.user_id = ${userId} AND living.client_id = ${clientId} AND living.ended_at IS NULL)`

/** The data of the event of a consent. */
export const aboutConsent = (userId: string, clientId: string, scopes: NewGrant['scopes']): SQL =>
  sql`json_object('grantId', ${livingGrantId(userId, clientId)}, 'clientId', ${clientId}, 'scopes', json(${JSON.stringify(scopes)}))`

/** Ends a grant of this person. Primary key. */
export const endGrantOf = (
  db: Database,
  { id, userId, now }: { id: string; userId: string; now: number },
  condition?: SQL,
) =>
  db
    .update(grants)
    .set({ endedAt: now, updatedAt: now })
    .where(and(eq(grants.id, id), eq(grants.userId, userId), isNull(grants.endedAt), condition))
    .returning({ id: grants.id })

/** Ends the families of a grant, if the event was written. Index token_families_grant. */
export const endFamiliesOf = (db: Database, grantId: string, now: number, event: Pick<NewEvent, 'id'>) =>
  db
    .update(tokenFamilies)
    .set({ endedAt: now })
    .where(and(eq(tokenFamilies.grantId, grantId), isNull(tokenFamilies.endedAt), happened(event)))

/** Deletes grants that ended before `before` and have no family left. Reads the grants by their age, ≤ n rows. */
export const deleteEndedGrants = (db: Database, before: number, limit: number) =>
  db.delete(grants).where(
    sql`${grants.id} IN (SELECT dead.id FROM ${grants} AS dead WHERE dead.ended_at < ${before}
        AND NOT EXISTS (SELECT 1 FROM ${tokenFamilies} AS left_over WHERE left_over.grant_id = dead.id) LIMIT ${limit})`,
  )
