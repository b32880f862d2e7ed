/** Requests of the operator (`bun run cli api`), which have no credential: no client can send one. */
import { OPERATOR } from '../core/authz/operator.ts'
import type { Actor } from '../deps.ts'

/** By the object itself, so nothing that a request contains makes it one of these. */
const ofOperator = new WeakSet<Request>()

/** Makes this request one of the operator. Only for requests that this process has made itself. */
export function asOperator(request: Request): Request {
  ofOperator.add(request)
  return request
}

export const operatorOf = (request: Request): Actor | undefined => (ofOperator.has(request) ? OPERATOR : undefined)
