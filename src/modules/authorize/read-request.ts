/** The parameters of an authorization request, once the client and its redirect URI are certain. */
import type { ScopesByAudience } from '../../../db/tables/index.ts'
import type { Deps } from '../../deps.ts'
import { type Parameters, scopesIn } from '../../lib/form-parameters.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { type Detail, readDetails } from '../grants/asked-details.ts'
import { scopesAsked } from '../grants/asked-scopes.ts'
import { scopeOfClaim } from '../grants/claims.ts'
import { type WantedAcr, wantedAcr } from './acr.ts'
import { type ClaimsParameter, readClaims, valuesOf } from './claims-parameter.ts'
import { subjectOfHint } from './id-token-hint.ts'
import type { Recipient } from './recipient.ts'

export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const
export type Prompt = (typeof PROMPTS)[number]

export interface AuthorizationRequest extends Recipient {
  scopes: ScopesByAudience
  /** What the person allows: the scopes, and those of claims that `claims` names. */
  allowed: ScopesByAudience
  details: Detail[]
  codeChallenge: string
  nonce: string | null
  prompts: ReadonlySet<Prompt>
  /** Seconds; undefined: any. */
  maxAge: number | undefined
  loginHint: string | undefined
  acr: WantedAcr
  claims: ClaimsParameter | null
  /** The subjects that the person may have, as the client knows them; undefined: any. Empty: none is possible. */
  subjects: readonly string[] | undefined
  jkt: string | null
}

/** base64url of a SHA-256: a code challenge of S256 (RFC 7636 §4.2), and a JWK thumbprint (RFC 7638). */
const SHA256 = /^[\w-]{43}$/
const MAX_STATE = 2048
const MAX_NONCE = 1024
const MAX_LOGIN_HINT = 320

/**
 * Throws the errors of RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2 and RFC 9396 §5, which the client
 * gets. No round trip for a client and resources in memory.
 */
export async function readRequest(
  deps: Pick<Deps, 'config' | 'db' | 'principals' | 'keys'>,
  recipient: Recipient,
  parameters: Parameters,
  pushed: boolean,
): Promise<AuthorizationRequest> {
  const { client } = recipient
  if (client.requiresPushedRequests && !pushed)
    throw refuse('invalid_request', 'This client must push its requests (RFC 9126).')
  refuseUnsupported(parameters, pushed)
  const claims = readClaims(parameters.get('claims'))
  const details = readDetails(parameters.get('authorization_details'))
  const asked = { scope: parameters.get('scope'), resources: parameters.all('resource'), details }
  const scopes = await scopesAsked(deps, client, asked)
  const { kept, allowed } = personalClaims(deps, recipient, claims, scopes)
  return {
    ...recipient,
    scopes,
    allowed,
    details,
    codeChallenge: challengeIn(parameters),
    nonce: bounded(parameters, 'nonce', MAX_NONCE) ?? null,
    prompts: promptsIn(parameters.get('prompt')),
    maxAge: maxAgeIn(parameters.get('max_age')),
    loginHint: hintIn(parameters.get('login_hint')),
    acr: wantedAcr(scopesIn(parameters.get('acr_values')), claims?.id_token?.acr),
    claims: kept,
    subjects: await subjectsIn(deps, recipient, parameters, claims),
    jkt: thumbprintIn(parameters),
  }
}

function refuseUnsupported(parameters: Parameters, pushed: boolean): void {
  // OpenID Connect Core §6: a request object could contradict the parameters.
  if (parameters.get('request') !== undefined)
    throw refuse('request_not_supported', 'Request objects are not supported.')
  if (parameters.get('request_uri') !== undefined && !pushed)
    throw refuse('request_uri_not_supported', 'Only a request_uri of this server is supported.')
  bounded(parameters, 'state', MAX_STATE)
  const responseType = parameters.get('response_type')
  if (responseType === undefined) throw refuse('invalid_request', 'response_type is missing.')
  if (responseType !== 'code') throw refuse('unsupported_response_type', 'Only response_type=code is supported.')
  if (!['query', 'form_post'].includes(parameters.get('response_mode') ?? 'query'))
    throw refuse('invalid_request', 'response_mode must be query or form_post.')
}

/** Every client must use S256: plain protects nothing, and a request without it is a downgrade. RFC 9700 §2.1.1, §4.8.2 */
function challengeIn(parameters: Parameters): string {
  const challenge = parameters.get('code_challenge')
  if (challenge === undefined) throw refuse('invalid_request', 'code_challenge is missing: PKCE is required.')
  if (parameters.get('code_challenge_method') !== 'S256')
    throw refuse('invalid_request', 'code_challenge_method must be S256.')
  if (!SHA256.test(challenge)) throw refuse('invalid_request', 'code_challenge must be base64url of a SHA-256.')
  return challenge
}

function bounded(parameters: Parameters, name: string, maximum: number): string | undefined {
  const value = parameters.get(name)
  if (value !== undefined && value.length > maximum)
    throw refuse('invalid_request', `${name} is longer than ${maximum} characters.`)
  return value
}

function promptsIn(text: string | undefined): ReadonlySet<Prompt> {
  const asked = scopesIn(text).map((name) => {
    const prompt = PROMPTS.find((known) => known === name)
    if (prompt === undefined) throw refuse('invalid_request', 'prompt has an unknown value.')
    return prompt
  })
  if (asked.includes('none') && asked.length > 1)
    throw refuse('invalid_request', 'prompt=none excludes every other value.')
  return new Set(asked)
}

function maxAgeIn(text: string | undefined): number | undefined {
  if (text !== undefined && !/^\d{1,9}$/.test(text))
    throw refuse('invalid_request', 'max_age must be a number of seconds.')
  return text === undefined ? undefined : Number(text)
}

/** It only fills in a field, so a strange one is ignored. */
const hintIn = (text: string | undefined): string | undefined =>
  text !== undefined && text.length <= MAX_LOGIN_HINT ? text : undefined

/** The key to which the code is bound. RFC 9449 §10 */
function thumbprintIn(parameters: Parameters): string | null {
  const jkt = parameters.get('dpop_jkt')
  if (jkt !== undefined && !SHA256.test(jkt)) throw refuse('invalid_request', 'dpop_jkt must be a JWK thumbprint.')
  return jkt ?? null
}

/** Of `id_token_hint`, and of a `sub` that `claims` asks for by value (OpenID Connect Core §5.5.1). */
async function subjectsIn(
  deps: Pick<Deps, 'config' | 'keys'>,
  { client }: Recipient,
  parameters: Parameters,
  claims: ClaimsParameter | null,
): Promise<readonly string[] | undefined> {
  const hint = parameters.get('id_token_hint')
  const hinted = hint === undefined ? undefined : await subjectOfHint(deps, client.id, hint)
  const demanded = [claims?.id_token?.sub, claims?.userinfo?.sub].map(valuesOf).filter((values) => values.length > 0)
  if (hinted === undefined && demanded.length === 0) return undefined
  const all = [...demanded, ...(hinted === undefined ? [] : [[hinted]])]
  const [first = [], ...others] = all
  return first.filter((sub): sub is string => typeof sub === 'string' && others.every((list) => list.includes(sub)))
}

/**
 * A claim about the person is allowed as its scope is. A claim whose scope the client may not have is left out, as a claim
 * that this server does not have (§5.5.1).
 */
function personalClaims(
  { config }: Pick<Deps, 'config'>,
  { client }: Recipient,
  claims: ClaimsParameter | null,
  scopes: ScopesByAudience,
): { kept: ClaimsParameter | null; allowed: ScopesByAudience } {
  const own = scopes[config.appUrl] ?? []
  if (claims === null || !own.includes('openid')) return { kept: null, allowed: scopes }
  const more = new Set(own)
  const kept: ClaimsParameter = {}
  for (const [place, requests] of Object.entries(claims)) {
    if (requests === undefined) continue
    const possible = Object.entries(requests).filter(([name]) => {
      const scope = scopeOfClaim(name)
      return scope === undefined || client.scopes === null || client.scopes.includes(scope)
    })
    kept[place] = Object.fromEntries(possible)
    for (const [name] of possible) {
      const scope = scopeOfClaim(name)
      if (scope !== undefined) more.add(scope)
    }
  }
  return { kept, allowed: { ...scopes, [config.appUrl]: [...more] } }
}
