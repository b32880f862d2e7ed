import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  organisations,
  orgMemberRoles,
  orgMembers,
  serviceAccountRoles,
  serviceAccounts,
  userRoles,
  users,
} from '../../../db/tables/index.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { hasFactor } from '../users/factor-queries.ts'

const parsed = <T>(json: string): T => JSON.parse(json) as T // as selected

/** Primary key. */
const instanceRoles = sql<string[]>`(SELECT json_group_array(role) FROM ${userRoles} WHERE user_id = users.id)`
  .mapWith(parsed<string[]>)
  .as('instance_roles')

type Pairs = [orgId: string, role: string | null][]

/** Index org_members_user, primary key of org_member_roles. `orgIds`: the organisations that are asked about; null: all. */
const memberships = (orgIds: readonly string[] | null): SQL.Aliased<Pairs> =>
  sql<Pairs>`(SELECT json_group_array(json_array(joined.org_id, held.role)) FROM ${orgMembers} AS joined
  LEFT JOIN ${orgMemberRoles} AS held ON held.org_id = joined.org_id AND held.user_id = joined.user_id
  WHERE joined.user_id = users.id AND ${orgIds === null ? sql`1` : sql`joined.org_id IN ${listed(orgIds)}`})`
    .mapWith(parsed<Pairs>)
    .as('memberships')

const userColumns = (orgIds: readonly string[] | null) => ({
  id: users.id,
  email: users.email,
  emailVerified: users.emailVerified,
  name: users.name,
  createdAt: users.createdAt,
  publicMetadata: users.publicMetadata,
  status: users.status,
  hasFactor: sql<boolean>`${hasFactor(sql`users.id`)}`.mapWith(Boolean).as('has_factor'),
  instanceRoles,
  memberships: memberships(orgIds),
})

/** Active users with these ids, and their roles in these organisations. Index users_id. */
export const userSubjects = (db: Database, ids: readonly string[], orgIds: readonly string[] | null) =>
  db
    .select(userColumns(orgIds))
    .from(users)
    .where(and(sql`${users.id} IN ${listed(ids)}`, eq(users.status, 'active')))

/** A part of the members of an organisation, in the order of their ids. Primary key of org_members. */
export const memberSubjects = (db: Database, orgId: string, after: string, limit: number) =>
  db
    .select(userColumns([orgId]))
    .from(orgMembers)
    .innerJoin(users, eq(users.id, orgMembers.userId))
    .where(and(eq(orgMembers.orgId, orgId), sql`${orgMembers.userId} > ${after}`))
    .orderBy(orgMembers.userId)
    .limit(limit)

/** A part of all users, in the order of their ids. Index users_id. */
export const anySubjects = (db: Database, after: string, limit: number) =>
  db.select(userColumns([])).from(users).where(sql`${users.id} > ${after}`).orderBy(users.id).limit(limit)

/** Active service accounts with these ids. Primary keys. */
export const serviceAccountSubjects = (db: Database, ids: readonly string[]) =>
  db
    .select({
      id: serviceAccounts.id,
      orgId: serviceAccounts.orgId,
      name: serviceAccounts.name,
      createdAt: serviceAccounts.createdAt,
      roles: sql<
        string[]
      >`(SELECT json_group_array(role) FROM ${serviceAccountRoles} WHERE service_account_id = service_accounts.id)`
        .mapWith(parsed<string[]>)
        .as('roles'),
    })
    .from(serviceAccounts)
    .where(and(sql`${serviceAccounts.id} IN ${listed(ids)}`, eq(serviceAccounts.status, 'active')))

/** Ids of organisations after this one: those of a user or a service account. Index org_members_user, primary key. */
export const orgsOfSubject = (id: string, after: string, limit: number): SQL =>
  sql`SELECT org_id FROM (SELECT org_id FROM ${orgMembers} WHERE user_id = ${id} AND org_id > ${after}
  UNION SELECT org_id FROM ${serviceAccounts} WHERE id = ${id} AND org_id > ${after}) ORDER BY org_id LIMIT ${limit}`

/** The same of a list. */
export const listedOrgs = (ids: readonly string[], after: string, limit: number): SQL =>
  sql`SELECT value FROM json_each(${JSON.stringify(ids)}) WHERE value > ${after} ORDER BY value LIMIT ${limit}`

/** The same of all. Primary key. */
export const anyOrgs = (after: string, limit: number): SQL =>
  sql`SELECT id FROM ${organisations} WHERE id > ${after} ORDER BY id LIMIT ${limit}`

export const eitherOf = (ids: SQL, others: SQL): SQL => sql`SELECT * FROM (${ids}) UNION SELECT * FROM (${others})`

/** Those of a subquery of ids, deleted ones too. Primary key. */
export const orgIdsIn = (db: Database, ids: SQL) =>
  db
    .select({ id: organisations.id })
    .from(organisations)
    .where(sql`${organisations.id} IN (SELECT * FROM (${ids}))`)
    .orderBy(organisations.id)

/** For the operator. Index organisations_slug. */
export const orgIdBySlug = (db: Database, slug: string) =>
  db.select({ id: organisations.id }).from(organisations).where(eq(organisations.slug, slug)).limit(1)
