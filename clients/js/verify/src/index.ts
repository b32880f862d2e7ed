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
import { createKeySet } from './key-set.ts'
import { assertNotRevoked, type Revocations } from './revocations.ts'

export { type VerificationCode, VerificationError } from './errors.ts'
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
  /** How old the newest known revocation may be. Default: 60 s. Older ones refuse every credential. */
  maxRevocationAgeMs?: number
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
  kind: 'session' | 'api-key'
  /** The user, service account or organisation. */
  subject: string
  /** The id of the token or of the API key. */
  id: string
  /** Null for an API key. */
  sessionId: string | null
  /** The active organisation of a person, or the organisation in which alone a key works. */
  orgId: string | null
  /** The permissions of an API key; null for a person. */
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
  const maxRevocationAgeMs = options.maxRevocationAgeMs ?? 60_000
  const keyFor = createKeySet({
    url: secureUrl(options.jwksUrl ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`),
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now,
    maxAgeMs: options.maxAgeMs ?? 300_000,
    maxStaleMs: options.maxStaleMs ?? 3_600_000,
    coolDownMs: options.coolDownMs ?? 30_000,
    timeoutMs: options.timeoutMs ?? 5_000,
  })

  async function verify(jws: string, typ: typeof ACCESS_TOKEN | typeof API_KEY): Promise<Caller> {
    if (jws.length > MAX_LENGTH) throw new VerificationError('credential.invalid')
    const kid = kidOf(jws, typ)
    const key = await keyFor(kid, typ)
    if (key === undefined) throw new VerificationError('credential.invalid')
    const { payload } = await jwtVerify(jws, key, {
      algorithms: ['EdDSA'],
      typ,
      issuer,
      audience,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'iat', 'sub', 'jti', typ === API_KEY ? 'scope' : 'sid'],
    }).catch((cause: unknown) => {
      const isOld = cause instanceof errors.JWTExpired
      throw new VerificationError(isOld ? 'credential.expired' : 'credential.invalid', cause)
    })
    const caller = callerOf(payload, typ)
    if (revocations) {
      const ids = [caller.id, caller.sessionId, caller.subject, actorOf(payload), caller.orgId].filter(
        (id) => id !== null,
      )
      await assertNotRevoked(revocations, ids, caller.issuedAt, { now: now(), maxStaleMs: maxRevocationAgeMs })
    }
    return caller
  }

  const accessToken = (token: string) => verify(token, ACCESS_TOKEN)
  const apiKey = async (key: string) => {
    if (!key.startsWith(KEY_PREFIX)) throw new VerificationError('credential.invalid')
    return verify(key.slice(KEY_PREFIX.length), API_KEY)
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

function callerOf(claims: JWTPayload, typ: string): Caller {
  const { sub = '', jti = '', iat = 0, exp = 0 } = claims
  const isKey = typ === API_KEY
  return {
    kind: isKey ? 'api-key' : 'session',
    subject: sub,
    id: jti,
    sessionId: isKey ? null : (textOf(claims.sid) ?? null),
    orgId: textOf(claims.org_id) ?? null,
    scopes: isKey ? new Set((textOf(claims.scope) ?? '').split(' ').filter(Boolean)) : null,
    roles: listOf(claims.roles),
    orgRoles: listOf(claims.org_role),
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
    claims,
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
/** A list of texts, or one text with blanks between them, as the server writes `org_role`. */
const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? (value as unknown[]).filter((item) => typeof item === 'string')
    : (textOf(value) ?? '').split(' ').filter(Boolean)

/** The administrator who acts in the place of the subject (RFC 8693 §4.1). */
const actorOf = ({ act }: JWTPayload): string | null =>
  typeof act === 'object' && act !== null && 'sub' in act ? (textOf(act.sub) ?? null) : null

/** Keys that anybody on the network could replace would verify anything. */
function secureUrl(text: string): string {
  const url = new URL(text)
  const isLocal = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) throw new TypeError(`${text} must be https`)
  return url.href
}
