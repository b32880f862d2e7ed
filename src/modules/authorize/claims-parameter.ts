/** The parameter `claims` (OpenID Connect Core §5.5). */
import { refuse } from '../../lib/oauth-error.ts'
import { isStorable } from '../../lib/storable-text.ts'

/** `null`: the claim is asked for without conditions. */
export type ClaimRequest = { essential?: boolean; value?: unknown; values?: unknown[] } | null
export type ClaimRequests = Record<string, ClaimRequest>
export interface ClaimsParameter {
  id_token?: ClaimRequests
  userinfo?: ClaimRequests
  [member: string]: ClaimRequests | undefined
}

/** A sealed code holds it, and it must fit into a URL. */
const MAX_LENGTH = 2048
const MAX_CLAIMS = 50

/** Members that are unknown are ignored (§5.5). Throws `invalid_request`. */
export function readClaims(text: string | undefined): ClaimsParameter | null {
  if (text === undefined) return null
  const value = text.length > MAX_LENGTH || !isStorable(text) ? undefined : parsed(text)
  if (!isObject(value))
    throw refuse('invalid_request', `claims must be a JSON object of at most ${MAX_LENGTH} characters.`)
  const { id_token: idToken, userinfo } = value
  return {
    ...(idToken === undefined ? {} : { id_token: requestsIn(idToken) }),
    ...(userinfo === undefined ? {} : { userinfo: requestsIn(userinfo) }),
  }
}

function requestsIn(value: unknown): ClaimRequests {
  if (!isObject(value) || Object.keys(value).length > MAX_CLAIMS)
    throw refuse('invalid_request', 'A member of claims must be an object of claims.')
  return Object.fromEntries(Object.entries(value).map(([name, request]) => [name, requestIn(request)]))
}

function requestIn(value: unknown): ClaimRequest {
  if (value === null) return null
  if (!isObject(value)) throw refuse('invalid_request', 'A claim must be null or an object.')
  const { essential, value: one, values } = value
  if ((essential !== undefined && typeof essential !== 'boolean') || (values !== undefined && !Array.isArray(values)))
    throw refuse('invalid_request', 'essential must be a boolean, and values a list.')
  return {
    ...(essential === undefined ? {} : { essential }),
    ...(one === undefined ? {} : { value: one }),
    ...(values === undefined ? {} : { values }),
  }
}

/** The values that the request accepts for a claim; none: every one. */
export const valuesOf = (request: ClaimRequest | undefined): unknown[] =>
  request === null || request === undefined
    ? []
    : [...(request.value === undefined ? [] : [request.value]), ...(request.values ?? [])]

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
