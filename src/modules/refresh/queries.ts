/** The statements of one rotation: the read that decides, and the batch that checks the conditions again. */
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { prepared, type Slots } from '../../../db/statements.ts'
import { orgMemberRoles, orgMembers, organisations, sessionTokens, sessions, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import { happened } from '../../core/events/queries.ts'
import { userColumns } from '../users/queries.ts'
import { hasFactor } from '../users/factor-queries.ts'
import { requiredOf } from '../sessions/active-org-queries.ts'
import { impersonatorActs } from '../sessions/impersonator-queries.ts'
import { trustedBy } from '../users/trust-queries.ts'

/** The newest token of the chain. Reads the primary key from its end. */
const chainColumns = {
  rotatedAt: sessionTokens.rotatedAt,
  newestPosition: sql<number>`(SELECT max(position) FROM ${sessionTokens} AS newest
    WHERE newest.session_id = session_tokens.session_id)`.as('newest_position'),
  newestHash: sql<string>`(SELECT newest.hash FROM ${sessionTokens} AS newest
    WHERE newest.session_id = session_tokens.session_id ORDER BY newest.position DESC LIMIT 1)`.as('newest_hash'),
  newestShownAt: sql<number | null>`(SELECT newest.shown_at FROM ${sessionTokens} AS newest
    WHERE newest.session_id = session_tokens.session_id ORDER BY newest.position DESC LIMIT 1)`.as('newest_shown_at'),
  /** The salt of the last rotation, which made the newest token. */
  newestSalt: sql<string | null>`(SELECT spent.salt FROM ${sessionTokens} AS spent
    WHERE spent.session_id = session_tokens.session_id AND spent.salt IS NOT NULL
    ORDER BY spent.position DESC LIMIT 1)`.as('newest_salt'),
}

/**
 * The roles of the user in the active organisation; null if there is none, if it was deleted, or if the user is no member.
 * Primary keys of organisations, org_members and org_member_roles.
 */
const activeOrgRoles = sql<string[] | null>`CASE WHEN ${sessions.orgId} IS NOT NULL THEN
  (SELECT (SELECT json_group_array(held.role) FROM ${orgMemberRoles} AS held WHERE held.org_id = joined.org_id AND held.user_id = joined.user_id)
    FROM ${orgMembers} AS joined JOIN ${organisations} AS active ON active.id = joined.org_id AND active.deleted_at IS NULL
    WHERE joined.org_id = ${sessions.orgId} AND joined.user_id = ${users.id}) END`
  .mapWith((json: string | null) => (json === null ? null : (JSON.parse(json) as string[]))) // json_group_array of a text column
  .as('org_roles')

/** What the active organisation requires of the user. Primary key, and as `requiredOf`. */
const activeOrgSettings = sql<
  Record<string, unknown>
>`CASE WHEN ${sessions.orgId} IS NULL THEN '{}' ELSE coalesce((SELECT ${requiredOf(sql`settled`, sql`users.id`)} FROM ${organisations} AS settled WHERE settled.id = ${sessions.orgId}), '{}') END`
  .mapWith((json: string) => JSON.parse(json) as Record<string, unknown>) // a JSON column
  .as('org_settings')

/** A token by its hash, with its session and its user. Index session_tokens_hash, then primary keys. */
export const findToken = prepared((db, { hash }: Slots<{ hash: string }>) =>
  db
    .select({
      user: userColumns,
      sessionId: sessions.id,
      kind: sessions.kind,
      authenticatedAt: sessions.authenticatedAt,
      lastSeenAt: sessions.lastSeenAt,
      expiresAt: sessions.expiresAt,
      endedAt: sessions.endedAt,
      amr: sessions.amr,
      orgId: sessions.orgId,
      orgRoles: activeOrgRoles,
      orgSettings: activeOrgSettings,
      hasFactor: sql<boolean>`(${sessions.orgId} IS NOT NULL AND ${hasFactor(sql`users.id`)})`
        .mapWith(Boolean)
        .as('has_factor'),
      impersonatorId: sessions.impersonatorId,
      position: sessionTokens.position,
      sealedRoot: sessionTokens.sealedRoot,
      ...chainColumns,
    })
    .from(sessionTokens)
    .innerJoin(sessions, eq(sessions.id, sessionTokens.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessionTokens.hash, hash), trustedBy('sessions', 'users'), impersonatorActs))
    .limit(1),
)

export type FoundToken = Awaited<ReturnType<typeof findToken>>[number]

/** The values of a token that the batch may have changed. Index session_tokens_hash, then primary keys. */
export const tokenNow = prepared((db, { hash }: Slots<{ hash: string }>) =>
  db
    .select({ endedAt: sessions.endedAt, ...chainColumns })
    .from(sessionTokens)
    .innerJoin(sessions, eq(sessions.id, sessionTokens.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessionTokens.hash, hash), trustedBy('sessions', 'users'))),
)

export interface Rotation {
  hash: string
  kind: SessionKind
  salt: string
  now: number
  /** Sessions that were last used before this time have expired. */
  idleSince: number
}

/** Uses up the token if it is unused and belongs to a living session of an active user. Index session_tokens_hash. */
export const rotateToken = prepared((db, { hash, kind, salt, now, idleSince }: Slots<Rotation>) =>
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
    ),
)

export interface Successor {
  /** The hash of the token before it. */
  hash: string
  nextHash: string
  sealedRoot: string
  now: number
  /** The id of the event that records the rotation. */
  refreshed: string
}

/** Inserts the next token of the chain, if this batch used up the token before it. */
export const insertSuccessor = prepared((db, { hash, nextHash, sealedRoot, now, refreshed }: Slots<Successor>) =>
  db.insert(sessionTokens).select(
    sql`${selectRow(sessionTokens, {
      sessionId: sql`session_id`,
      position: sql`position + 1`,
      hash: nextHash,
      rotatedAt: null,
      salt: null,
      createdAt: now,
      sealedRoot,
      shownAt: null,
    })} FROM ${sessionTokens} WHERE hash = ${hash} AND ${happened({ id: refreshed })}`,
  ),
)

/**
 * Saves the time of use and keeps the later one: a clock that was set back must not make a session look idle. Primary
 * key.
 */
export const noteRefresh = prepared(
  (db, { sessionId, now, refreshed }: Slots<{ sessionId: string; now: number; refreshed: string }>) =>
    db
      .update(sessions)
      .set({ lastSeenAt: sql`max(${sessions.lastSeenAt}, ${now})` })
      .where(and(eq(sessions.id, sessionId), happened({ id: refreshed }))),
)

export interface Reuse {
  sessionId: string
  /** The hash of the used token. */
  hash: string
  /** An answer that was sent after this time may be lost. */
  lostSince: number
  now: number
}

/**
 * Ends the session of a token that was used again. It does not end the session if the answer may be lost: the next
 * token of the chain is still unused. Index session_tokens_hash, primary keys.
 */
export const endReusedFamily = (db: Database, { sessionId, hash, lostSince, now }: Reuse) =>
  db
    .update(sessions)
    .set({ endedAt: now })
    .where(
      and(
        eq(sessions.id, sessionId),
        isNull(sessions.endedAt),
        sql`NOT EXISTS (SELECT 1 FROM ${sessionTokens} AS spent
          JOIN ${sessionTokens} AS next ON next.session_id = spent.session_id AND next.position = spent.position + 1
          WHERE spent.hash = ${hash} AND spent.rotated_at > ${lostSince}
          AND next.rotated_at IS NULL AND next.shown_at IS NULL)`,
      ),
    )
    .returning({ id: sessions.id })
