/** What goes wrong with a provider: in our codes for people, and with its reason for the log alone. */
import { Problem, problem } from '../../errors.ts'

/** What openid-client throws, in our codes. The answer of a provider is for the log alone. */
export async function asProblem<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const ours = causesOf(error).find((cause) => cause instanceof Problem)
    const denied = error instanceof Error && error.name === 'AuthorizationResponseError'
    throw ours ?? problem(denied ? 'provider.denied' : 'provider.answer_invalid', { cause: error })
  }
}

const MAX_CAUSES = 5

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = []
  for (let cause = error; cause instanceof Error && causes.length < MAX_CAUSES; cause = cause.cause) causes.push(cause)
  return causes
}

/** RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6. Any other text may have come from anybody. */
const OAUTH_ERRORS = [
  'access_denied',
  'account_selection_required',
  'consent_required',
  'interaction_required',
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'login_required',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
]
const MAX_REASON = 300

/**
 * Why it failed, for the log: messages that are written in code, and the standard name of an error of the provider. None of
 * its own words, for a token or a code may stand there.
 */
export function reasonOf(error: Problem): string {
  const reasons = causesOf(error.cause).flatMap((cause) => {
    if (!(cause instanceof Error)) return []
    // Of a parser: it repeats what it read.
    if (cause instanceof SyntaxError) return ['it is no JSON']
    const named = 'error' in cause && typeof cause.error === 'string' ? cause.error : undefined
    return [
      cause.message,
      ...(named === undefined ? [] : [OAUTH_ERRORS.includes(named) ? named : 'an error of its own']),
      ...('code' in cause && typeof cause.code === 'string' ? [cause.code] : []),
      ...(cause.cause instanceof Response ? [`it answered ${cause.cause.status}`] : []),
    ]
  })
  return [...new Set(reasons)].join(': ').slice(0, MAX_REASON) || error.message
}
