/** A request to the token endpoint whose client has authenticated. */
import type { Step } from '../../core/events/commit.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import type { Parameters } from '../../lib/form-parameters.ts'
import { refuse } from '../../lib/oauth-error.ts'
import type { Client } from '../oauth-clients/client.ts'
import type { TokenAnswer } from './answer.ts'
import type { IssueDeps } from './issue.ts'

export interface TokenRequest {
  cause: Cause
  client: Client
  parameters: Parameters
  /** The key of the DPoP proof (RFC 9449 §5); undefined: there was none. */
  dpop: { jkt: string } | undefined
  /** Must be in the batch of the grant: they use up the client assertion and the DPoP proof. Empty for most requests. */
  before: readonly Step[]
}

export type GrantDeps = IssueDeps & Pick<Deps, 'fetchPublic' | 'limiter'>

/** What a value of `grant_type` does. Throws `OAuthError`. */
export type Grant = (deps: GrantDeps, request: TokenRequest) => Promise<TokenAnswer>

/** Throws `invalid_request` if the parameter is missing. */
export function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name)
  if (value === undefined) throw refuse('invalid_request', `The parameter ${name} is missing.`)
  return value
}
