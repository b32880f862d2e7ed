/**
 * The families of tokens. A family counts while it has not ended or expired, its grant has not ended, its client and its
 * user are active, and the account trusts both rows. A family without `offline_access` also needs its session.
 */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { prepared, preparedByShape, type Slots } from '../../../db/statements.ts'
import {
  familyTokens,
  grants,
  oauthClients,
  organisations,
  sessions,
  tokenFamilies,
  users,
} from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { sessionEpochOf, trustedBy } from '../users/trust-queries.ts'

type FamilyRow = typeof tokenFamilies.$inferSelect
export type NewFamily = Omit<FamilyRow, 'endedAt' | 'trustEpoch'>

/** True if the client `client` works. It ends with its organisation. Primary key of organisations. */
const clientWorks = (now: number | SQL): SQL =>
  sql`client.status = 'active' AND coalesce(client.expires_at, ${now} + 1) > ${now}
    AND (client.org_id IS NULL OR EXISTS (SELECT 1 FROM ${organisations} AS managing WHERE managing.id = client.org_id AND managing.deleted_at IS NULL))`

/** True while the client exists and works. Primary keys. */
export const clientIsActive = (clientId: string | SQL, now: number | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${oauthClients} AS client WHERE client.id = ${clientId} AND ${clientWorks(now)})`

/**
 * True if this grant allows a family of this person and client. Primary keys, users_id.
 */
export const grantAllows = (
  { grantId, userId, clientId }: Pick<FamilyRow, 'grantId' | 'userId' | 'clientId'>,
  now: number,
): SQL =>
  sql`EXISTS (SELECT 1 FROM ${grants} AS allowing JOIN ${users} AS owner ON owner.id = allowing.user_id
    JOIN ${oauthClients} AS client ON client.id = allowing.client_id
    WHERE allowing.id = ${grantId} AND allowing.user_id = ${userId} AND allowing.client_id = ${clientId}
    AND allowing.ended_at IS NULL AND ${trustedBy('allowing', 'owner')} AND owner.status = 'active' AND ${clientWorks(now)})`

/**
 * True if the browser session allows a family: it is of this person, and nobody uses it in their place. An `offline` one
 * outlives the session. Primary key, users_id.
 */
export const sessionAllows = (
  { sessionId, userId, offline }: Pick<FamilyRow, 'userId' | 'offline'> & { sessionId: string },
  now: number,
): SQL =>
  sql`EXISTS (SELECT 1 FROM ${sessions} AS opened JOIN ${users} AS owner ON owner.id = opened.user_id
    WHERE opened.id = ${sessionId} AND opened.user_id = ${userId} AND opened.impersonator_id IS NULL AND ${trustedBy('opened', 'owner')}
    AND (${offline ? 1 : 0} OR (opened.ended_at IS NULL AND opened.expires_at > ${now})))`

/** Inserts the family if nothing was exchanged for the same origin before and `condition` holds. Index token_families_origin. */
export const insertFamily = preparedByShape(
  (family: NewFamily, condition: SQL) =>
    sql`${selectRow(tokenFamilies, { ...family, endedAt: null, trustEpoch: sessionEpochOf(family.userId) })}
      WHERE NOT EXISTS (SELECT 1 FROM ${tokenFamilies} AS earlier WHERE earlier.origin_hash = ${family.originHash}) AND ${condition}`,
  (db, select) => db.insert(tokenFamilies).select(select).returning({ id: tokenFamilies.id }),
)

/** Inserts the first refresh token of the family, if the family was inserted. Primary key. */
export const insertFirstFamilyToken = prepared(
  (db, { familyId, hash, now }: Slots<{ familyId: string; hash: string; now: number }>) =>
    db.insert(familyTokens).select(
      sql`${selectRow(familyTokens, {
        familyId: sql`begun.id`,
        position: 0,
        hash,
        createdAt: now,
        rotatedAt: null,
      })} FROM ${tokenFamilies} AS begun WHERE begun.id = ${familyId}`,
    ),
)

/** Ends the family that an earlier exchange of this origin made. Index token_families_origin. */
export const endFamilyOfOrigin = prepared(
  (
    db,
    {
      originHash,
      except,
      now,
    }: Slots<{ originHash: string /** The family of this batch. */; except: string; now: number }>,
  ) =>
    db
      .update(tokenFamilies)
      .set({ endedAt: now })
      .where(
        and(
          eq(tokenFamilies.originHash, originHash),
          sql`${tokenFamilies.id} <> ${except}`,
          isNull(tokenFamilies.endedAt),
        ),
      )
      .returning({ id: tokenFamilies.id }),
)

/** The family of a refresh token. Index family_tokens_hash. */
export const familyOf = (hash: SQL): SQL =>
  sql`(SELECT spent.family_id FROM ${familyTokens} AS spent WHERE spent.hash = ${hash})`

/** What claims say of a person. */
export const describedColumns = {
  email: users.email,
  emailVerified: users.emailVerified,
  name: users.name,
  username: users.username,
  locale: users.locale,
  anonymous: users.anonymous,
  updatedAt: users.updatedAt,
}

/** The same of one person. Index users_id. */
export const describedUser = prepared((db, { userId }: Slots<{ userId: string }>) =>
  db.select(describedColumns).from(users).where(eq(users.id, userId)).limit(1),
)

/** True for a family that counts; `family` is an alias of `token_families`. Primary keys, users_id. */
export const familyCounts = (family: 'token_families' | 'held', now: number | SQL): SQL => {
  const column = (name: string): SQL => sql.raw(`${family}.${name}`)
  return sql`(${column('ended_at')} IS NULL AND ${column('expires_at')} > ${now}
    AND EXISTS (SELECT 1 FROM ${grants} AS allowing JOIN ${users} AS owner ON owner.id = allowing.user_id
      JOIN ${oauthClients} AS client ON client.id = allowing.client_id
      WHERE allowing.id = ${column('grant_id')} AND allowing.ended_at IS NULL AND owner.status = 'active' AND ${clientWorks(now)}
      AND ${trustedBy('allowing', 'owner')} AND ${trustedBy(family, 'owner')})
    AND (${column('offline')} OR ${column('session_id')} IS NULL
      OR EXISTS (SELECT 1 FROM ${sessions} AS opened JOIN ${users} AS owner ON owner.id = opened.user_id
        WHERE opened.id = ${column('session_id')} AND opened.ended_at IS NULL AND opened.expires_at > ${now} AND ${trustedBy('opened', 'owner')})))`
}

/**
 * True if a token with this `client_id` is of the family `token_families`: of its client, or of an active client that got it in
 * exchange (`delegated`, RFC 8693). Primary key.
 */
export const isTokenOf = (clientId: SQL<string>, delegated: SQL<boolean>, now: number | SQL): SQL =>
  sql`(token_families.client_id = ${clientId} OR (${delegated}
    AND EXISTS (SELECT 1 FROM ${oauthClients} AS client WHERE client.id = ${clientId} AND ${clientWorks(now)})))`
