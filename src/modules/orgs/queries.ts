import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { idempotencyKeys, organisations, orgMemberRoles, orgMembers } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import { mayJoin } from '../members/join-queries.ts'

/** The most organisations that a person can own, those in their grace period included. */
export const MAX_OWNED = 100

export type OrgRow = typeof organisations.$inferSelect

/** Primary key. */
export const orgById = (db: Database, id: string) =>
  db.select().from(organisations).where(eq(organisations.id, id)).limit(1)

/**
 * The use of an idempotency key, and the current state of its organisation, which is null if it was deleted. Primary
 * keys.
 */
export const orgOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, org: organisations })
    .from(idempotencyKeys)
    .leftJoin(
      organisations,
      and(eq(organisations.id, idempotencyKeys.subjectId), sql`${organisations.deletedAt} IS NULL`),
    )
    .where(isKey(key))
    .limit(1)

/** True if the person can own one more organisation. Index org_member_roles_user. */
export const mayOwn = (userId: string): SQL =>
  sql`((SELECT count(*) FROM ${orgMemberRoles} WHERE user_id = ${userId} AND role = 'owner') < ${MAX_OWNED} AND ${mayJoin(userId)})`

/** A slug that was derived: with `suffix` if another organisation has it. Index organisations_slug. */
export const freeSlug = (slug: string, suffix: string): SQL =>
  sql`CASE WHEN EXISTS (SELECT 1 FROM ${organisations} AS other WHERE other.slug = ${slug}) THEN ${`${slug}-${suffix}`} ELSE ${slug} END`

/** Inserts nothing if `when` is false. Breaks the UNIQUE constraint `organisations.slug` if the slug is taken. */
export const insertOrg = (db: Database, { slug, ...org }: Omit<OrgRow, 'slug'> & { slug: string | SQL }, when: SQL) =>
  db
    .insert(organisations)
    .select(sql`${selectRow(organisations, { ...org, slug: sql`${slug}` })} WHERE ${when}`)
    .returning()

/** The roles of a member as a JSON array, sorted. Primary key of org_member_roles. */
export const rolesOf = (orgId: SQL, userId: SQL) =>
  sql<
    string[]
  >`(SELECT json_group_array(role) FROM (SELECT role FROM ${orgMemberRoles} AS held WHERE held.org_id = ${orgId} AND held.user_id = ${userId} ORDER BY role))`
    .mapWith((json: string): string[] => JSON.parse(json) as string[]) // json_group_array of a NOT NULL text column
    .as('roles')

/**
 * The organisations of a person by id, with the roles there. A deleted one is shown to its owners alone. Index
 * org_members_user, primary keys.
 */
export const orgsOfUser = (db: Database, userId: string, after: string, limit: number) =>
  db
    .select({
      id: organisations.id,
      org: organisations,
      roles: rolesOf(sql`org_members.org_id`, sql`org_members.user_id`),
    })
    .from(orgMembers)
    .innerJoin(organisations, eq(organisations.id, orgMembers.orgId))
    .where(
      and(
        eq(orgMembers.userId, userId),
        sql`${orgMembers.orgId} > ${after}`,
        sql`(${organisations.deletedAt} IS NULL OR EXISTS (SELECT 1 FROM ${orgMemberRoles} AS mine WHERE mine.org_id = ${organisations.id} AND mine.user_id = ${userId} AND mine.role = 'owner'))`,
      ),
    )
    .orderBy(orgMembers.orgId)
    .limit(limit)
