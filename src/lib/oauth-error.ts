/**
 * A refusal in the form of the OAuth specifications: `{ "error", "error_description" }` (RFC 6749 §5.2). `http/oauth.ts`
 * answers it. The description is for developers, and holds nothing that the request sent.
 */
export type OAuthErrorCode =
  // RFC 6749 §4.1.2.1, §5.2
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'access_denied'
  | 'server_error'
  | 'temporarily_unavailable'
  // RFC 6750 §3.1
  | 'invalid_token'
  | 'insufficient_scope'
  // OpenID Connect Core §3.1.2.6
  | 'interaction_required'
  | 'login_required'
  | 'account_selection_required'
  | 'consent_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'invalid_request_uri'
  | 'unmet_authentication_requirements'
  // RFC 7009 §2.2.1
  | 'unsupported_token_type'
  // RFC 7591 §3.2.2
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  // RFC 8628 §3.5
  | 'authorization_pending'
  | 'slow_down'
  | 'expired_token'
  // RFC 8707 §2, RFC 9396 §5, RFC 9449 §5
  | 'invalid_target'
  | 'invalid_authorization_details'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  // RFC 9470 §3
  | 'insufficient_user_authentication'

export interface OAuthErrorOptions {
  /** By default 400, and 401 for `invalid_client`. */
  status?: number
  headers?: Record<string, string>
  /** More members of the answer. */
  more?: Record<string, unknown>
  /** Why, for the log: never sent. */
  cause?: unknown
}

export class OAuthError extends Error {
  readonly error: OAuthErrorCode
  readonly status: number
  readonly options: OAuthErrorOptions

  constructor(error: OAuthErrorCode, description: string, options: OAuthErrorOptions = {}) {
    super(description, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'OAuthError'
    this.error = error
    this.status = options.status ?? (error === 'invalid_client' ? 401 : 400)
    this.options = options
  }
}

/** Fields for the log. A reason in our own words is shown; of any other value the log describes errors alone. */
export const whyRefused = (cause: unknown): { reason?: string; cause?: unknown } =>
  typeof cause === 'string' ? { reason: cause } : cause === undefined ? {} : { cause }

/** `throw refuse('invalid_grant', 'The code was used before.')` */
export const refuse = (error: OAuthErrorCode, description: string, options?: OAuthErrorOptions): OAuthError =>
  new OAuthError(error, description, options)
