/**
 * Verifies access tokens and signed API keys of Threeger ID with its JWKS alone.
 *
 *   const verifier = createVerifier({ issuer: 'https://id.example.com' })
 *   const caller = await verifier.request(request) // throws VerificationError
 *   if (!caller.scopes?.has('invoices:read')) return new Response(null, { status: 403 })
 *
 * Algorithm, type, issuer and audience are pinned, and the key comes from the JWKS of the issuer (RFC 8725, RFC 9068 §4).
 */
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import { VerificationError } from './errors.ts'
import type { Introspection } from './introspection.ts'
import { createKeySet } from './key-set.ts'
import { isRecord } from './known-revocations.ts'
import { areFreshAndWithout, type Revocations } from './revocations.ts'
import { secureUrl } from './secure-url.ts'

export { type VerificationCode, VerificationError } from './errors.ts'
export { createIntrospection, type Introspection, type IntrospectionOptions } from './introspection.ts'
export { createRevocationFeed, type RevocationFeed, type RevocationFeedOptions } from './revocation-feed.ts'
export type { Revocations } from './revocations.ts'

export interface VerifierOptions {
  /** `APP_URL` of the server, exactly as in `iss`. */
  issuer: string
  /** The value that `aud` must have. Default: the issuer. */
  audience?: string
  /** Default: `/.well-known/jwks.json` of the issuer. */
  jwksUrl?: string
  /** Asked for each credential. Absent: a revoked one is accepted until it expires. */
  revocations?: Revocations
  /** How old the newest known revocation may be. Default: 2 s with `createRevocationFeed`, else 60 s. */
  maxRevocationAgeMs?: number
  /** What happens if it is older. Default: every credential is refused with `revocations.stale`. */
  whenStale?: 'refuse' | Introspection
  /** Which credentials are accepted. Default: access tokens of sessions, and API keys. */
  accept?: readonly Caller['kind'][]
  /** The keys are read again after this time. Default: 5 min, as the server allows. */
  maxAgeMs?: number
  /** While the server does not answer, known keys are used for this long. Default: 1 h. */
  maxStaleMs?: number
  /** After an unknown key id, the keys are read again at most this often. Default: 30 s. */
  coolDownMs?: number
  timeoutMs?: number
  fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** ms UTC. */
  now?: () => number
}

/** Who calls the resource server. */
export interface Caller {
  kind: 'session' | 'api-key' | 'client'
  /** The user, service account or organisation; of a token of a client: the user as the client knows them, or the client. */
  subject: string
  /** The id of the token or of the API key. */
  id: string
  /** Null for an API key, and for a token of a client. */
  sessionId: string | null
  /** The OAuth client that acts; null for a person and for an API key. */
  clientId: string | null
  /** The active organisation of a person, or the organisation in which alone a key works. */
  orgId: string | null
  /** The permissions of an API key, or the scopes of a token of a client; null for a person. */
  scopes: ReadonlySet<string> | null
  /** Roles in the instance, and in the organisation, if the server puts them into access tokens. */
  roles: readonly string[]
  orgRoles: readonly string[]
  /** ms UTC. */
  issuedAt: number
  expiresAt: number
  /** Every claim, verified. */
  claims: Readonly<JWTPayload>
}

export interface Verifier {
  /** The caller of a request with `Authorization: Bearer …`. */
  request(request: Pick<Request, 'headers'>): Promise<Caller>
  /** An access token or a signed API key. An opaque key is `credential.invalid`: only the server knows it. */
  bearer(credential: string): Promise<Caller>
  accessToken(token: string): Promise<Caller>
  /** With `tid_`. */
  apiKey(key: string): Promise<Caller>
}

const KEY_PREFIX = 'tid_'
const ACCESS_TOKEN = 'at+jwt'
const API_KEY = 'api-key+jwt'
/** Longer texts are refused before anything is decoded. */
const MAX_LENGTH = 8192

export function createVerifier(options: VerifierOptions): Verifier {
  const { issuer, revocations, now = Date.now } = options
  const audience = options.audience ?? issuer
  const maxRevocationAgeMs = options.maxRevocationAgeMs ?? revocations?.maxAgeMs ?? 60_000
  const { whenStale = 'refuse', accept = ['session', 'api-key'] } = options
  const keyFor = createKeySet({
    url: secureUrl(options.jwksUrl ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`),
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now,
    maxAgeMs: options.maxAgeMs ?? 300_000,
    maxStaleMs: options.maxStaleMs ?? 3_600_000,
    coolDownMs: options.coolDownMs ?? 30_000,
    timeoutMs: options.timeoutMs ?? 5_000,
  })

  async function verify(credential: string, typ: typeof ACCESS_TOKEN | typeof API_KEY): Promise<Caller> {
    const jws = typ === API_KEY ? credential.slice(KEY_PREFIX.length) : credential
    if (credential.length > MAX_LENGTH) throw new VerificationError('credential.invalid')
    const kid = kidOf(jws, typ)
    const key = await keyFor(kid, typ)
    if (key === undefined) throw new VerificationError('credential.invalid')
    const { payload } = await jwtVerify(jws, key, {
      algorithms: ['EdDSA'],
      typ,
      issuer,
      audience,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'iat', 'sub', 'jti', ...(typ === API_KEY ? ['scope'] : [])],
    }).catch((cause: unknown) => {
      const isOld = cause instanceof errors.JWTExpired
      throw new VerificationError(isOld ? 'credential.expired' : 'credential.invalid', cause)
    })
    const caller = callerOf(payload, typ)
    // A token that is bound to a key proves nothing without its proof (RFC 9449).
    if (caller === undefined || !accept.includes(caller.kind) || payload.cnf !== undefined)
      throw new VerificationError('credential.invalid')
    if (revocations === undefined) return caller
    const ids = idsOf(caller, payload, kid)
    const isKnown = await areFreshAndWithout(revocations, ids, caller.issuedAt, { now, maxStaleMs: maxRevocationAgeMs })
    if (!isKnown) await askInstead(credential, caller)
    return caller
  }

  async function askInstead(credential: string, caller: Caller): Promise<void> {
    if (whenStale === 'refuse') throw new VerificationError('revocations.stale')
    const works = await whenStale(credential, caller).catch((cause: unknown) => {
      throw new VerificationError('revocations.stale', cause)
    })
    if (!works) throw new VerificationError('credential.revoked')
  }

  const accessToken = (token: string) => verify(token, ACCESS_TOKEN)
  const apiKey = async (key: string) => {
    if (!key.startsWith(KEY_PREFIX)) throw new VerificationError('credential.invalid')
    return verify(key, API_KEY)
  }
  const bearer = (credential: string) =>
    credential.startsWith(KEY_PREFIX) ? apiKey(credential) : accessToken(credential)
  return {
    accessToken,
    apiKey,
    bearer,
    async request({ headers }) {
      const found = /^Bearer +([\w.~+/-]+=*)$/i.exec(headers.get('authorization') ?? '')?.[1]
      if (found === undefined) throw new VerificationError('credential.missing')
      return bearer(found)
    },
  }
}

/** Another type of JWT causes no request for keys. */
function kidOf(jws: string, wanted: string): string {
  try {
    const { alg, typ, kid } = decodeProtectedHeader(jws)
    if (alg === 'EdDSA' && typ === wanted && typeof kid === 'string' && kid.length <= 100) return kid
  } catch (cause) {
    throw new VerificationError('credential.invalid', cause)
  }
  throw new VerificationError('credential.invalid')
}

/** Undefined for a token that is none of a session and none of a client. */
function callerOf(claims: JWTPayload, typ: string): Caller | undefined {
  const { sub = '', jti = '', iat = 0, exp = 0 } = claims
  const sessionId = textOf(claims.sid) ?? null
  const clientId = textOf(claims.client_id) ?? null
  const kind = typ === API_KEY ? 'api-key' : sessionId !== null ? 'session' : clientId !== null ? 'client' : undefined
  if (kind === undefined) return undefined
  return {
    kind,
    subject: sub,
    id: jti,
    sessionId: kind === 'session' ? sessionId : null,
    clientId: kind === 'client' ? clientId : null,
    orgId: textOf(claims.org_id) ?? null,
    scopes: kind === 'session' ? null : new Set((textOf(claims.scope) ?? '').split(' ').filter(Boolean)),
    roles: listOf(claims.roles),
    orgRoles: listOf(claims.org_role),
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
    claims,
  }
}

/** Everything with which the credential ends. */
const idsOf = ({ id, sessionId, subject, orgId, clientId }: Caller, claims: JWTPayload, kid: string): string[] =>
  [
    id,
    kid,
    sessionId,
    subject,
    orgId,
    orgId === null ? null : `${subject} ${orgId}`,
    clientId,
    textOf(claims.gid) ?? null,
    textOf(claims.fam) ?? null,
    ...actorsOf(claims),
  ].filter((text) => text !== null)

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
/** A list of texts, or one text with blanks between them, as the server writes `org_role`. */
const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? (value as unknown[]).filter((item) => typeof item === 'string')
    : (textOf(value) ?? '').split(' ').filter(Boolean)

/** Who acts in the place of the subject, the current one first: an administrator, or clients (RFC 8693 §4.1). */
function actorsOf(claims: JWTPayload): string[] {
  const actors: string[] = []
  for (let act = claims.act; isRecord(act) && actors.length < MAX_ACTORS; act = act.act) {
    const actor = textOf(act.sub)
    if (actor !== undefined) actors.push(actor)
  }
  return actors
}
/** The server makes chains of five at most. */
const MAX_ACTORS = 10
