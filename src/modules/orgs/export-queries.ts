import { and, asc, eq, gt, isNull, lte, or, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { customRoles, organisations, orgMembers, roleRequirements, users } from '../../../db/tables/index.ts'
import { rolesOfMember } from '../members/queries.ts'

/** The last id of an organisation. Primary key. */
export const lastOrgId = (db: Database) =>
  db.select({ id: sql<string | null>`max(${organisations.id})`.as('last_id') }).from(organisations)

/** Organisations that were not deleted, by id. Primary key. */
export const exportedOrgs = (db: Database, after: string, last: string, limit: number) =>
  db
    .select()
    .from(organisations)
    .where(and(gt(organisations.id, after), lte(organisations.id, last), isNull(organisations.deletedAt)))
    .orderBy(asc(organisations.id))
    .limit(limit)

/** Roles that inherit, or those that do not, by id. The slug is null for a role of the instance. Primary keys. */
export const exportedRoles = (db: Database, inheriting: boolean, after: string, last: string, limit: number) =>
  db
    .select({
      role: customRoles,
      slug: organisations.slug,
      mfaRequired: sql<boolean>`coalesce(${roleRequirements.mfaRequired}, ${customRoles.mfaRequired})`
        .mapWith(Boolean)
        .as('mfa_is_required'),
    })
    .from(customRoles)
    .leftJoin(organisations, eq(organisations.id, customRoles.orgId))
    .leftJoin(roleRequirements, and(isNull(customRoles.orgId), eq(roleRequirements.role, customRoles.name)))
    .where(
      and(
        gt(customRoles.id, after),
        inheriting ? sql`${customRoles.inherits} IS NOT NULL` : isNull(customRoles.inherits),
        or(isNull(customRoles.orgId), and(lte(customRoles.orgId, last), isNull(organisations.deletedAt))),
      ),
    )
    .orderBy(asc(customRoles.id))
    .limit(limit)

/** Memberships by organisation and user, with the roles. Primary keys, index users_id. */
export const exportedMembers = (db: Database, after: { orgId: string; userId: string }, last: string, limit: number) =>
  db
    .select({
      orgId: orgMembers.orgId,
      userId: orgMembers.userId,
      slug: organisations.slug,
      email: users.email,
      joinedAt: orgMembers.joinedAt,
      roles: rolesOfMember(),
    })
    .from(orgMembers)
    .innerJoin(organisations, eq(organisations.id, orgMembers.orgId))
    .innerJoin(users, eq(users.id, orgMembers.userId))
    .where(
      and(
        sql`(${orgMembers.orgId}, ${orgMembers.userId}) > (${after.orgId}, ${after.userId})`,
        lte(orgMembers.orgId, last),
        isNull(organisations.deletedAt),
      ),
    )
    .orderBy(asc(orgMembers.orgId), asc(orgMembers.userId))
    .limit(limit)
