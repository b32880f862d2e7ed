/** What a token says, while it is active (RFC 7662). */
import { commit, type Step } from '../../core/events/commit.ts'
import type { Deps } from '../../deps.ts'
import { hashToken, isToken } from '../../lib/tokens.ts'
import { subjectFor } from '../grants/subject.ts'
import { activeClientToken, activeFamilyToken, activeRefreshToken } from '../grants/token-queries.ts'
import type { Client } from '../oauth-clients/client.ts'
import { isServerOf } from '../resources/resource.ts'
import { accessTokensOf, acrOf, type ClientTokenClaims } from '../signing-keys/access-tokens.ts'

export type Introspected = { active: false } | ({ active: true } & Record<string, unknown>)

type IntrospectDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'keys' | 'principals'>

const inactive: Introspected = { active: false }

/**
 * One round trip. `before` are steps that use up the assertion of the client; their batch asks for the token too. A client
 * learns about its own tokens, and about access tokens for an audience that is registered with it. Every other token is
 * inactive for it.
 */
export async function introspectToken(
  deps: IntrospectDeps,
  client: Client,
  token: string,
  before: readonly Step[],
): Promise<Introspected> {
  if (isToken(token)) return refreshToken(deps, client, token, before)
  const claims = await accessTokensOf(deps).inspect(token)
  if (claims?.kind !== 'client' || !(await isFor(deps, client, claims))) {
    if (before.length > 0) await commit(deps, before)
    return inactive
  }
  return (await isActive(deps, claims, before)) ? described(deps, claims) : inactive
}

const isFor = async (deps: IntrospectDeps, client: Client, { clientId, audience }: ClientTokenClaims) =>
  clientId === client.id || (await isServerOf(deps, client, audience))

async function isActive(
  deps: IntrospectDeps,
  { id: jti, clientId, grantId, familyId, act }: ClientTokenClaims,
  before: readonly Step[],
): Promise<boolean> {
  const { db, clock } = deps
  const now = clock.now()
  const found =
    grantId !== null && familyId !== null
      ? activeFamilyToken(db, { familyId, grantId, clientId, delegated: act !== null, jti, now })
      : activeClientToken(db, { clientId, jti, now })
  // A read alone does not wait for the writes of others.
  return (before.length === 0 ? await found : (await commit(deps, { before, found })).found).length > 0
}

function described({ config }: IntrospectDeps, claims: ClientTokenClaims): Introspected {
  const {
    audience,
    subject,
    clientId,
    scopes,
    issuedAt,
    expiresAt,
    authenticatedAt,
    amr,
    orgId,
    jkt,
    act,
    mayAct,
    details,
  } = claims
  return {
    active: true,
    iss: config.appUrl,
    aud: audience,
    sub: subject,
    client_id: clientId,
    jti: claims.id,
    token_type: jkt === null ? 'Bearer' : 'DPoP',
    iat: issuedAt / 1000,
    exp: expiresAt / 1000,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(authenticatedAt === null ? {} : { auth_time: authenticatedAt / 1000, acr: acrOf(amr) }),
    ...(amr.length === 0 ? {} : { amr }),
    ...(orgId === null ? {} : { org_id: orgId }),
    ...(jkt === null ? {} : { cnf: { jkt } }),
    ...(act === null ? {} : { act }),
    ...(mayAct === null ? {} : { may_act: mayAct }),
    ...(details.length === 0 ? {} : { authorization_details: details }),
  }
}

async function refreshToken(
  deps: IntrospectDeps,
  client: Client,
  token: string,
  before: readonly Step[],
): Promise<Introspected> {
  const { config, db, clock } = deps
  const now = clock.now()
  const hash = await hashToken(token)
  const idleSince = now - config.refreshIdleSeconds * 1000
  const found = activeRefreshToken(db, { hash, clientId: client.id, now, idleSince })
  const [row] = before.length === 0 ? await found : (await commit(deps, { before, found })).found
  if (row === undefined) return inactive
  const scopes = [...new Set(Object.values(row.scopes).flat())]
  return {
    active: true,
    iss: config.appUrl,
    sub: await subjectFor(client, row.userId),
    client_id: client.id,
    iat: Math.floor(row.createdAt / 1000),
    exp: Math.floor(row.expiresAt / 1000),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(row.jkt === null ? {} : { cnf: { jkt: row.jkt } }),
  }
}
