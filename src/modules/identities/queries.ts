import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { identities, sessions, sessionTokens, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, justChanged, type NewEvent } from '../../core/events/queries.ts'
import { type NewUser, selectVerifiedUser } from '../users/queries.ts'
import { epochAfterAnonymity, epochOf, trusted, trustedBy } from '../users/trust-queries.ts'
import { hasOtherWayIn, isServed, type WaysIn } from '../users/ways-in-queries.ts'

/** Identifies an identity permanently. */
export interface Subject {
  issuer: string
  subject: string
}

export type NewIdentity = typeof identities.$inferInsert

/** The columns that each sign-in with an identity updates. */
export type IdentityUse = Pick<NewIdentity, 'provider' | 'lastUsedAt'> & {
  /** Undefined: the provider sent no e-mail, and the stored one stays. */
  email: string | undefined
  tokens: string | null
}

/** More than any user needs. */
export const MAX_IDENTITIES = 50

const named = ({ issuer, subject }: Subject): SQL =>
  sql`EXISTS (SELECT 1 FROM ${identities} AS known WHERE known.issuer = ${issuer} AND known.subject = ${subject})`

/** The owner of the identity. Index identities_subject. */
export const ownerOfIdentity = ({ issuer, subject }: Subject): SQL =>
  sql`(SELECT known.user_id FROM ${identities} AS known WHERE known.issuer = ${issuer} AND known.subject = ${subject} AND ${trusted('known')})`

/** Records the use of an identity of an active account, if `condition` holds. Indexes identities_subject, users_id. */
export const noteIdentityUse = (db: Database, { issuer, subject }: Subject, use: IdentityUse, condition: SQL) =>
  db
    .update(identities)
    .set(use)
    .where(
      and(
        eq(identities.issuer, issuer),
        eq(identities.subject, subject),
        sql`EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = ${identities.userId} AND owner.status = 'active' AND ${trustedBy('identities', 'owner')})`,
        condition,
      ),
    )
    .returning({ id: identities.id })

/** One row if the identity exists and its account is disabled. Indexes identities_subject, users_id. */
export const disabledOwner = (db: Database, { issuer, subject }: Subject) =>
  db
    .select({ id: users.id })
    .from(identities)
    .innerJoin(users, eq(users.id, identities.userId))
    .where(
      and(
        eq(identities.issuer, issuer),
        eq(identities.subject, subject),
        eq(users.status, 'disabled'),
        trustedBy('identities', 'users'),
      ),
    )
    .limit(1)

/**
 * A new account for a new identity. Inserts nothing if the identity or the address exists already, also with concurrent
 * requests. Indexes identities_subject, users_email_key.
 */
export const insertUserOfIdentity = (db: Database, user: NewUser, identity: Subject) =>
  db
    .insert(users)
    .select(
      sql`${selectVerifiedUser(user)} WHERE NOT ${named(identity)} AND NOT EXISTS (SELECT 1 FROM ${users} AS taken WHERE taken.email_key = ${user.emailKey})`,
    )
    .returning({ id: users.id })

const selectIdentity = (row: NewIdentity, trustEpoch: SQL): SQL =>
  selectRow(identities, { ...row, email: row.email ?? null, tokens: row.tokens ?? null, trustEpoch })

/** The identity of the account that this batch created. */
export const insertFirstIdentity = (db: Database, row: NewIdentity, created: NewEvent) =>
  db
    .insert(identities)
    .select(sql`${selectIdentity(row, epochOf(row.userId))} WHERE ${happened(created)}`)
    .returning({ id: identities.id })

/** The session that began the link flow. It must still be valid when the flow ends. */
export interface LinkingSession {
  sessionId: string
  userId: string
  /** The hash of the cookie in the request. Null for a token session, because a redirect carries no token. */
  cookieHash: string | null
  /** The key of the e-mail that the provider verified. An anonymous account gets this e-mail. */
  emailKey: string
  now: number
}

/** Primary keys, users_id, index session_tokens_hash. A rotated cookie is used up and does not count. */
const isPresent = ({ sessionId, userId, cookieHash, now }: LinkingSession): SQL =>
  sql`EXISTS (SELECT 1 FROM ${sessions} AS linking WHERE linking.id = ${sessionId} AND linking.user_id = ${userId} AND linking.ended_at IS NULL AND linking.expires_at > ${now} AND ${trusted('linking')}
    AND EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = linking.user_id AND owner.status = 'active')
    AND (linking.kind = 'token' OR EXISTS (SELECT 1 FROM ${sessionTokens} AS shown WHERE shown.hash = ${cookieHash} AND shown.session_id = linking.id AND shown.rotated_at IS NULL)))`

const isVerified = (userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = ${userId} AND owner.email_verified AND NOT owner.anonymous)`

/** The account is anonymous, and no account has the address that it would get. Indexes users_id, users_email_key. */
const mayGetAddress = ({ userId, emailKey }: LinkingSession): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = ${userId} AND owner.anonymous AND NOT EXISTS (SELECT 1 FROM ${users} AS taken WHERE taken.email_key = ${emailKey}))`

/**
 * Links the identity, directly after the statement that used up the flow, if the session is valid and no account has
 * the identity. If the link ends anonymity, the identity belongs to the trust epoch that begins then.
 */
export const insertLinkedIdentity = (db: Database, row: NewIdentity, session: LinkingSession) =>
  db
    .insert(identities)
    .select(
      sql`${selectIdentity(row, epochAfterAnonymity(row.userId))} WHERE ${justChanged} AND ${isPresent(session)} AND (${isVerified(session.userId)} OR ${mayGetAddress(session)}) AND NOT ${named(row)} AND (SELECT count(*) FROM ${identities} AS held WHERE held.user_id = ${session.userId}) < ${MAX_IDENTITIES}`,
    )
    .returning({ id: identities.id })

/** Why nothing was linked, read in the same batch. */
export const linkOutcome = (db: Database, identity: Subject, session: LinkingSession) =>
  db
    .select({
      present: sql<boolean>`${isPresent(session)}`.mapWith(Boolean).as('present'),
      verified: sql<boolean>`${isVerified(session.userId)}`.mapWith(Boolean).as('verified'),
      anonymous: sql<boolean>`EXISTS (SELECT 1 FROM ${users} WHERE id = ${session.userId} AND anonymous)`
        .mapWith(Boolean)
        .as('anonymous'),
      ownerId: sql<string | null>`${ownerOfIdentity(identity)}`.as('owner_id'),
    })
    .from(sql`(SELECT 1)`)

/** The oldest first. Index identities_user. */
export const identitiesOf = (db: Database, userId: string, config: WaysIn['config']) =>
  db
    .select({
      id: identities.id,
      provider: identities.provider,
      email: identities.email,
      createdAt: identities.createdAt,
      lastUsedAt: identities.lastUsedAt,
      usable: sql<boolean>`${isServed(config, identities.issuer)}`.mapWith(Boolean).as('usable'),
    })
    .from(identities)
    .where(and(eq(identities.userId, userId), trusted('identities')))
    .orderBy(asc(identities.createdAt), asc(identities.id))
    .limit(MAX_IDENTITIES)

/**
 * Deletes the identity with its tokens, unless it is the last sign-in method. Primary key, and the indexes of
 * `hasOtherWayIn`.
 */
export const deleteIdentity = (db: Database, id: string, { userId, config }: Pick<WaysIn, 'userId' | 'config'>) =>
  db
    .delete(identities)
    .where(
      and(
        eq(identities.id, id),
        eq(identities.userId, userId),
        trusted('identities'),
        hasOtherWayIn({ userId, without: { identityId: id }, config }),
      ),
    )
    .returning({ provider: identities.provider })

/** Primary key. */
export const ownIdentity = (db: Database, id: string, userId: string) =>
  db
    .select({ id: identities.id })
    .from(identities)
    .where(and(eq(identities.id, id), eq(identities.userId, userId), trusted('identities')))
    .limit(1)
