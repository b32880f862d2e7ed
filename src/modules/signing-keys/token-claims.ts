/** What the claims of a verified access token say. */
import type { JwtClaims } from '../../lib/jwt.ts'

/** What an access token says: of a session, or of an OAuth client. */
export type AccessTokenClaims = SessionTokenClaims | ClientTokenClaims

interface SignedClaims {
  /** ms UTC */
  issuedAt: number
  expiresAt: number
  /** RFC 8693 §4.1; null: nobody acts in the place of the subject. */
  act: Readonly<Record<string, unknown>> | null
  /** The key that signed it. */
  keyId: string
}

export interface SessionTokenClaims extends SignedClaims {
  kind: 'session'
  sessionId: string
  userId: string
  authenticatedAt: number
}

export interface ClientTokenClaims extends SignedClaims {
  kind: 'client'
  id: string
  audience: string
  /** The person as the client knows them, or the client. */
  subject: string
  clientId: string
  scopes: readonly string[]
  /** Both null: the client acts for itself. */
  grantId: string | null
  familyId: string | null
  /** Null: there is no person. */
  authenticatedAt: number | null
  amr: readonly string[]
  orgId: string | null
  /** The thumbprint of the key that must prove each use; null: a bearer token. */
  jkt: string | null
  /** RFC 8693 §4.4; null: nobody. */
  mayAct: Readonly<Record<string, unknown>> | null
  details: readonly Record<string, unknown>[]
}

/** Undefined for a token that is not of a session. */
export function sessionClaims(claims: JwtClaims, keyId: string): SessionTokenClaims | undefined {
  const { sub, sid, exp, iat, auth_time: time } = claims
  if (typeof sub !== 'string' || typeof sid !== 'string' || 'gid' in claims) return undefined
  if (typeof exp !== 'number' || typeof iat !== 'number' || typeof time !== 'number') return undefined
  return {
    kind: 'session',
    sessionId: sid,
    userId: sub,
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
    authenticatedAt: time * 1000,
    act: objectOf(claims.act),
    keyId,
  }
}

/** Undefined for a token that is not of a client. */
export function clientClaims(claims: JwtClaims, keyId: string): ClientTokenClaims | undefined {
  const { jti, aud, sub, client_id: clientId, exp, iat, gid, fam, auth_time: time, scope, amr, org_id: orgId } = claims
  if (typeof sub !== 'string' || typeof clientId !== 'string' || typeof jti !== 'string') return undefined
  if (typeof aud !== 'string' || typeof exp !== 'number' || typeof iat !== 'number') return undefined
  // One without the other is no token that this server makes.
  if (typeof gid !== typeof fam) return undefined
  return {
    kind: 'client',
    id: jti,
    audience: aud,
    subject: sub,
    clientId,
    scopes: typeof scope === 'string' ? scope.split(' ') : [],
    grantId: typeof gid === 'string' ? gid : null,
    familyId: typeof fam === 'string' ? fam : null,
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
    authenticatedAt: typeof time === 'number' ? time * 1000 : null,
    amr: Array.isArray(amr) ? amr.filter((method) => typeof method === 'string') : [],
    orgId: typeof orgId === 'string' ? orgId : null,
    jkt: thumbprintOf(claims.cnf),
    mayAct: objectOf(claims.may_act),
    act: objectOf(claims.act),
    keyId,
    details: Array.isArray(claims.authorization_details)
      ? claims.authorization_details.map(objectOf).filter((detail) => detail !== null)
      : [],
  }
}

const objectOf = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null

function thumbprintOf(cnf: unknown): string | null {
  const jkt = objectOf(cnf)?.jkt
  return typeof jkt === 'string' ? jkt : null
}
