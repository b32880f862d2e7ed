import { type Memberships, noMemberships } from '../../core/authz/scope.ts'
import type { ScopesAhead } from '../../core/authz/load-scopes.ts'
import type { ApiKeyPrincipal, Deps, Loaded } from '../../deps.ts'
import { parseProxyRanges } from '../../lib/addresses.ts'
import type { ChainedActor } from '../../lib/acting-for.ts'
import { hashToken } from '../../lib/tokens.ts'
import { NO_SCOPES, toMemberships, withScopes } from '../sessions/principals.ts'
import { formOf } from './key-text.ts'
import { principalByHash, principalById, userOfHash, userOfId } from './principal-queries.ts'
import { verifyKey } from './signed-keys.ts'

type KeyRow = Awaited<ReturnType<typeof principalByHash>>[number]

const nobody: Loaded = { principal: undefined, scopes: [] }

/**
 * The principal of an API key that works, and the scopes ahead that are not in memory. One round trip. None for
 * a text with a wrong checksum or signature, which makes no round trip.
 */
export async function loadPrincipalByKey(
  deps: Pick<Deps, 'config' | 'db' | 'principals' | 'clock' | 'keys'>,
  key: string,
  scopes: ScopesAhead = NO_SCOPES,
): Promise<Loaded> {
  const { db, clock } = deps
  const form = formOf(key)
  if (form === undefined) return nobody
  const now = clock.now()
  if (form === 'opaque') {
    const hash = await hashToken(key)
    const read = await withScopes(deps, scopes, principalByHash(db, { hash, now }), userOfHash(hash))
    return { principal: toPrincipal(read.rows[0]), scopes: read.scopes }
  }
  const signed = await verifyKey(deps, key)
  if (signed === undefined) return nobody
  const { id, signingKeyId } = signed
  const read = await withScopes(deps, scopes, principalById(db, { id, now }), userOfId(id))
  // Another process may have revoked the signing key.
  await deps.keys.heard(read.rows[0]?.keysRevokedAt ?? null)
  if (!deps.keys.knows(signingKeyId)) return nobody
  return { principal: toPrincipal(read.rows[0]), scopes: read.scopes }
}

/**
 * What the owner may do is limited to the scopes of the key (`core/authz/authorize.ts`). A key that is limited to an
 * organisation has the roles there and no other: none of the instance, and none of another organisation.
 */
function toPrincipal(row: KeyRow | undefined): ApiKeyPrincipal | undefined {
  if (row === undefined) return undefined
  const { id, orgId, scopes, networks, requestsPerMinute, expiresAt, lastUsedAt, mfaMissing } = row
  const { owner, roles, memberships } = ownerOf(row)
  return {
    kind: 'api-key',
    id,
    sessionId: null,
    orgId,
    actingFor: [{ kind: 'api-key', id }, owner],
    roles: orgId === null ? roles : [],
    memberships: orgId === null ? memberships : new Map([[orgId, memberships.get(orgId) ?? []]]),
    scopes: new Set(scopes),
    // All keys of an owner share one budget, so more keys give no more requests.
    limiterKey: owner.id,
    requestsPerMinute,
    // A text that is no range matches no address.
    networks: networks === null ? null : (parseProxyRanges(networks) ?? []),
    expiresAt,
    lastUsedAt,
    mfaMissing,
  }
}

interface Owner {
  owner: ChainedActor
  roles: readonly string[]
  memberships: Memberships
}

function ownerOf(row: KeyRow): Owner {
  const { userId, serviceAccountId, orgId } = row
  const inOrg = (roles: readonly string[]): Memberships => (orgId === null ? noMemberships : new Map([[orgId, roles]]))
  if (userId !== null)
    return { owner: { kind: 'user', id: userId }, roles: row.userRoles, memberships: toMemberships(row.memberships) }
  if (serviceAccountId !== null)
    return {
      owner: { kind: 'service-account', id: serviceAccountId },
      roles: row.accountRoles,
      memberships: inOrg(row.accountRoles),
    }
  return { owner: { kind: 'organisation', id: orgId ?? '' }, roles: [], memberships: inOrg(row.ownRoles ?? []) }
}
