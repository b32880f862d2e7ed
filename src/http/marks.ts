/** The marks of routes, apart from the guard that enforces them: the route table reads them before the framework is loaded. */
import type { Mark } from '../core/feature.ts'
import { type OrgPermission, orgPermissions, type Permission, permissions } from '../core/permissions.ts'

/** Marks that name no permission. */
export const sessionMarks = ['session', 'fresh-session', 'any-session', 'fresh-any-session'] as const
export type SessionMark = (typeof sessionMarks)[number]
/** Those that ask for a recent proof of identity. */
export const freshMarks: readonly unknown[] = ['fresh-session', 'fresh-any-session'] satisfies SessionMark[]
/** Those open to a session that lacks a second factor its owner must have. */
export const enrolmentMarks: readonly unknown[] = ['any-session', 'fresh-any-session'] satisfies SessionMark[]
/** Admits every principal, of any kind. */
export const ANY_PRINCIPAL = 'principal'
/** A permission in the organisation of `/v1/orgs/:id`. */
export type OrgRequirement = `${OrgPermission} in org`
export type Requirement = Permission | OrgRequirement | SessionMark | typeof ANY_PRINCIPAL

/** The permission of an `OrgRequirement`; undefined for any other requirement. */
export const permissionInOrg = (requirement: unknown): OrgPermission | undefined =>
  orgRequirements.get(requirement as OrgRequirement) // a Map takes any key
const orgRequirements = new Map<OrgRequirement, OrgPermission>(
  Object.keys(orgPermissions).map((name) => [`${name as OrgPermission} in org`, name as OrgPermission]), // the keys of its type
)

export const isSessionMark = (requirement: unknown): requirement is SessionMark =>
  sessionMarks.some((mark) => mark === requirement)

/** A mark that a guard knows, or `public`. */
export const isMark = (mark: unknown): mark is Mark =>
  mark === 'public' ||
  mark === ANY_PRINCIPAL ||
  isSessionMark(mark) ||
  permissionInOrg(mark) !== undefined ||
  permissions.some((permission) => permission === mark)
