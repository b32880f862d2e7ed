/** The statements of one rotation. They run as one batch; each asks the ones before it what happened. */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { sessions, sessionTokens, users } from '../../../db/tables/index.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import { happened, type NewEvent } from '../events/queries.ts'
import { userColumns } from '../users/queries.ts'
import { trustedBy } from '../users/trust-queries.ts'

export const sessionOfToken = (hash: string): SQL => sql`(SELECT session_id FROM ${sessionTokens} WHERE hash = ${hash})`

export const ownerOfToken = (hash: string): SQL =>
  sql`(SELECT owned.user_id FROM ${sessions} AS owned WHERE owned.id = ${sessionOfToken(hash)})`

export interface Rotation {
  hash: string
  kind: SessionKind
  salt: string
  now: number
  /** Sessions not seen since then are too old to go on. */
  idleSince: number
}

/** Spends the token if it is the newest of a living session of an active user. Index session_tokens_hash. */
export const rotateToken = (db: Database, { hash, kind, salt, now, idleSince }: Rotation) =>
  db
    .update(sessionTokens)
    .set({ rotatedAt: now, salt })
    .where(
      and(
        eq(sessionTokens.hash, hash),
        isNull(sessionTokens.rotatedAt),
        sql`EXISTS (SELECT 1 FROM ${sessions} AS living JOIN ${users} AS owner ON owner.id = living.user_id
          WHERE living.id = ${sessionTokens.sessionId} AND living.kind = ${kind} AND living.ended_at IS NULL
          AND living.expires_at > ${now} AND living.last_seen_at > ${idleSince} AND owner.status = 'active' AND ${trustedBy('living', 'owner')})`,
      ),
    )

/** The next token of the chain, if this batch spent the one before. */
export const insertSuccessor = (db: Database, hash: string, successorHash: string, now: number, refreshed: NewEvent) =>
  db
    .insert(sessionTokens)
    .select(
      sql`SELECT session_id, position + 1, ${successorHash}, NULL, NULL, ${now} FROM ${sessionTokens} WHERE hash = ${hash} AND ${happened(refreshed)}`,
    )

/** Keeps the latest time: a clock set back for a while must not make a session seem unused. Primary key. */
export const lastSeenByToken = (db: Database, hash: string, now: number, refreshed: NewEvent) =>
  db
    .update(sessions)
    .set({ lastSeenAt: sql`max(${sessions.lastSeenAt}, ${now})` })
    .where(and(sql`${sessions.id} = ${sessionOfToken(hash)}`, happened(refreshed)))

/** Ends the family of a token spent before `graceStart`. Index session_tokens_hash, primary key. */
export const endReusedFamily = (db: Database, hash: string, kind: SessionKind, graceStart: number, now: number) =>
  db
    .update(sessions)
    .set({ endedAt: now })
    .where(
      and(
        sql`${sessions.id} = (SELECT session_id FROM ${sessionTokens} WHERE hash = ${hash} AND rotated_at <= ${graceStart})`,
        eq(sessions.kind, kind),
        isNull(sessions.endedAt),
      ),
    )
    .returning({ id: sessions.id })

/**
 * The session of the token, and the salts that lead from the token to the newest of its chain; none when it was not
 * spent within the grace. Index session_tokens_hash, primary keys.
 */
export const tokenChain = (db: Database, hash: string, kind: SessionKind, graceStart: number) =>
  db
    .select({
      user: userColumns,
      sessionId: sessions.id,
      authenticatedAt: sessions.authenticatedAt,
      expiresAt: sessions.expiresAt,
      endedAt: sessions.endedAt,
      salts: sql<string[]>`(SELECT json_group_array(salt) FROM (SELECT later.salt FROM ${sessionTokens} AS later
        WHERE later.session_id = session_tokens.session_id AND later.position >= session_tokens.position
        AND session_tokens.rotated_at > ${graceStart} AND later.salt IS NOT NULL ORDER BY later.position))`
        .mapWith((json: string): string[] => JSON.parse(json) as string[]) // an array of a text column
        .as('salts'),
    })
    .from(sessionTokens)
    .innerJoin(sessions, eq(sessions.id, sessionTokens.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessionTokens.hash, hash), eq(sessions.kind, kind), trustedBy('sessions', 'users')))
    .limit(1)
