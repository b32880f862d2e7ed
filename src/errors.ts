/**
 * The catalogue of everything that can go wrong: code → status and title.
 *
 * Codes are `noun.reason`, public and never renamed. Titles are public too; a `cause` is for logs only.
 * `docs/errors.md` is generated from this file.
 */
export const catalogue = {
  'request.malformed': { status: 400, title: 'The body is not valid JSON.' },
  'request.origin_refused': { status: 403, title: 'A request with a session cookie must come from an allowed origin.' },
  'request.not_found': { status: 404, title: 'There is nothing at this path.' },
  'request.method_not_allowed': { status: 405, title: 'This path does not take this method. See the Allow header.' },
  'request.too_large': { status: 413, title: 'The body is larger than 1 MiB.' },
  'request.unsupported_media_type': { status: 415, title: 'The body must be application/json.' },
  'request.invalid': { status: 422, title: 'The request does not match the schema. See errors.' },

  'auth.required': { status: 401, title: 'This needs a valid access token or session cookie.' },
  'auth.invalid_credentials': { status: 401, title: 'The e-mail or the password is wrong.' },
  'auth.forbidden': { status: 403, title: 'Your roles do not allow this.' },
  'auth.fresh_session_required': { status: 403, title: 'Sign in again: this needs a sign-in of the last 10 minutes.' },

  'session.expired': { status: 401, title: 'The session has ended or expired. Sign in again.' },
  'session.reused': {
    status: 401,
    title: 'A spent refresh token was used again, so its session was ended. Sign in again.',
  },
  'session.not_found': { status: 404, title: 'There is no such session.' },

  'setup.token_invalid': {
    status: 401,
    title: 'The set-up token is wrong or too old. Restart the server for a new one.',
  },
  'setup.done': { status: 409, title: 'An administrator exists already. Sign in, or use the command line.' },

  'user.not_found': { status: 404, title: 'There is no such user.' },
  'user.email_taken': { status: 409, title: 'Another account uses this e-mail.' },
  'user.changed': { status: 412, title: 'The user has changed since it was read. Read it again.' },
  'user.last_admin': { status: 409, title: 'This is the last active administrator. Make another one first.' },
  'user.password_refused': { status: 422, title: 'This password is too easy to guess. See errors.' },

  'server.error': { status: 500, title: 'Something went wrong on our side. Quote the request id when you report it.' },
  'server.busy': { status: 503, title: 'Too busy right now. Try again in a moment.' },
  'server.unavailable': { status: 503, title: 'The database does not answer right now. Try again in a moment.' },
  'server.not_ready': { status: 503, title: 'Not ready to serve. See checks.' },
  'server.storage_full': { status: 507, title: 'There is no room to store this. Nothing was changed.' },
} as const satisfies Record<string, { status: number; title: string }>

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
