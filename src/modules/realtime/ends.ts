/** What ends a connection. */
import type { StreamEnd } from '../../core/rooms/model.ts'
import type { Deps } from '../../deps.ts'

/** RFC 6455 §7.4. From 4400 to 4599: 4000 and the status of the error. */
export const CLOSE_CODES: Record<End, number> = {
  closed: 1000,
  stopping: 1001,
  time_over: 1001,
  too_slow: 1013,
  credential_ended: 4401,
  token_expired: 4401,
  not_authenticated: 4401,
  access_lost: 4403,
  history_lost: 4410,
  too_many_messages: 4429,
  refused: 4400,
  failed: 1011,
}

export const ownEnds = {
  not_authenticated: 'Nobody authenticated in time. Send `authenticate` first, with an access token or an API key.',
  too_many_messages: 'The client sends more messages than the server takes. Connect again, and wait for answers.',
  refused: 'The server did not take the connection.',
  failed: 'The server failed. Connect again: the stream continues after the last event.',
} as const
export type End = StreamEnd['reason'] | keyof typeof ownEnds

/** When a client comes back that was told nothing. */
export const RECONNECT = { minMs: 500, maxMs: 15_000 } as const

/** Between both, in ms: clients that were cut off together do not come back together. */
export function soon({ random }: Pick<Deps, 'random'>): number {
  const [high = 0, low = 0] = random.bytes(2)
  return RECONNECT.minMs + Math.floor(((high * 256 + low) / 65_536) * (RECONNECT.maxMs - RECONNECT.minMs))
}
