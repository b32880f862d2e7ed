import { and, desc, eq, gt, inArray, isNull, lte, ne, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { prepared, preparedByShape, type Slots, preparedByShapes } from '../../../db/statements.ts'
import {
  organisations,
  orgMemberRoles,
  orgMembers,
  roleRequirements,
  sessions,
  sessionTokens,
  userRoles,
  users,
} from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { lastRevocation } from '../signing-keys/queries.ts'
import { hasFactor } from '../users/factor-queries.ts'
import { userColumns } from '../users/queries.ts'
import { sessionEpochOf, trusted, trustedBy } from '../users/trust-queries.ts'
import { impersonatorActs, impersonatorMemberships, impersonatorRoles } from './impersonator-queries.ts'
import { type IdleSince, living } from './list-queries.ts'

export type NewSession = Omit<typeof sessions.$inferInsert, 'endedAt' | 'renewedBy' | 'userId' | 'amr'> & {
  userId: string | SQL
  /** As SQL: JSON text. */
  amr: string[] | SQL
}

/** True if a role of the user requires a second factor. Primary keys of user_roles, role_requirements. */
export const mfaRequired = sql<boolean>`EXISTS (SELECT 1 FROM ${userRoles} AS held
  JOIN ${roleRequirements} AS asked ON asked.role = held.role WHERE held.user_id = users.id AND asked.mfa_required)`
  .mapWith(Boolean)
  .as('mfa_required')

/**
 * The organisations of the user with the roles there, as JSON pairs; the role is null without one. Index
 * org_members_user, primary key of org_member_roles.
 */
export const memberships = sql<
  [orgId: string, role: string | null][]
>`(SELECT json_group_array(json_array(org_id, role)) FROM (SELECT joined.org_id, held.role FROM ${orgMembers} AS joined
  LEFT JOIN ${orgMemberRoles} AS held ON held.org_id = joined.org_id AND held.user_id = joined.user_id
  WHERE joined.user_id = users.id ORDER BY joined.org_id, held.role))`
  .mapWith((json: string) => JSON.parse(json) as [string, string | null][]) // as selected
  .as('memberships')

/** The active organisation, unless it was deleted. Primary key of organisations. */
const activeOrg = sql<
  string | null
>`(SELECT active.id FROM ${organisations} AS active WHERE active.id = sessions.org_id AND active.deleted_at IS NULL)`.as(
  'active_org',
)

/** The session part of a principal; the user part is `userColumns`. */
const principalColumns = {
  ...userColumns,
  sessionId: sessions.id,
  sessionKind: sessions.kind,
  authenticatedAt: sessions.authenticatedAt,
  lastSeenAt: sessions.lastSeenAt,
  expiresAt: sessions.expiresAt,
  amr: sessions.amr,
  orgId: activeOrg,
  impersonatorId: sessions.impersonatorId,
  impersonatorRoles,
  impersonatorMemberships,
  memberships,
  mfaRequired,
  anonymous: users.anonymous,
  hasFactor: sql<boolean>`${hasFactor(sql`users.id`)}`.mapWith(Boolean).as('has_factor'),
}

const alive = and(
  isNull(sessions.endedAt),
  eq(users.status, 'active'),
  trustedBy('sessions', 'users'),
  impersonatorActs,
)

/** The principal by the session id in an access token. Primary key, then users_id. */
export const principalBySession = prepared((db, { sessionId }: Slots<{ sessionId: string }>) =>
  db
    .select({
      ...principalColumns,
      rotatedAt: sql<null>`NULL`.as('rotated_at'),
      newCookie: sql<boolean>`0`.mapWith(Boolean).as('new_cookie'),
      keysRevokedAt: lastRevocation.as('keys_revoked_at'),
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.id, sessionId), alive))
    .limit(1),
)

/**
 * The principal by the hash of a cookie. A refresh token is not accepted as a cookie. Index session_tokens_hash, then
 * keys.
 */
export const principalByCookie = prepared((db, { hash }: Slots<{ hash: string }>) =>
  db
    .select({
      ...principalColumns,
      rotatedAt: sessionTokens.rotatedAt,
      newCookie: sql<boolean>`(session_tokens.position > 0 AND session_tokens.shown_at IS NULL)`
        .mapWith(Boolean)
        .as('new_cookie'),
      keysRevokedAt: sql<number | null>`NULL`.as('keys_revoked_at'),
    })
    .from(sessionTokens)
    .innerJoin(sessions, eq(sessions.id, sessionTokens.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessionTokens.hash, hash), eq(sessions.kind, 'cookie'), alive))
    .limit(1),
)

/** The user of a session, for `organisationsOf` of the scopes that are read with the principal. Primary key. */
export const userOfSession = (sessionId: string): SQL => sql`(SELECT user_id FROM ${sessions} WHERE id = ${sessionId})`

/** The same by the hash of a cookie. Index session_tokens_hash, primary key. */
export const userOfCookie = (hash: string): SQL =>
  sql`(SELECT user_id FROM ${sessions} WHERE id = (SELECT session_id FROM ${sessionTokens} WHERE hash = ${hash}))`

/** Inserts the session if `condition` holds at that moment: compare-and-set without a read. */
export const insertSession = preparedByShape(
  (session: NewSession, condition: SQL) =>
    sql`${selectRow(sessions, {
      ...session,
      endedAt: null,
      renewedBy: null,
      orgId: session.orgId ?? null,
      impersonatorId: session.impersonatorId ?? null,
      impersonationReason: session.impersonationReason ?? null,
      address: session.address ?? null,
      userAgent: session.userAgent ?? null,
      trustEpoch: sessionEpochOf(session.userId),
    })} WHERE ${condition}`,
  (db, select) => db.insert(sessions).select(select).returning({ id: sessions.id, amr: sessions.amr }),
)

/** True if the account is unchanged since its password was checked: same hash, still active. Index users_id. */
export const unchangedSince = (userId: string, passwordHash: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${userId} AND password_hash = ${passwordHash} AND status = 'active')`

/** True while the account is active. Index users_id. */
export const isActive = (userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${userId} AND status = 'active')`

/** Inserts the first token of a session, if the session was inserted. Primary key. */
export const insertFirstToken = prepared(
  (db, { sessionId, hash, now }: Slots<{ sessionId: string; hash: string; now: number }>) =>
    db.insert(sessionTokens).select(
      sql`${selectRow(sessionTokens, {
        sessionId: sql`opened.id`,
        position: 0,
        hash,
        rotatedAt: null,
        salt: null,
        createdAt: now,
        sealedRoot: null,
        shownAt: null,
      })} FROM ${sessions} AS opened WHERE opened.id = ${sessionId}`,
    ),
)

/**
 * Ends the session if it is active and `condition` holds. `renewedBy`: the session that step-up opens in its place, with which
 * the tokens of clients go on. Primary key, users_id.
 */
export const endSession = (db: Database, id: string, now: number, condition?: SQL, renewedBy?: string) =>
  db
    .update(sessions)
    .set({ endedAt: now, ...(renewedBy === undefined ? {} : { renewedBy }) })
    .where(
      and(eq(sessions.id, id), isNull(sessions.endedAt), gt(sessions.expiresAt, now), trusted('sessions'), condition),
    )
    .returning({ id: sessions.id })

/** The user of a session, for the event of the same batch. Primary key. */
export const ownerOfSession = (id: string): SQL =>
  sql`(SELECT owned.user_id FROM ${sessions} AS owned WHERE owned.id = ${id})`

/** Ends the session by the hash of its cookie. Index session_tokens_hash. */
export const endSessionByCookie = (db: Database, hash: string, now: number) =>
  db
    .update(sessions)
    .set({ endedAt: now })
    .where(
      and(
        sql`${sessions.id} = (SELECT session_id FROM ${sessionTokens} WHERE hash = ${hash})`,
        eq(sessions.kind, 'cookie'),
        isNull(sessions.endedAt),
      ),
    )
    .returning({ id: sessions.id })

/** Ends an active session of this user only. Primary key. */
export const endOwnSession = (
  db: Database,
  { id, userId, now, idleSince }: { id: string; userId: string; now: number; idleSince: IdleSince },
  only?: SQL,
) =>
  db
    .update(sessions)
    .set({ endedAt: now })
    .where(and(eq(sessions.id, id), eq(sessions.userId, userId), living(now, idleSince), only))
    .returning({ id: sessions.id })

/** For `endSessionsOfUser`: all sessions except this one, if `condition` holds. */
export const otherThan = (id: string, condition?: SQL): SQL | undefined => and(ne(sessions.id, id), condition)

/**
 * True if the session has not ended, has not expired, and belongs to an epoch that its account trusts. Primary key,
 * users_id.
 */
export const sessionLives = (id: string, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${sessions} AS acting WHERE acting.id = ${id} AND acting.ended_at IS NULL AND acting.expires_at > ${now} AND ${trusted('acting')})`

/**
 * Returns a row while the session is active. A batch uses it to explain why a statement changed nothing. The same
 * keys.
 */
export const livingSession = (db: Database, id: string, now: number) =>
  db
    .select({ id: sql<string>`${id}`.as('id') })
    .from(sql`(SELECT 1)`)
    .where(sessionLives(id, now))

/** Ends every session of a user, or those for which `condition` holds. Index sessions_user. */
export const endSessionsOfUser = preparedByShapes(
  (userId: string | SQL, now: number, condition?: SQL) =>
    [
      sql`${now}`,
      sql`${sessions.userId} = ${userId} AND ${sessions.endedAt} IS NULL AND ${condition ?? sql`1`}`,
    ] as const,
  (db, [endedAt, where]) => db.update(sessions).set({ endedAt }).where(where).returning({ id: sessions.id }),
)

/** Records that a browser has sent a cookie that a rotation made. Index session_tokens_hash. */
export const noteShown = prepared((db, { hash, now }: Slots<{ hash: string; now: number }>) =>
  db
    .update(sessionTokens)
    .set({ shownAt: now })
    .where(and(eq(sessionTokens.hash, hash), isNull(sessionTokens.shownAt))),
)

/** Saves the time of use, unless any process has saved a use after `unless`. Primary key. */
export const setLastSeen = prepared(
  (db, { sessionId, now, unless }: Slots<{ sessionId: string; now: number; unless: number }>) =>
    db
      .update(sessions)
      .set({ lastSeenAt: now })
      .where(and(eq(sessions.id, sessionId), lte(sessions.lastSeenAt, unless))),
)

/** The oldest sessions that expired before `before`. Index sessions_expires. */
const expiredBefore = (before: number, limit: number): SQL =>
  sql`(SELECT id FROM ${sessions} WHERE expires_at < ${before} ORDER BY expires_at LIMIT ${limit})`

/** Deletes at most `limit` tokens of the oldest expired sessions. Index sessions_expires, primary key of the tokens. */
export const deleteTokensOfExpiredSessions = (db: Database, before: number, limit: number) =>
  db.delete(sessionTokens).where(
    sql`rowid IN (SELECT dead.rowid FROM ${expiredBefore(before, limit)} AS expired
      CROSS JOIN ${sessionTokens} AS dead ON dead.session_id = expired.id LIMIT ${limit})`,
  )

/** Deletes the oldest expired sessions that have no token left. Index sessions_expires, primary keys. */
export const deleteExpiredSessions = (db: Database, before: number, limit: number) =>
  db
    .delete(sessions)
    .where(
      and(
        inArray(sessions.id, expiredBefore(before, limit)),
        sql`NOT EXISTS (SELECT 1 FROM ${sessionTokens} AS left_over WHERE left_over.session_id = ${sessions.id})`,
      ),
    )

/**
 * Active sessions of active users, the latest expiry first. Without those of administrators who act as a user: whether one
 * still works also depends on a role. Index sessions_expires.
 */
export const livingSessions = (db: Database, now: number, limit: number) =>
  db
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(gt(sessions.expiresAt, now), alive, isNull(sessions.impersonatorId)))
    .orderBy(desc(sessions.expiresAt))
    .limit(limit)

/** The data of an event as JSON text. `amr` comes from an SQL expression that returns a JSON array. */
export const withAmr = (data: Record<string, string>, amr: SQL): SQL =>
  sql`json_set(${JSON.stringify(data)}, '$.amr', json(${amr}))`
