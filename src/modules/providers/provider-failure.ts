/** Failures of a provider: our error codes for people, and the reason for the log only. */
import { Problem, problem } from '../../errors.ts'

/** Converts the errors of openid-client to our error codes. The answer of the provider goes only to the log. */
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

/** RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6. Any other text may come from an attacker. */
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
 * The reason of a failure, for the log: messages from our code and the library, and the standard error name of the
 * provider. It contains no other text of the provider, because that may contain a token or a code.
 */
export function reasonOf(error: Problem): string {
  const reasons = causesOf(error.cause).flatMap((cause) => {
    if (!(cause instanceof Error)) return []
    // The message of a parser repeats the text that it read.
    if (cause instanceof SyntaxError) return ['it is not JSON']
    const named = 'error' in cause && typeof cause.error === 'string' ? cause.error : undefined
    return [
      cause.message,
      ...(named === undefined ? [] : [OAUTH_ERRORS.includes(named) ? named : 'a non-standard error']),
      ...('code' in cause && typeof cause.code === 'string' ? [cause.code] : []),
      ...(cause.cause instanceof Response ? [`it answered ${cause.cause.status}`] : []),
    ]
  })
  return [...new Set(reasons)].join(': ').slice(0, MAX_REASON) || error.message
}
