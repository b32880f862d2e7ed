import type { SQL } from 'drizzle-orm'
import { type BoundStatement, readTogether } from '../../../db/statements.ts'
import { missingScopes, type ScopesAhead, scopesById, scopesOf } from '../../core/authz/load-scopes.ts'
import { outranks } from '../../core/authz/outranks.ts'
import { INSTANCE, type Memberships, noMemberships, type Scope } from '../../core/authz/scope.ts'
import { scopeRows } from '../../core/authz/scope-queries.ts'
import type { Permission } from '../../core/permissions.ts'
import type { Deps, Loaded, SessionPrincipal } from '../../deps.ts'
import { impersonation } from '../../lib/acting-for.ts'
import { REUSE_GRACE_MS } from '../../lib/session-limits.ts'
import { commit } from '../../core/events/commit.ts'
import {
  noteShown,
  principalByCookie,
  principalBySession,
  setLastSeen,
  userOfCookie,
  userOfSession,
} from './queries.ts'

type PrincipalRow = Awaited<ReturnType<typeof principalByCookie>>[number]

/**
 * The principal of an active session of an active user, else none, and the scopes ahead that are not in memory.
 * One round trip. If the scope of the instance is read, the first organisations of the user are read with it, so that
 * an empty cache costs no request a second trip. The key ring hears of keys that another process revoked.
 */
export async function loadPrincipalBySession(
  deps: Pick<Deps, 'db' | 'principals' | 'keys'>,
  sessionId: string,
  scopes: ScopesAhead = NO_SCOPES,
): Promise<Loaded> {
  const { db, keys } = deps
  const read = await withScopes(deps, scopes, principalBySession(db, { sessionId }), userOfSession(sessionId))
  await keys.heard(read.rows[0]?.keysRevokedAt ?? null)
  return { principal: await whileAllowed(deps, read.rows[0], read.scopes), scopes: read.scopes }
}

/**
 * The same by the hash of a session cookie. A used cookie is accepted during its grace period. One round trip. If a
 * browser sends a cookie for the first time after the rotation that made it, this is recorded after the response.
 */
export async function loadPrincipalByCookie(
  deps: Pick<Deps, 'db' | 'principals' | 'clock' | 'defer'>,
  hash: string,
  scopes: ScopesAhead = NO_SCOPES,
): Promise<Loaded> {
  const { db } = deps
  const read = await withScopes(deps, scopes, principalByCookie(db, { hash }), userOfCookie(hash))
  const [row] = read.rows
  if (row?.newCookie) deps.defer(() => commit(deps, [noteShown(deps.db, { hash, now: deps.clock.now() })]))
  return { principal: await whileAllowed(deps, row, read.scopes), scopes: read.scopes }
}

/**
 * The principal of the row. An administrator who has lost the permission to act as others has none, nor one who acts for
 * a user who got a right that the administrator lacks. Only for such a session, the roles of the instance and of the
 * organisations of the user are read if they are not in memory.
 */
async function whileAllowed(
  deps: Pick<Deps, 'db' | 'principals'>,
  row: PrincipalRow | undefined,
  loaded: readonly Scope[],
): Promise<SessionPrincipal | undefined> {
  if (row !== undefined && row.impersonatorId !== null) {
    const user = { roles: row.roles, memberships: toMemberships(row.memberships) }
    const by = { roles: row.impersonatorRoles, memberships: toMemberships(row.impersonatorMemberships) }
    const scopes = await scopesById(deps, [INSTANCE, ...user.memberships.keys()], loaded)
    const grants = (role: string) =>
      scopes.get(INSTANCE)?.policies.permissionsByRole.get(role)?.has(IMPERSONATE) === true
    if (!by.roles.some(grants) || !outranks(by, user, scopes)) return undefined
  }
  return toPrincipal(row)
}
const IMPERSONATE: Permission = 'users:impersonate'

export const NO_SCOPES: ScopesAhead = { ids: [] }

/** Reads the rows of a principal, and in the same round trip the scopes that are not in memory. */
export async function withScopes<Row>(
  { db, principals }: Pick<Deps, 'db' | 'principals'>,
  { ids, own = false }: ScopesAhead,
  rows: BoundStatement<Row[]>,
  user: SQL,
): Promise<{ rows: Row[]; scopes: Scope[] }> {
  const missing = missingScopes(principals, ids)
  if (missing === undefined && !own) return { rows: await rows, scopes: [] }
  const { instance, orgIds } = missing ?? { instance: false, orgIds: [] }
  const wanted = { instance, orgIds, organisationsOf: own || instance ? user : undefined }
  const [found, ...read] = await readTogether(db, [rows, ...scopeRows(db, wanted)])
  return { rows: found, scopes: await scopesOf(wanted, read) }
}

/** As `memberships` selects them. */
export type MembershipPairs = readonly [orgId: string, role: string | null][]

/** The roles by organisation. */
export function toMemberships(pairs: MembershipPairs): Memberships {
  if (pairs.length === 0) return noMemberships
  const memberships = new Map<string, string[]>()
  for (const [orgId, role] of pairs) {
    const roles = memberships.get(orgId) ?? []
    memberships.set(orgId, roles)
    if (role !== null) roles.push(role)
  }
  return memberships
}

function toPrincipal(row: PrincipalRow | undefined): SessionPrincipal | undefined {
  if (row === undefined) return undefined
  const {
    sessionId,
    sessionKind,
    authenticatedAt,
    expiresAt,
    lastSeenAt,
    rotatedAt,
    newCookie: _,
    keysRevokedAt: _keysRevokedAt,
    amr,
    mfaRequired,
    hasFactor,
    anonymous,
    orgId,
    impersonatorId,
    impersonatorRoles,
    impersonatorMemberships,
    memberships: pairs,
    ...user
  } = row
  const memberships = toMemberships(pairs)
  return {
    kind: 'session',
    id: impersonatorId ?? user.id,
    orgId: orgId !== null && memberships.has(orgId) ? orgId : null,
    actingFor: impersonation({ userId: user.id, impersonatorId }),
    roles: user.roles,
    memberships,
    scopes: null,
    impersonatorId,
    ...(impersonatorId !== null && {
      impersonator: { roles: impersonatorRoles, memberships: toMemberships(impersonatorMemberships) },
    }),
    limiterKey: user.id,
    sessionId,
    sessionKind,
    authenticatedAt,
    expiresAt,
    lastSeenAt,
    graceEndsAt: rotatedAt === null ? null : rotatedAt + REUSE_GRACE_MS,
    amr: amr ?? [],
    mfaRequired,
    mfaMissing: mfaRequired && !(hasFactor && amr?.includes('mfa')),
    hasFactor,
    anonymous,
    user,
  }
}

/**
 * Saves the time of use of a session, unless a use was saved less than `everyMs` ago. It writes no event, because
 * this is not an audited action and changes no answer.
 */
export const touchSession = (
  deps: Pick<Deps, 'db' | 'principals'>,
  sessionId: string,
  { now, everyMs }: { now: number; everyMs: number },
) => commit(deps, [setLastSeen(deps.db, { sessionId, now, unless: now - everyMs })])
