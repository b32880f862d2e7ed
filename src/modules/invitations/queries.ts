import { and, desc, eq, gt, isNull, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  customRoles,
  idempotencyKeys,
  invitations,
  organisations,
  orgMemberRoles,
  orgMembers,
  users,
} from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import { builtInOrgRoles } from '../../core/feature.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { CLOCK_SKEW_MS, DAY_MS } from '../../lib/durations.ts'
import { mayJoin, mayOwnOneMore } from '../members/join-queries.ts'
import { type Acceptance, type Chosen, isChosen } from './chosen-queries.ts'
import { mayGive } from './inviter-queries.ts'

export type InvitationRow = typeof invitations.$inferSelect

/** The most open invitations of an organisation. */
const MAX_OPEN = 500
/** The most mails to one address in a day: by one organisation, and by all together. */
const MAILS_OF_ORG = 3
const MAILS_OF_ALL = 12

/** Not used and not revoked. It may have expired. */
const open = and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt))

export const inviterName = sql<string | null>`(SELECT name FROM ${users} WHERE id = invitations.invited_by)`.as(
  'inviter_name',
)
const columns = {
  id: invitations.id,
  email: invitations.email,
  roles: invitations.roles,
  invitedBy: invitations.invitedBy,
  inviterName,
  createdAt: invitations.createdAt,
  sentAt: invitations.sentAt,
  expiresAt: invitations.expiresAt,
}
export type ListedInvitation = Awaited<ReturnType<typeof openInvitations>>[number]

/** Open invitations of an organisation, newest first. Index invitations_org. */
export const openInvitations = (db: Database, orgId: string, before: string | undefined, limit: number) =>
  db
    .select(columns)
    .from(invitations)
    .where(and(eq(invitations.orgId, orgId), before === undefined ? undefined : lt(invitations.id, before), open))
    .orderBy(desc(invitations.id))
    .limit(limit)

/** Index users_email_key, primary key of org_members. */
const isMember = (orgId: string | SQL, emailKey: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS invited JOIN ${orgMembers} AS joined ON joined.user_id = invited.id AND joined.org_id = ${orgId} WHERE invited.email_key = ${emailKey})`

/** Index invitations_email. */
const isPending = (orgId: string, emailKey: string, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${invitations} AS other WHERE other.email_key = ${emailKey} AND other.org_id = ${orgId} AND other.accepted_at IS NULL AND other.revoked_at IS NULL AND other.expires_at > ${now})`

/** Index invitations_org: at most as many rows as an organisation has in some weeks. */
const isFull = (orgId: string, now: number): SQL =>
  sql`(SELECT count(*) FROM ${invitations} AS other WHERE other.org_id = ${orgId} AND other.accepted_at IS NULL AND other.revoked_at IS NULL AND other.expires_at > ${now}) >= ${MAX_OPEN}`

/** Too many mails went to this address in the last day. Revoked invitations count. Index invitations_email. */
const isFlooded = (orgId: string, emailKey: string, now: number): SQL =>
  sql`((SELECT count(*) FROM ${invitations} AS sent WHERE sent.email_key = ${emailKey} AND sent.org_id = ${orgId} AND sent.sent_at > ${now - DAY_MS}) >= ${MAILS_OF_ORG}
    OR (SELECT count(*) FROM ${invitations} AS sent WHERE sent.email_key = ${emailKey} AND sent.sent_at > ${now - DAY_MS}) >= ${MAILS_OF_ALL})`

/** Inserts the invitation unless `refusalOfNew` has a reason. */
export const insertInvitation = (db: Database, row: InvitationRow, now: number) =>
  db
    .insert(invitations)
    .select(
      sql`${selectRow(invitations, row)} WHERE EXISTS (SELECT 1 FROM ${organisations} AS here WHERE here.id = ${row.orgId} AND here.deleted_at IS NULL)
        AND NOT ${isMember(row.orgId, row.emailKey)} AND NOT ${isPending(row.orgId, row.emailKey, now)}
        AND NOT ${isFull(row.orgId, now)} AND NOT ${isFlooded(row.orgId, row.emailKey, now)}`,
    )
    .returning({ id: invitations.id })

const flag = (condition: SQL, name: string) => sql<boolean>`${condition}`.mapWith(Boolean).as(name)

/** Why an invitation was not inserted. The same indexes. */
export const refusalOfNew = (
  db: Database,
  { orgId, emailKey }: Pick<InvitationRow, 'orgId' | 'emailKey'>,
  now: number,
) =>
  db
    .select({
      member: flag(isMember(orgId, emailKey), 'member'),
      pending: flag(isPending(orgId, emailKey, now), 'pending'),
      full: flag(isFull(orgId, now), 'full'),
      flooded: flag(isFlooded(orgId, emailKey, now), 'flooded'),
    })
    .from(sql`(SELECT 1)`)

/** An invitation of this organisation. Primary key. */
const named = (orgId: string, id: string) => and(eq(invitations.id, id), eq(invitations.orgId, orgId))

/** An open invitation. Primary key. */
export const openInvitation = (db: Database, orgId: string, id: string) =>
  db
    .select(columns)
    .from(invitations)
    .where(and(named(orgId, id), open))
    .limit(1)

/** The use of an idempotency key, and its invitation while it is open. Primary keys. */
export const invitationOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, invitation: columns })
    .from(idempotencyKeys)
    .leftJoin(invitations, and(eq(invitations.id, idempotencyKeys.subjectId), open))
    .where(isKey(key))
    .limit(1)

/** A new mail of an invitation: the token of the mail before is void. */
export interface NewMail {
  hash: string
  sentAt: number
  expiresAt: number
  /** The user who sends it. Null: a machine; the earlier user stays. */
  invitedBy: string | null
}

/**
 * Gives an open invitation a new token, if the person is no member and the sender may give its roles. Primary key;
 * `mayGive`.
 */
export const renewInvitation = (db: Database, orgId: string, id: string, { invitedBy, ...mail }: NewMail) =>
  db
    .update(invitations)
    .set({ ...mail, ...(invitedBy === null ? {} : { invitedBy }) })
    .where(
      and(
        named(orgId, id),
        open,
        sql`NOT ${isMember(orgId, sql`invitations.email_key`)}`,
        invitedBy === null ? undefined : mayGive(invitedBy, orgId, sql`invitations.roles`),
      ),
    )
    .returning({ id: invitations.id })

/** Why it was not sent again. No row: there is no such open invitation. The same indexes. */
export const refusalOfRenewal = (db: Database, orgId: string, id: string) =>
  db
    .select({ member: flag(isMember(orgId, sql`invitations.email_key`), 'member') })
    .from(invitations)
    .where(and(named(orgId, id), open))
    .limit(1)

/** Primary key. */
export const revokeInvitation = (db: Database, orgId: string, id: string, now: number) =>
  db
    .update(invitations)
    .set({ revokedAt: now })
    .where(and(named(orgId, id), open))
    .returning({ id: invitations.id })

/** Open and not expired; its organisation exists; and its sender may still give its roles. Indexes as in `mayGive`. */
export const living = (now: number): SQL | undefined =>
  and(
    open,
    gt(invitations.expiresAt, now),
    lte(invitations.sentAt, now + CLOCK_SKEW_MS),
    sql`EXISTS (SELECT 1 FROM ${organisations} AS inviting WHERE inviting.id = invitations.org_id AND inviting.deleted_at IS NULL)`,
    sql`(invitations.invited_by IS NULL OR ${mayGive(sql`invitations.invited_by`, sql`invitations.org_id`, sql`invitations.roles`)})`,
  )

const acceptsDomain: SQL = sql`EXISTS (SELECT 1 FROM ${organisations} AS choosing WHERE choosing.id = invitations.org_id
  AND (json_extract(choosing.settings, '$.emailDomains') IS NULL
    OR substr(invitations.email_key, instr(invitations.email_key, '@') + 1) IN (SELECT value FROM json_each(choosing.settings, '$.emailDomains'))))`

export const ofUser = (userId: string, more: SQL = sql`1`): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} AS reader WHERE reader.id = ${userId} AND reader.status = 'active' AND reader.email_key = invitations.email_key AND ${more})`
export const joined = (userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${orgMembers} AS here WHERE here.org_id = invitations.org_id AND here.user_id = ${userId})`

/** True if the person can become a member of one more organisation, and its owner if the invitation says so. */
const hasRoom = (userId: string): SQL =>
  sql`(${mayJoin(userId)} AND (NOT EXISTS (SELECT 1 FROM json_each(invitations.roles) WHERE value = 'owner') OR ${mayOwnOneMore(userId)}))`

/**
 * Uses up the invitation, if it is valid, for the verified address of this person, and the person can become a member. If
 * several requests run it at once, one succeeds. `isChosen`, then keys.
 */
export const acceptInvitation = (db: Database, { chosen, userId, now }: Acceptance) =>
  db
    .update(invitations)
    .set({ acceptedAt: now })
    .where(
      and(
        isChosen(sql`invitations`, chosen),
        living(now),
        ofUser(userId, sql`reader.email_verified`),
        acceptsDomain,
        sql`NOT ${joined(userId)}`,
        hasRoom(userId),
      ),
    )
    .returning({ id: invitations.id })

/** The organisation of an invitation, for the event. `isChosen`. */
export const orgOfInvitation = (chosen: Chosen): SQL =>
  sql`(SELECT asking.org_id FROM ${invitations} AS asking WHERE ${isChosen(sql`asking`, chosen)})`

/** Makes the membership after `event`. `isChosen`. */
export const joinByInvitation = (db: Database, { chosen, userId, now }: Acceptance, event: NewEvent) =>
  db
    .insert(orgMembers)
    .select(
      sql`${selectRow(orgMembers, { orgId: sql`used.org_id`, userId, joinedAt: now })} FROM ${invitations} AS used WHERE ${isChosen(sql`used`, chosen)} AND ${happened(event)}`,
    )
    .returning({ orgId: orgMembers.orgId })

/** Gives the roles that still exist there. `isChosen`, custom_roles_org. */
export const giveInvitedRoles = (db: Database, { chosen, userId }: Acceptance, event: NewEvent) =>
  db
    .insert(orgMemberRoles)
    .select(
      sql`${selectRow(orgMemberRoles, { orgId: sql`used.org_id`, userId, role: sql`asked.value` })} FROM ${invitations} AS used, json_each(used.roles) AS asked
        WHERE ${isChosen(sql`used`, chosen)} AND ${happened(event)} AND (asked.value IN ${[...builtInOrgRoles]}
          OR EXISTS (SELECT 1 FROM ${customRoles} AS kept WHERE kept.org_id = used.org_id AND kept.name = asked.value))`,
    )
    .onConflictDoNothing()

/** The role `member`, if none of the invited ones is left. `isChosen`, primary key. */
export const giveMemberRole = (db: Database, { chosen, userId }: Acceptance, event: NewEvent) =>
  db.insert(orgMemberRoles).select(
    sql`${selectRow(orgMemberRoles, { orgId: sql`used.org_id`, userId, role: 'member' })} FROM ${invitations} AS used
        WHERE ${isChosen(sql`used`, chosen)} AND ${happened(event)} AND NOT EXISTS (SELECT 1 FROM ${orgMemberRoles} AS held WHERE held.org_id = used.org_id AND held.user_id = ${userId})`,
  )

/** The roles of a person in the organisation of an invitation, as a JSON array, sorted. Primary key of org_member_roles. */
const rolesHeld = (userId: string) =>
  sql<
    string[]
  >`(SELECT json_group_array(role) FROM (SELECT held.role FROM ${orgMemberRoles} AS held WHERE held.org_id = invitations.org_id AND held.user_id = ${userId} ORDER BY held.role))`
    .mapWith((json: string): string[] => JSON.parse(json) as string[]) // json_group_array of a NOT NULL text column
    .as('roles')

/**
 * The organisation of an invitation for this person, with the roles there. If it was not accepted, the flags say why. No
 * row for an unknown invitation, and for that of another address. `isChosen`, primary keys.
 */
export const outcomeOf = (db: Database, { chosen, userId, now }: Acceptance) =>
  db
    .select({
      org: organisations,
      roles: rolesHeld(userId),
      member: flag(joined(userId), 'member'),
      living: flag(sql`${living(now)}`, 'living'),
      unverified: flag(sql`NOT ${ofUser(userId, sql`reader.email_verified`)}`, 'unverified'),
      outside: flag(sql`NOT ${acceptsDomain}`, 'outside'),
      mayJoin: flag(hasRoom(userId), 'may_join'),
    })
    .from(invitations)
    .innerJoin(organisations, eq(organisations.id, invitations.orgId))
    .where(and(isChosen(sql`invitations`, chosen), ofUser(userId)))
    .limit(1)

/** Deletes invitations that expired before `before`, used or not. Index invitations_expires. */
export const deleteOldInvitations = (db: Database, before: number, limit: number) =>
  db
    .delete(invitations)
    .where(
      sql`id IN (SELECT old.id FROM ${invitations} AS old WHERE old.expires_at < ${before} ORDER BY old.expires_at LIMIT ${limit})`,
    )
