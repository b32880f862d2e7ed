/** The statements of one refresh. They are one batch: the successor of a token follows from it, so nothing is read before. */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { prepared, type Slots } from '../../../db/statements.ts'
import { familyTokens, tokenFamilies, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened } from '../../core/events/queries.ts'
import { describedColumns, familyCounts, familyOf } from './family-queries.ts'

export interface Refresh {
  /** Of the refresh token. */
  hash: string
  clientId: string
  /** The key of the DPoP proof; null: none. */
  jkt: string | null
  /** The audience that the request asks for; null: the first one. */
  audience: string | null
  /** The scopes that the request asks for, as a JSON list; null: every one. */
  scopes: string | null
  ownAudience: string
  /** The scopes of OpenID Connect, as a JSON list. They belong to our own audience and may be asked for with every one. */
  openid: string
  now: number
  /** A family that was last used before this time has expired. */
  idleSince: number
}

/** True if `held` has the audience and the scopes that the request asks for. */
const hasWhatIsAsked = ({ audience, scopes, ownAudience, openid }: Slots<Refresh>): SQL =>
  sql`(${audience} IS NULL OR EXISTS (SELECT 1 FROM json_each(held.scopes) AS granted WHERE granted.key = ${audience}))
    AND (${scopes} IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(${scopes}) AS asked WHERE asked.value NOT IN (
      SELECT each.value FROM json_each(held.scopes) AS granted, json_each(granted.value) AS each
      WHERE granted.key = coalesce(${audience}, (SELECT first.key FROM json_each(held.scopes) AS first LIMIT 1))
      OR (granted.key = ${ownAudience} AND each.value IN (SELECT value FROM json_each(${openid}))))))`

/** True if this client may use a refresh token of the family with this key: RFC 6749 §6, RFC 9449 §5. */
function mayUse(family: 'token_families' | 'held', { clientId, jkt }: Pick<Slots<Refresh>, 'clientId' | 'jkt'>): SQL {
  const column = (name: string): SQL => sql.raw(`${family}.${name}`)
  return sql`(${column('client_id')} = ${clientId} AND (${column('jkt')} IS NULL OR ${column('jkt')} = ${jkt}))`
}

/**
 * Uses up the token if it is unused and its family counts, and if the family has what the request asks for. Index
 * family_tokens_hash, then primary keys.
 */
export const spendToken = prepared((db, refresh: Slots<Refresh>) =>
  db
    .update(familyTokens)
    .set({ rotatedAt: refresh.now })
    .where(
      and(
        eq(familyTokens.hash, refresh.hash),
        isNull(familyTokens.rotatedAt),
        sql`EXISTS (SELECT 1 FROM ${tokenFamilies} AS held WHERE held.id = family_tokens.family_id
          AND held.last_used_at > ${refresh.idleSince} AND ${mayUse('held', refresh)} AND ${familyCounts('held', refresh.now)}
          AND ${hasWhatIsAsked(refresh)})`,
      ),
    )
    .returning({ familyId: familyTokens.familyId }),
)

/** Inserts the next token of the chain, if this batch used up the token before it. Index family_tokens_hash. */
export const insertNextToken = prepared(
  (db, { hash, nextHash, now, refreshed }: Slots<{ hash: string; nextHash: string; now: number; refreshed: string }>) =>
    db.insert(familyTokens).select(
      sql`${selectRow(familyTokens, {
        familyId: sql`family_id`,
        position: sql`position + 1`,
        hash: nextHash,
        createdAt: now,
        rotatedAt: null,
      })} FROM ${familyTokens} WHERE hash = ${hash} AND ${happened({ id: refreshed })}`,
    ),
)

/** Saves the time of use and keeps the later one: a clock that was set back must not make a family look idle. Primary key. */
export const noteFamilyUse = prepared(
  (db, { hash, now, refreshed }: Slots<{ hash: string; now: number; refreshed: string }>) =>
    db
      .update(tokenFamilies)
      .set({ lastUsedAt: sql`max(${tokenFamilies.lastUsedAt}, ${now})` })
      .where(and(sql`${tokenFamilies.id} = ${familyOf(hash)}`, happened({ id: refreshed }))),
)

export interface TokenReuse extends Pick<Refresh, 'hash' | 'clientId' | 'jkt' | 'now'> {
  /** A token that was used after this time may be sent by two tabs. */
  graceSince: number
  /** An answer that was sent after this time may be lost. */
  lostSince: number
  /** A token that was used after this time was used before a clock was set back: its age is unknown. */
  ahead: number
  /** The event of the rotation in the same batch. */
  refreshed: string
}

/**
 * Ends the family of a token that was used before this batch, unless two tabs sent it or its answer may be lost, because
 * the next token of the chain is unused. Only for the client and the key of the family. Index family_tokens_hash, primary keys.
 */
export const endReusedFamily = prepared(
  (db, { hash, clientId, jkt, now, graceSince, lostSince, ahead, refreshed }: Slots<TokenReuse>) =>
    db
      .update(tokenFamilies)
      .set({ endedAt: now })
      .where(
        and(
          sql`${tokenFamilies.id} = ${familyOf(hash)}`,
          isNull(tokenFamilies.endedAt),
          sql`NOT ${happened({ id: refreshed })}`,
          mayUse('token_families', { clientId, jkt }),
          sql`EXISTS (SELECT 1 FROM ${familyTokens} AS spent WHERE spent.hash = ${hash} AND (spent.rotated_at <= ${graceSince} OR spent.rotated_at > ${ahead})
            AND NOT (spent.rotated_at > ${lostSince} AND spent.rotated_at <= ${ahead} AND EXISTS (SELECT 1 FROM ${familyTokens} AS next
              WHERE next.family_id = spent.family_id AND next.position = spent.position + 1 AND next.rotated_at IS NULL)))`,
        ),
      )
      .returning({ id: tokenFamilies.id }),
)

/** The family of a refresh token after the batch, with the newest token of its chain. Index family_tokens_hash, primary keys. */
export const familyByToken = prepared(
  (
    db,
    { hash, clientId, jkt, now, idleSince }: Slots<Pick<Refresh, 'hash' | 'clientId' | 'jkt' | 'now' | 'idleSince'>>,
  ) =>
    db
      .select({
        family: tokenFamilies,
        user: describedColumns,
        position: familyTokens.position,
        rotatedAt: familyTokens.rotatedAt,
        newestPosition:
          sql<number>`(SELECT max(newest.position) FROM ${familyTokens} AS newest WHERE newest.family_id = token_families.id)`.as(
            'newest_position',
          ),
        newestHash:
          sql<string>`(SELECT newest.hash FROM ${familyTokens} AS newest WHERE newest.family_id = token_families.id ORDER BY newest.position DESC LIMIT 1)`.as(
            'newest_hash',
          ),
        counts: sql<boolean>`(${familyCounts('token_families', now)} AND ${tokenFamilies.lastUsedAt} > ${idleSince}
          AND ${mayUse('token_families', { clientId, jkt })})`
          .mapWith(Boolean)
          .as('counts'),
      })
      .from(familyTokens)
      .innerJoin(tokenFamilies, eq(tokenFamilies.id, familyTokens.familyId))
      .innerJoin(users, eq(users.id, tokenFamilies.userId))
      .where(eq(familyTokens.hash, hash))
      .limit(1),
)

/** For the event of a batch that names a token: the person, the session and the grant of its family. Index family_tokens_hash. */
export const aboutFamilyOf = (hash: string, clientId: string) => {
  const column = (name: SQL): SQL =>
    sql`(SELECT ${name} FROM ${familyTokens} AS spent JOIN ${tokenFamilies} AS held ON held.id = spent.family_id WHERE spent.hash = ${hash})`
  return {
    userId: column(sql`held.user_id`),
    sessionId: column(sql`held.session_id`),
    actingFor: column(
      sql`json_array(json_object('kind', 'client', 'id', held.client_id), json_object('kind', 'user', 'id', held.user_id))`,
    ),
    data: column(sql`json_object('clientId', ${clientId}, 'grantId', held.grant_id, 'familyId', held.id)`),
  }
}
