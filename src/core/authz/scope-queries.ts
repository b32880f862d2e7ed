import { or, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { customRoles, organisations, orgMembers, policies, roleRequirements } from '../../../db/tables/index.ts'

/** The most rules of one scope, and the most roles. `modules/roles` and `modules/policies` refuse more. */
export const MAX_ROLES = 100
export const MAX_POLICIES = 100

/** Scopes to read: those named, and the first organisations of a user. */
export interface WantedScopes {
  instance: boolean
  orgIds: readonly string[]
  /** A subquery of one user id. */
  organisationsOf?: SQL | undefined
}

/** The number of organisations of a user that are read ahead. */
const AHEAD = 10

/** Primary key, index org_members_user. */
const wantedOrgs = ({ orgIds, organisationsOf }: WantedScopes): SQL => {
  const named = sql`SELECT value FROM json_each(${JSON.stringify(orgIds)})`
  return organisationsOf === undefined
    ? named
    : sql`${named} UNION SELECT org_id FROM (SELECT org_id FROM ${orgMembers} WHERE user_id = ${organisationsOf} ORDER BY org_id LIMIT ${AHEAD})`
}

const inScopes = (orgId: SQL, wanted: WantedScopes): SQL | undefined =>
  or(sql`${orgId} IN (${wantedOrgs(wanted)})`, wanted.instance ? sql`${orgId} IS NULL` : undefined)

/**
 * The rows of scopes, for one batch. Primary key of organisations; index custom_roles_org; index policies_org.
 */
export const scopeRows = (db: Database, wanted: WantedScopes) =>
  [
    db
      .select()
      .from(organisations)
      .where(sql`${organisations.id} IN (${wantedOrgs(wanted)})`),
    db
      .select({
        orgId: customRoles.orgId,
        name: customRoles.name,
        permissions: customRoles.permissions,
        inherits: customRoles.inherits,
        mfaRequired: customRoles.mfaRequired,
      })
      .from(customRoles)
      .where(inScopes(sql`${customRoles.orgId}`, wanted)),
    db
      .select({
        orgId: policies.orgId,
        id: policies.id,
        name: policies.name,
        effect: policies.effect,
        permissions: policies.permissions,
        resourceType: policies.resourceType,
        condition: policies.condition,
      })
      .from(policies)
      .where(inScopes(sql`${policies.orgId}`, wanted)),
    // One row for each built-in role of the instance.
    db
      .select()
      .from(roleRequirements)
      .where(sql`${wanted.instance ? 1 : 0}`),
  ] as const

type RowsOf<Statements extends readonly unknown[]> = { readonly [At in keyof Statements]: Awaited<Statements[At]> }
export type ScopeRows = RowsOf<ReturnType<typeof scopeRows>>
