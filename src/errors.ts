/**
 * The catalogue of everything that can go wrong: code → status, title, and what whoever calls can do about it.
 *
 * Codes are `noun.reason`, public and never renamed. Titles are public too; a `cause` is for logs only.
 * `docs/errors.md`, the page /docs/errors and the OpenAPI document are made from this file.
 */
import { passkeyErrors } from './passkey-errors.ts'
import { providerErrors } from './provider-errors.ts'

export const catalogue = {
  'request.malformed': {
    status: 400,
    title: 'The body is not valid JSON.',
    remedy: 'Send well-formed JSON encoded as UTF-8.',
  },
  'request.origin_refused': {
    status: 403,
    title: 'A request with a session cookie must come from an allowed origin.',
    remedy: 'Send the request from a page of our own origin, add the origin to CORS_ORIGINS, or use a bearer token.',
  },
  'request.not_found': {
    status: 404,
    title: 'There is nothing at this path.',
    remedy: 'Check the path against /openapi.json.',
  },
  'request.method_not_allowed': {
    status: 405,
    title: 'This path does not take this method. See the Allow header.',
    remedy: 'Use one of the methods that the Allow header names.',
  },
  'request.too_large': {
    status: 413,
    title: 'The body is larger than this route accepts.',
    remedy: 'Send less at once. detail has the limit: 16 KiB, unless the description of the route allows more.',
  },
  'request.unsupported_media_type': {
    status: 415,
    title: 'The body must be application/json.',
    remedy: 'Send JSON, with Content-Type: application/json.',
  },
  'request.invalid': {
    status: 422,
    title: 'The request does not match the schema. See errors.',
    remedy: 'Correct what errors lists: each entry has a JSON Pointer and says what is expected there.',
  },

  'request.rate_limited': {
    status: 429,
    title: 'Too many requests. Wait as long as Retry-After says.',
    remedy: 'Repeat the request after the seconds that Retry-After names. RateLimit-Policy says what is allowed.',
  },

  'auth.required': {
    status: 401,
    title: 'This needs a valid access token or session cookie.',
    remedy: 'Send Authorization: Bearer with an access token, or the session cookie.',
  },
  'auth.invalid_credentials': {
    status: 401,
    title: 'The e-mail or the password is wrong.',
    remedy: 'Ask for the e-mail and the password again. The answer never says which of them was wrong.',
  },
  'auth.anonymous_refused': {
    status: 403,
    title: 'This server makes no anonymous accounts.',
    remedy: 'Sign up with an address, or have the operator set ANONYMOUS_USERS=allow.',
  },
  'auth.forbidden': {
    status: 403,
    title: 'Your roles do not allow this.',
    remedy: 'Ask an administrator for a role that carries the permission this operation names.',
  },
  'auth.fresh_session_required': {
    status: 403,
    title: 'Sign in again: this needs a sign-in of the last 10 minutes.',
    remedy:
      'Ask the person for the password or for a code by mail. Make a new session with POST /v1/auth/step-up, and repeat the request with it.',
  },

  'mfa.challenge_invalid': {
    status: 401,
    title: 'This sign-in is too old, finished, or had too many wrong codes. Begin it again.',
    remedy: 'Show the first factor again: it gives a new challenge, good for 10 minutes and five wrong codes.',
  },
  'mfa.code_invalid': {
    status: 401,
    title: 'This code is wrong, or was used already.',
    remedy: 'Ask for the code again: wait for the next one of the app, or use another recovery code.',
  },
  'mfa.factor_required': {
    status: 403,
    title: 'This account has a second factor, and the password or a mail alone does not do here.',
    remedy: 'Show the second factor: POST /v1/auth/step-up with a code of the app, or with a passkey.',
  },
  'mfa.totp_exists': {
    status: 409,
    title: 'This account has an authenticator app already.',
    remedy: 'Remove it first: DELETE /v1/me/mfa/totp.',
  },
  'mfa.totp_missing': {
    status: 404,
    title: 'This account has no authenticator app.',
    remedy: 'Begin with POST /v1/me/mfa/totp.',
  },
  'mfa.factor_missing': {
    status: 409,
    title: 'This account has no second factor, so there is nothing to recover.',
    remedy: 'Add an authenticator app or a passkey first.',
  },
  'device.not_found': {
    status: 404,
    title: 'There is no such remembered device.',
    remedy: 'List the devices again: it may have expired or been forgotten.',
  },
  'role.not_found': {
    status: 404,
    title: 'There is no such role.',
    remedy: 'GET /v1/roles lists those there are.',
  },
  'role.factor_missing': {
    status: 409,
    title: 'You have this role and no second factor, so the requirement would lock you out.',
    remedy:
      'Add an authenticator app (POST /v1/me/mfa/totp) or a passkey (POST /v1/me/passkeys/options) to your account, then repeat the request.',
  },
  'mfa.enrolment_required': {
    status: 403,
    title: 'Your role asks for a second factor, and this session has shown none.',
    remedy:
      'Add one (POST /v1/me/mfa/totp, or a passkey). With one already, show it: POST /v1/auth/step-up, or sign in again.',
  },

  'token.invalid': {
    status: 400,
    title: 'This link or code is wrong, used, or too old.',
    remedy: 'Ask for a new mail, and use its link or code once, soon.',
  },

  'session.not_found': {
    status: 404,
    title: 'There is no such session.',
    remedy: 'List the sessions again: it may have ended.',
  },
  'session.expired': {
    status: 401,
    title: 'The session has ended or expired. Sign in again.',
    remedy: 'Refresh the session once; if that fails too, sign in again.',
  },
  'session.reused': {
    status: 401,
    title: 'A spent refresh token was used again, so its session was ended. Sign in again.',
    remedy: 'Sign in again. If only one client holds this token, somebody else may have used it: change the password.',
  },

  ...providerErrors,

  'setup.token_invalid': {
    status: 401,
    title: 'The set-up token is wrong or too old. Restart the server for a new one.',
    remedy: 'Restart the server and copy the token it prints.',
  },
  'setup.done': {
    status: 409,
    title: 'An administrator exists already. Sign in, or use the command line.',
    remedy: 'Sign in as an administrator, or have an operator create another on the command line: users create.',
  },

  'user.not_found': {
    status: 404,
    title: 'There is no such user.',
    remedy: 'Check the id. The user may have been deleted.',
  },
  'user.email_taken': {
    status: 409,
    title: 'Another account uses this e-mail.',
    remedy: 'Sign in with this e-mail, or use another one.',
  },
  'user.changed': {
    status: 412,
    title: 'The user has changed since it was read. Read it again.',
    remedy: 'Read the user, repeat the change on what you see, and send the new ETag as If-Match.',
  },
  'user.last_admin': {
    status: 409,
    title: 'This is the last active administrator. Make another one first.',
    remedy: 'Give the admin role to another active user, then repeat the request.',
  },
  'user.password_refused': {
    status: 422,
    title: 'This password is too easy to guess. See errors.',
    remedy: 'Choose a longer password, or one that is in no list of leaked passwords.',
  },
  'user.no_password': {
    status: 409,
    title: 'This account has no password.',
    remedy: 'Set one: POST /v1/auth/forgot-password sends a mail that lets its owner choose it.',
  },

  'user.not_anonymous': {
    status: 409,
    title: 'This account is not anonymous.',
    remedy: 'Change it with POST /v1/me/email and POST /v1/me/password.',
  },

  'factor.last_way_in': {
    status: 409,
    title: 'This is the last way in to this account. Add another one first.',
    remedy:
      'Set a password, add a passkey, link an identity, or verify the e-mail address; then repeat the request. Nothing was removed.',
  },

  ...passkeyErrors,

  'job.not_found': {
    status: 404,
    title: 'There is no such job.',
    remedy: 'List the jobs again: a job is forgotten some days after it was done.',
  },
  'job.finished': {
    status: 409,
    title: 'This job is done or discarded already.',
    remedy: 'Only pending and dead jobs can be retried or discarded.',
  },

  'idempotency.key_reused': {
    status: 422,
    title: 'This Idempotency-Key was used for another request.',
    remedy: 'Take a new key for every new request; send the same key only with the same method, path and body.',
  },

  'server.error': {
    status: 500,
    title: 'Something went wrong on our side. Quote the request id when you report it.',
    remedy: 'Repeat the request later. If it keeps failing, report it with its request id: the log has the cause.',
  },
  'server.busy': {
    status: 503,
    title: 'Too busy right now. Try again in a moment.',
    remedy: 'Repeat the request after the seconds that Retry-After names.',
  },
  'server.unavailable': {
    status: 503,
    title: 'The database does not answer right now. Try again in a moment.',
    remedy:
      'Repeat the request after the seconds that Retry-After names. A write may have happened: repeat it under the same Idempotency-Key, or read before repeating it.',
  },
  'server.not_ready': {
    status: 503,
    title: 'Not ready to serve. See errors.',
    remedy: 'Send traffic elsewhere until this check passes; errors names what failed.',
  },
  'server.storage_full': {
    status: 507,
    title: 'There is no room to store this. Nothing was changed.',
    remedy: 'Free disk space on the server, then repeat the request.',
  },
} as const satisfies Record<string, { status: number; title: string; remedy: string }>

export type ErrorCode = keyof typeof catalogue

/** What a problem may carry besides its code. All of it but `cause` is sent to the client. */
export interface ProblemOptions {
  detail?: string
  errors?: { path: string; message: string }[]
  /** Seconds, sent as `Retry-After`. */
  retryAfterSeconds?: number
  headers?: Record<string, string>
  /** For logs, never sent. */
  cause?: unknown
}

/** A failure with a public code. `http/problems.ts` renders it as RFC 9457. */
export class Problem extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly options: ProblemOptions

  constructor(code: ErrorCode, options: ProblemOptions = {}) {
    super(catalogue[code].title, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.status = catalogue[code].status
    this.options = options
  }
}

/** `throw problem('user.email_taken', { cause })` */
export const problem = (code: ErrorCode, options?: ProblemOptions): Problem => new Problem(code, options)
