/**
 * The catalogue of everything that can go wrong: code → status, title, and what the caller can do about it. The features
 * declare its entries (`feature.ts`).
 *
 * Codes are `noun.reason`, public and never renamed. Titles are public too; a `cause` is for logs only.
 * `docs/errors.md`, the page /docs/errors and the OpenAPI document are made from the catalogue.
 */
import type { Denied } from './core/authz/denied.ts'
import type { ErrorDeclaration } from './core/feature.ts'
import { type ErrorCode, together } from './declared.ts'

export type { ErrorCode }

export const catalogue: Readonly<Record<ErrorCode, ErrorDeclaration>> = together('errors')

/** What a problem may carry besides its code. All of it but `denied` and `cause` is sent to the client. */
export interface ProblemOptions {
  detail?: string
  errors?: { path: string; message: string }[]
  /** Seconds, sent as `Retry-After`. */
  retryAfterSeconds?: number
  headers?: Record<string, string>
  /** For status 403: what decided. Never sent; the answer has a `decisionId` instead. */
  denied?: Denied
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
