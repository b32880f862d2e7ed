/**
 * Statements for many organisations, roles and members at once. The rows are one JSON parameter, so the number of statements
 * in a batch does not depend on the number of rows.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  appPermissions,
  customRoles,
  events,
  organisations,
  orgMemberRoles,
  orgMembers,
  roleRequirements,
  users,
} from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { MAX_ROLES } from '../../core/authz/scope-queries.ts'
import { type NewEvent, selectEvent } from '../../core/events/queries.ts'
import { builtInOrgRoles, builtInRoles } from '../../core/permissions.ts'
import { mayJoin } from '../members/join-queries.ts'

export interface ImportedOrg {
  id: string
  slug: string
  name: string
  settings: Record<string, unknown>
  createdAt: number
  eventId: string
}
export interface ImportedRole {
  id: string
  org: string | null
  name: string
  permissions: readonly string[]
  inherits: string | null
  mfaRequired: boolean
  createdAt: number
  eventId: string
}
export interface ImportedMember {
  org: string
  emailKey: string
  roles: readonly string[]
  joinedAt: number
  eventId: string
}

const rowsOf = (rows: readonly (readonly unknown[])[]): SQL => sql`json_each(${JSON.stringify(rows)}) AS asked`
const at = (column: number): SQL => sql.raw(`(asked.value ->> ${column})`)

/** Permissions that applications registered. Scan: there are few. */
export const registeredPermissions = (db: Database) => db.select({ name: appPermissions.name }).from(appPermissions)

/** Leaves out organisations whose slug is taken. Index organisations_slug. */
export const insertOrgs = (db: Database, orgs: readonly ImportedOrg[], now: number) =>
  db
    .insert(organisations)
    .select(
      sql`${selectRow(organisations, {
        id: at(0),
        slug: at(1),
        name: at(2),
        settings: at(3),
        version: 1,
        createdAt: at(4),
        updatedAt: now,
        deletedAt: null,
      })} FROM ${rowsOf(orgs.map(({ id, slug, name, settings, createdAt }) => [id, slug, name, JSON.stringify(settings), createdAt]))} WHERE true`,
    )
    .onConflictDoNothing({ target: organisations.slug })
    .returning({ id: organisations.id })

/** Writes the events of the organisations that were created. Primary key. */
export const insertOrgEvents = (db: Database, event: NewEvent, orgs: readonly ImportedOrg[]) =>
  db
    .insert(events)
    .select(
      sql`${selectEvent({ ...event, id: at(0), orgId: sql`organisations.id` })} FROM ${rowsOf(orgs.map(({ id, eventId }) => [eventId, id]))} JOIN ${organisations} ON organisations.id = ${at(1)}`,
    )

/** The organisation of a row by its slug, unless it was deleted. Index organisations_slug. */
const org = (slug: SQL): SQL => sql`${organisations} AS org ON org.slug = ${slug} AND org.deleted_at IS NULL`

/** True if the scope has this role. `plain`: and the role inherits nothing. Indexes custom_roles_org, custom_roles_instance. */
const roleExists = (name: SQL, orgId: SQL, builtIn: readonly string[], plain = false): SQL =>
  sql`(${name} IN ${listed(builtIn)} OR EXISTS (SELECT 1 FROM ${customRoles} AS other WHERE other.name = ${name} AND other.org_id IS ${orgId}${plain ? sql` AND other.inherits IS NULL` : sql``}))`

const rolesAsked = (roles: readonly ImportedRole[]): SQL =>
  rowsOf(
    roles.map(({ id, org, name, permissions, inherits, mfaRequired, createdAt }) => [
      id,
      org,
      name,
      JSON.stringify(permissions),
      inherits,
      mfaRequired ? 1 : 0,
      createdAt,
    ]),
  )
const orgOfRole = sql`LEFT JOIN ${org(at(1))}`
const inheritsKnown = sql`(${at(4)} IS NULL OR iif(${at(1)} IS NULL, ${roleExists(at(4), sql`NULL`, builtInRoles, true)}, ${roleExists(at(4), sql`org.id`, builtInOrgRoles, true)}))`

/**
 * Leaves out roles that exist, those of an unknown organisation, those that inherit from an unknown role or from one that
 * inherits, and those above the limit of the scope. Indexes organisations_slug, custom_roles_org, custom_roles_instance.
 */
export const insertRoles = (db: Database, roles: readonly ImportedRole[], now: number) =>
  db
    .insert(customRoles)
    .select(
      sql`${selectRow(customRoles, {
        id: sql`id`,
        orgId: sql`org_id`,
        name: sql`name`,
        permissions: sql`permissions`,
        inherits: sql`inherits`,
        mfaRequired: sql`mfa_required`,
        createdAt: sql`created_at`,
        updatedAt: now,
      })} FROM (SELECT ${at(0)} AS id, org.id AS org_id, ${at(2)} AS name, ${at(3)} AS permissions, ${at(4)} AS inherits, (org.id IS NOT NULL AND ${at(5)}) AS mfa_required, ${at(6)} AS created_at, (SELECT count(*) FROM ${customRoles} AS held WHERE held.org_id IS org.id) + row_number() OVER (PARTITION BY org.id ORDER BY asked.key) AS place FROM ${rolesAsked(roles)} ${orgOfRole} WHERE (${at(1)} IS NULL OR org.id IS NOT NULL) AND ${inheritsKnown} AND NOT EXISTS (SELECT 1 FROM ${customRoles} AS same WHERE same.name = ${at(2)} AND same.org_id IS org.id)) WHERE place <= ${MAX_ROLES}`,
    )
    .onConflictDoNothing()
    .returning({ id: customRoles.id })

/** The requirements of the roles of the instance that were created: `role_requirements` has them. Primary keys. */
export const insertRoleRequirements = (db: Database, roles: readonly ImportedRole[], now: number) =>
  db
    .insert(roleRequirements)
    .select(
      sql`${selectRow(roleRequirements, { role: sql`custom_roles.name`, mfaRequired: true, updatedAt: now })} FROM ${rowsOf(roles.flatMap(({ id, org, mfaRequired }) => (org === null && mfaRequired ? [[id]] : [])))} JOIN ${customRoles} ON custom_roles.id = ${at(0)} WHERE true`,
    )
    .onConflictDoUpdate({ target: roleRequirements.role, set: { mfaRequired: true, updatedAt: now } })

/** Writes the events of the roles that were created. Primary key. */
export const insertRoleEvents = (db: Database, event: NewEvent, roles: readonly ImportedRole[]) =>
  db
    .insert(events)
    .select(
      sql`${selectEvent({ ...event, id: at(0), orgId: sql`custom_roles.org_id`, data: sql`json_object('role', custom_roles.name)` })} FROM ${rowsOf(roles.map(({ id, eventId }) => [eventId, id]))} JOIN ${customRoles} ON custom_roles.id = ${at(1)}`,
    )

/** What became of the roles: whether each exists now, and whether its organisation does. The same indexes. */
export const diagnoseRoles = (db: Database, roles: readonly ImportedRole[]) =>
  db
    .select({
      hasOrg: sql`(${at(1)} IS NULL OR org.id IS NOT NULL)`.mapWith(Boolean).as('has_org'),
      inherits: inheritsKnown.mapWith(Boolean).as('inherits_known'),
      exists:
        sql`EXISTS (SELECT 1 FROM ${customRoles} AS same WHERE same.name = ${at(2)} AND same.org_id IS org.id AND (${at(1)} IS NULL OR org.id IS NOT NULL))`
          .mapWith(Boolean)
          .as('role_exists'),
    })
    .from(sql`${rolesAsked(roles)} ${orgOfRole}`)
    .orderBy(sql`asked.key`)

const membersAsked = (members: readonly ImportedMember[]): SQL =>
  rowsOf(
    members.map(({ org, emailKey, roles, joinedAt, eventId }) => [
      org,
      emailKey,
      JSON.stringify(roles),
      joinedAt,
      eventId,
    ]),
  )
/** An anonymous account cannot be a member. Index users_email_key. */
const person = sql`${users} AS person ON person.email_key = ${at(1)} AND NOT person.anonymous`
const rolesKnown = sql`NOT EXISTS (SELECT 1 FROM json_each(${at(2)}) AS wanted WHERE NOT ${roleExists(sql`wanted.value`, sql`org.id`, builtInOrgRoles)})`
const isMember = sql`EXISTS (SELECT 1 FROM ${orgMembers} AS member WHERE member.org_id = org.id AND member.user_id = person.id)`

/** The rows that become members: the same ones for each statement of a batch until `insertMembers`. */
const joining = (members: readonly ImportedMember[]): SQL =>
  sql`FROM ${membersAsked(members)} JOIN ${org(at(0))} JOIN ${person}`
const mayBecome: SQL = sql`NOT ${isMember} AND ${rolesKnown} AND ${mayJoin(sql`person.id`)}`

/** Before `insertMembers`. Primary key of org_member_roles; the indexes of the rows. */
export const insertImportedMemberRoles = (db: Database, members: readonly ImportedMember[]) =>
  db
    .insert(orgMemberRoles)
    .select(
      sql`${selectRow(orgMemberRoles, { orgId: sql`org.id`, userId: sql`person.id`, role: sql`given.value` })} ${joining(members)} JOIN json_each(${at(2)}) AS given WHERE ${mayBecome}`,
    )
    .onConflictDoNothing()

/** Before `insertMembers`. The indexes of the rows. */
export const insertMemberEvents = (db: Database, event: NewEvent, members: readonly ImportedMember[]) =>
  db
    .insert(events)
    .select(
      sql`${selectEvent({ ...event, id: at(4), orgId: sql`org.id`, userId: sql`person.id`, data: sql`json_object('roles', json(${at(2)}))` })} ${joining(members)} WHERE ${mayBecome}`,
    )

/** Indexes organisations_slug, users_email_key, org_members_user; primary keys. */
export const insertMembers = (db: Database, members: readonly ImportedMember[]) =>
  db
    .insert(orgMembers)
    .select(
      sql`${selectRow(orgMembers, { orgId: sql`org.id`, userId: sql`person.id`, joinedAt: at(3) })} ${joining(members)} WHERE ${mayBecome}`,
    )
    .onConflictDoNothing()

/** Before `insertMembers`: which rows become members, and what the others lack. The same indexes. */
export const diagnoseMembers = (db: Database, members: readonly ImportedMember[]) =>
  db
    .select({
      hasOrg: sql`org.id IS NOT NULL`.mapWith(Boolean).as('has_org'),
      hasUser: sql`person.id IS NOT NULL`.mapWith(Boolean).as('has_user'),
      roles: rolesKnown.mapWith(Boolean).as('roles_known'),
      exists: isMember.mapWith(Boolean).as('is_member'),
      mayJoin: mayJoin(sql`person.id`).mapWith(Boolean).as('may_join'),
    })
    .from(sql`${membersAsked(members)} LEFT JOIN ${org(at(0))} LEFT JOIN ${person}`)
    .orderBy(sql`asked.key`)
