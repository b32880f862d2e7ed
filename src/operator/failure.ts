/** Failures as an operator sees them: in a sentence on a terminal, as JSON for a machine, as a line on the socket. */
import { catalogue, Problem, problem } from '../errors.ts'
import { storageProblem } from '../lib/database-errors.ts'

/** Like a problem document without its HTTP parts, and with what to do next. */
export interface Failure {
  code: string
  title: string
  /** What to do next. */
  remedy: string
  detail?: string
  errors?: { path: string; message: string }[]
}

/** What only an operator can meet. Its codes are in no public catalogue: no HTTP client ever sees one. */
export class OperatorError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.title)
    this.name = 'OperatorError'
  }
}

/** Any failure of an operation; the unknown ones become `server.error`, as they do over HTTP. */
export function toFailure(error: unknown): Failure {
  if (error instanceof OperatorError) return error.failure
  const { code, message, options } = knownProblem(error)
  return {
    code,
    title: message,
    remedy: catalogue[code].remedy,
    ...(options.detail === undefined ? {} : { detail: options.detail }),
    ...(options.errors === undefined ? {} : { errors: options.errors }),
  }
}

/** True for a failure that nobody foresaw: its cause belongs into a log. */
export const isUnforeseen = (error: unknown): boolean =>
  !(error instanceof OperatorError) && knownProblem(error).status === 500

const knownProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : (storageProblem(error) ?? problem('server.error', { cause: error }))
