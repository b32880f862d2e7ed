/** Asks the actions of the operator, and refuses in the form of the OAuth specifications. */
import type { Cause } from '../../core/events/queries.ts'
import { Problem } from '../../errors.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { type Asked, type AskDeps, askTokenIssue, type TokenAsked } from '../actions/ask-actions.ts'

/** RFC 6749 §5.2: the characters of `error_description`. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,200}$/

/** Throws `access_denied`, and 503 `temporarily_unavailable`. */
export async function askFirst(deps: AskDeps, cause: Cause, token: Omit<TokenAsked, 'kind'>): Promise<Asked> {
  try {
    return await askTokenIssue(deps, cause, { kind: 'client', ...token })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { code, options } = error
    if (code === 'action.denied') {
      const { detail = '' } = options
      const description = DESCRIPTION.test(detail) ? detail : 'The operator of this server does not allow this token.'
      throw refuse('access_denied', description, { cause: 'an action denied it' })
    }
    if (code !== 'action.unavailable') throw error
    const seconds = String(options.retryAfterSeconds)
    throw refuse('temporarily_unavailable', 'A check that is necessary for this token does not answer.', {
      status: 503,
      headers: { 'retry-after': seconds },
      cause: options.cause,
    })
  }
}
