/** Reads the decision of a program. Whatever is not one is a failure: no page at the URL allows anything by accident. */
import { fromUtf8, utf8 } from '../../lib/encoding.ts'
import { isRecord } from '../../lib/is-record.ts'
import { HAS_VISIBLE_TEXT, isStorable, plainLine } from '../../lib/storable-text.ts'

/** What a program adds to tokens. None of these is a claim of ours. */
export interface AddedClaims {
  /** In access tokens: the APIs read them. */
  claims: Readonly<Record<string, unknown>>
  /** In ID tokens: the clients read them. */
  idTokenClaims: Readonly<Record<string, unknown>>
}

export type Decision =
  | ({ outcome: 'allow' } & AddedClaims)
  | { outcome: 'deny'; reason: string | undefined }
  | { outcome: 'failed'; why: string }

/** Of the answer of a program. */
export const MAX_ANSWER_BYTES = 8192
/** Of the claims of one token, as JSON. A token must fit into a header. */
export const MAX_CLAIM_BYTES = 1024
const MAX_REASON = 200

/** Claims that this server or a verifier gives a meaning: a program that could set them could make any token. */
const OURS = new Set(
  [
    'iss sub aud exp nbf iat jti client_id azp scope scp sid gid fam act may_act cnf typ events txn',
    'auth_time acr amr nonce at_hash c_hash s_hash authorization_details only',
    'roles groups entitlements permissions permissions_hash org_id org_role email email_verified',
  ].flatMap((names) => names.split(' ')),
)
/**
 * What a specification says about the person in an ID token: people allow a client to have these (OpenID Connect Core §5.1, §5.6,
 * Identity Assurance), and clients find accounts by them.
 */
const OF_THE_PERSON = new Set(
  [
    'name given_name family_name middle_name nickname preferred_username profile picture website gender birthdate zoneinfo locale',
    'phone_number phone_number_verified address updated_at verified_claims sub_id sub_jwk',
  ].flatMap((names) => names.split(' ')),
)
const CLAIM_NAME = /^[A-Za-z][A-Za-z0-9_.:/-]{0,99}$/
const VISIBLE = new RegExp(HAS_VISIBLE_TEXT)

const failed = (why: string): Decision => ({ outcome: 'failed', why })

export function decisionOf(status: number, body: Uint8Array): Decision {
  if (status !== 200) return failed(`it answered ${status}`)
  if (body.byteLength >= MAX_ANSWER_BYTES) return failed('its answer is too long')
  const answer = parsed(body)
  if (answer === undefined) return failed('its answer is not a JSON object')
  const { decision, reason, claims = {}, idTokenClaims = {} } = answer
  if (decision === 'deny') return { outcome: 'deny', reason: shownReason(reason) }
  if (decision !== 'allow') return failed('its answer has no decision')
  if (!isObject(claims) || !isObject(idTokenClaims)) return failed('its claims are no object')
  const fault = faultOf({ claims, idTokenClaims })
  return fault === undefined ? { outcome: 'allow', claims, idTokenClaims } : failed(fault)
}

const isObject = (value: unknown): value is Record<string, unknown> => isRecord(value) && !Array.isArray(value)

/** Why claims cannot be in tokens; undefined: they can. */
export const faultOf = ({ claims, idTokenClaims }: AddedClaims): string | undefined =>
  faultIn(claims) ??
  faultIn(idTokenClaims) ??
  Object.keys(idTokenClaims)
    .filter((name) => OF_THE_PERSON.has(name.toLowerCase()))
    .map((name) => `the claim ${name} in an ID token is not for actions`)[0]

function faultIn(claims: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of Object.keys(claims)) {
    if (!CLAIM_NAME.test(name)) return 'a claim has a name that is refused'
    // Go reads the names of JSON in any case: `Sub` would be the `sub` of a verifier there.
    if (OURS.has(name.toLowerCase())) return `the claim ${name} is not for actions`
  }
  let isUnicode = true
  // JSON.stringify writes half a surrogate pair as an escape, which verifiers in other languages refuse with the token.
  const text = JSON.stringify(claims, (name, value: unknown) => {
    isUnicode &&= name.isWellFormed() && (typeof value !== 'string' || value.isWellFormed())
    return value
  })
  if (!isUnicode) return 'a claim is not Unicode'
  return utf8(text).byteLength > MAX_CLAIM_BYTES ? 'its claims are too long' : undefined
}

function parsed(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(body))
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** People read it, on pages and in answers of ours. One that cannot be shown does not change the decision. */
const shownReason = (reason: unknown): string | undefined =>
  typeof reason === 'string' && reason.length <= MAX_REASON && VISIBLE.test(reason) && isStorable(reason)
    ? plainLine(reason)
    : undefined
