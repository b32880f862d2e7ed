/**
 * The door of `GET /v1/realtime`. A runtime that can upgrade a request offers it, then asks the app. Only a request that the route
 * has admitted is upgraded; any other answer of the app is sent as it is.
 */
import type { Credential } from '../../core/rooms/model.ts'
import type { Deps } from '../../deps.ts'

/** A client whose handshake was right. */
export interface Admission {
  deps: Deps
  /** Absent: the client authenticates with its first message. */
  credential?: Credential | undefined
  /** Finds out whose token or key a later message has, sent by this client. Throws the problem of one that does not work. */
  authenticate: (token: string, proof: string | undefined) => Promise<Credential>
}

const offered = new WeakSet<Request>()
const admitted = new WeakMap<Request, Admission>()

/** Called by a runtime for a request that it can upgrade. */
export const offerUpgrade = (request: Request): void => void offered.add(request)
export const isOffered = (request: Request): boolean => offered.has(request)

export const admitUpgrade = (request: Request, admission: Admission): void => void admitted.set(request, admission)

/** What the route admitted, once; undefined: the request must not be upgraded. */
export function takeAdmission(request: Request): Admission | undefined {
  const admission = admitted.get(request)
  admitted.delete(request)
  return admission
}
