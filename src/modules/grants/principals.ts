import type { ScopesAhead } from '../../core/authz/load-scopes.ts'
import { type Memberships, noMemberships } from '../../core/authz/scope.ts'
import type { ClientPrincipal, Deps, Loaded } from '../../deps.ts'
import type { ActingFor, ChainedActor } from '../../lib/acting-for.ts'
import { NO_SCOPES, toMemberships, withScopes } from '../sessions/principals.ts'
import type { ClientTokenClaims } from '../signing-keys/access-tokens.ts'
import { noUser, principalByClient, principalByFamily, userOfFamily } from './principal-queries.ts'

type FamilyToken = ClientTokenClaims & { grantId: string; familyId: string }

/**
 * The principal of a verified access token of a client, and the scopes ahead that are not in memory. One round trip. None if
 * anything that the token rests on has ended: its family, grant, session, client, account, or the token itself.
 */
export async function loadPrincipalByClientToken(
  deps: Pick<Deps, 'db' | 'principals' | 'clock' | 'keys'>,
  token: ClientTokenClaims,
  scopes: ScopesAhead = NO_SCOPES,
): Promise<Loaded> {
  const { db, clock } = deps
  const now = clock.now()
  const { id: jti, clientId } = token
  if (isOfFamily(token)) {
    const { familyId, grantId } = token
    const rows = principalByFamily(db, { familyId, grantId, clientId, delegated: token.act !== null, jti, now })
    const read = await withScopes(deps, scopes, rows, userOfFamily(familyId))
    const [row] = await stillSigned(deps, token, read.rows)
    return { principal: ofPerson(token, row), scopes: read.scopes }
  }
  const read = await withScopes(deps, scopes, principalByClient(db, { clientId, jti, now }), noUser)
  const [row] = await stillSigned(deps, token, read.rows)
  return { principal: ofAccount(token, row), scopes: read.scopes }
}

/** No row for a token whose key another process has revoked. */
async function stillSigned<Row extends { keysRevokedAt: number | null }>(
  { keys }: Pick<Deps, 'keys'>,
  { keyId }: ClientTokenClaims,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  await keys.heard(rows[0]?.keysRevokedAt ?? null)
  return keys.knows(keyId) ? rows : []
}

const isOfFamily = (token: ClientTokenClaims): token is FamilyToken => token.grantId !== null && token.familyId !== null

const ofToken = (
  { id, subject, clientId, scopes, authenticatedAt, amr, jkt, expiresAt }: ClientTokenClaims,
  endsAt: number | null,
) => ({
  kind: 'client' as const,
  id: clientId,
  tokenId: id,
  subject,
  sessionId: null,
  scopes: new Set(scopes),
  authenticatedAt,
  amr,
  jkt,
  expiresAt: Math.min(expiresAt, endsAt ?? expiresAt),
})

/**
 * A client acts with the roles of the person, within the scopes of the token (`core/authz/authorize.ts`). A client of an
 * organisation has the roles of the person there and no other: none of the instance, and none of another organisation. The
 * same if the client whose token was exchanged is of an organisation.
 */
function ofPerson(
  token: FamilyToken,
  row: Awaited<ReturnType<typeof principalByFamily>>[number] | undefined,
): ClientPrincipal | undefined {
  if (row === undefined) return undefined
  const { userId, familyClientId } = row
  const limits = [...new Set([row.clientOrgId, row.actorOrgId])].filter((id) => id !== null)
  const [limit = null] = limits
  const memberships = within(limits, toMemberships(row.memberships))
  const orgId = limit ?? row.orgId
  const actors = [token.clientId, ...subjectsOf(token.act), familyClientId]
  const [first = token.clientId, ...others] = new Set(actors)
  return {
    ...ofToken(token, row.endsAt),
    orgId: orgId !== null && memberships.has(orgId) ? orgId : null,
    limitedToOrg: limit,
    actingFor: [actorOf(first), ...others.map(actorOf), { kind: 'user', id: userId }] as unknown as ActingFor, // two at least
    roles: limit === null ? row.roles : [],
    memberships,
    // Clients add no requests to those of the person.
    limiterKey: userId,
    grantId: token.grantId,
    familyId: token.familyId,
    mfaMissing: row.mfaRequired && !(row.hasFactor && token.amr.includes('mfa')),
    hasFactor: row.hasFactor,
  }
}

/** The memberships to which these organisations limit: of one its own, of two none. */
function within(limits: readonly string[], memberships: Memberships): Memberships {
  const [limit, ...others] = limits
  if (limit === undefined) return memberships
  const roles = memberships.get(limit)
  return others.length > 0 || roles === undefined ? noMemberships : new Map([[limit, roles]])
}

/** Who acts, and who acted before, from the outermost `act` (RFC 8693 §4.1). */
function subjectsOf(act: unknown): string[] {
  if (typeof act !== 'object' || act === null || !('sub' in act) || typeof act.sub !== 'string') return []
  return [act.sub, ...('act' in act ? subjectsOf(act.act) : [])]
}

const actorOf = (id: string): ChainedActor => ({ kind: id.startsWith('usr_') ? 'user' : 'client', id })

function ofAccount(
  token: ClientTokenClaims,
  row: Awaited<ReturnType<typeof principalByClient>>[number] | undefined,
): ClientPrincipal | undefined {
  if (row === undefined) return undefined
  const { accountId, orgId, roles, clientScopes } = row
  // The client may have lost some since, and the account may be another one, for which other scopes were given.
  const scopes = token.scopes.filter((name) => clientScopes?.includes(name) ?? true)
  return {
    ...ofToken({ ...token, scopes }, row.endsAt),
    orgId,
    limitedToOrg: orgId,
    actingFor: [
      { kind: 'client', id: token.clientId },
      { kind: 'service-account', id: accountId },
    ],
    roles: orgId === null ? roles : [],
    memberships: orgId === null ? noMemberships : new Map([[orgId, roles]]),
    limiterKey: accountId,
    grantId: null,
    familyId: null,
    authenticatedAt: null,
    mfaMissing: false,
    hasFactor: false,
  }
}
