/** What ended before its tokens expire, for verifiers that have no connection to the database. */

/** A position in the order of the commits. */
export interface RevocationCursor {
  seq: number
  nonce: string
}

export interface Revocation extends RevocationCursor {
  /** The first 128 bits of SHA-256 of the id, as base64url. Who has a token can compute it, and nobody else learns an id. */
  hash: string
  /** It works again. */
  restored: boolean
  /** ms UTC, when it ends; null: at once. */
  effectiveAt: number | null
  /** ms UTC. After this time every token or key that it ends has expired. */
  until: number
}

/** What a follower learns, in this order: it begins with `start`. */
export type RevocationNews =
  /** `known`: what follows comes after the cursor. Otherwise it is everything that still matters: forget what you had. */
  | { kind: 'start'; known: boolean }
  | { kind: 'revocations'; entries: readonly Revocation[] }
  /** Everything that was committed up to `at` (ms UTC) was told. `read` is the number of the read that found it, and `changes` grows with events. */
  | { kind: 'heartbeat'; at: number; read: number; changes: number }
  /** The database does not answer, or nothing is new: only a turn for the follower, which may want to end. */
  | { kind: 'turn' }

export interface Revocations {
  /** Ends when the consumer returns. Throws `server.busy` with too many followers, and what the database throws. */
  follow: (after?: RevocationCursor) => AsyncGenerator<RevocationNews, void, undefined>
  /** The open followers of this process. */
  readonly followers: number
}

/** How often followers hear that nothing was missed. */
export const HEARTBEAT_MS = 500

const CURSOR = /^(\d{1,15})-([0-9a-f]{16})$/

export const cursorText = ({ seq, nonce }: RevocationCursor): string => `${seq}-${nonce}`

/** Undefined for a text that is no cursor. */
export function readCursor(text: string): RevocationCursor | undefined {
  const [, seq, nonce] = CURSOR.exec(text) ?? []
  return seq === undefined || nonce === undefined ? undefined : { seq: Number(seq), nonce }
}
