/**
 * Rooms: what happens here reaches the connections that may know of it.
 *
 *     const hub = hubOf(deps)                                   // hub.ts
 *     const connection = await hub.connect(credential, peer)    // throws stream.too_many, server.busy
 *     await connection.join('org:org_…', 'evt_…')               // throws room.not_found, auth.forbidden, stream.cursor_expired
 *     connection.end('closed')                                  // when the client went away
 *
 * A connection gets each event of its rooms once, in the order of the commits, whichever process made it.
 */
import type { ErrorCode } from '../../declared.ts'
import type { Principal } from '../../deps.ts'
import type { WireEvent } from '../feed/wire-event.ts'
import type { PresenceChange, Present, RoomName } from './parts.ts'

export type { PresenceChange, PresenceStore, Present, RoomName, StreamParts } from './parts.ts'

/** An event that was made into text once, for every connection that gets it. `json` is one line. */
export interface Frame {
  event: WireEvent
  json: string
}

/** A principal that stays on a connection: `http/stream-credentials.ts` makes one from a request. */
export interface Credential extends Checked {
  /** The end of the access token, ms UTC; null: a cookie or a key. */
  tokenEndsAt: number | null
  /**
   * Reads the principal again. Throws the problem of a credential that does not work any more. It is not a use: a session does
   * not stay alive because a page is open.
   */
  reload: () => Promise<Checked>
}

export interface Checked {
  principal: Principal
  /** When time alone may have ended it, ms UTC: then it is read again. */
  checkAt: number
}

/** The client at the other end. Its functions are synchronous, and may be called until `ended`. */
export interface Peer {
  /** False: not taken, because what was sent before still waits for the client. The hub sends it again when it is `ready`. */
  send: (frame: Frame, room: RoomName) => boolean
  /** Several are sent in `act`. Runtimes that can make one write of them do. */
  together?: (act: () => void) => void
  /** Somebody came into a room of this connection, or left it. False as for `send`. Absent: it is not told. */
  presence?: (room: RoomName, change: PresenceChange) => boolean
  /** Resolves when it can take more, and when the client is gone. A client that reads nothing for ten seconds ends as `too_slow`. */
  ready?: () => Promise<void>
  /** It may not be in this room any more, and has left it. Absent: the connection ends as `access_lost`. */
  lost?: (room: RoomName, code: ErrorCode) => void
  /** The last call, once. The peer closes itself. */
  ended: (end: StreamEnd) => void
}

export const streamEnds = {
  /** The client went away, or asked for it. */
  closed: 'The client closed the connection.',
  /** Signed out, disabled, revoked: come back with another credential. */
  credential_ended: 'The session, key or token does not work any more. Authenticate again.',
  /** Come back with a new access token. */
  token_expired: 'The access token expired. Connect again with a new one.',
  access_lost: 'You may not follow this room any more.',
  /** Come back and continue after the last event. */
  too_slow: 'The client reads too slowly. Connect again: the stream continues after the last event.',
  stopping: 'The server stops or is updated. Connect again: the stream continues after the last event.',
  /** The client said for how long, or the runtime ends long answers (Lambda, Vercel). */
  time_over: 'The time of this answer is over. Connect again: the stream continues after the last event.',
  /** The database was restored from a copy: what the client has may be wrong. */
  history_lost: 'Events may have been missed. Read your data again, then connect without a cursor.',
} as const
export type StreamEndReason = keyof typeof streamEnds

export interface StreamEnd {
  reason: StreamEndReason
  /** One sentence for people. */
  message: string
  /** Of the credential or room that ended. */
  code?: ErrorCode | undefined
  /** The client comes back after this time and a random part: all others come back too. Null: not with this credential. */
  retryMs: number | null
}

export interface Connection {
  /** `con_…` */
  id: string
  /** As it is now. */
  readonly principal: Principal
  readonly rooms: ReadonlySet<RoomName>
  /** False after `end`, or after the hub ended it. */
  readonly open: boolean
  /** The client has everything up to this event; undefined while something waits to be sent. Empty: nothing ever happened. */
  readonly position: string | undefined
  /**
   * Joins a room. `after`: the id of the last event that the client has; first it gets what happened since, and then what happens.
   * Resolves to the id after which the live events come, when the past was sent. Joining twice does nothing.
   * Throws `room.not_found`, `auth.forbidden`, `org.not_found`, the unmet setting of an organisation, `stream.cursor_expired`,
   * and `room.too_many`. `begun` is called when none of these can be thrown any more, before the first event of the past.
   */
  join: (rooms: readonly string[], after?: string, begun?: () => void) => Promise<string>
  leave: (room: string) => void
  /** A new access token of the same account and session; throws `stream.other_credential` for any other. */
  renew: (credential: Credential) => void
  /** Whether it is in this room, and is told who else is. Rooms of accounts and topics tell nobody. */
  seesPresent: (room: string) => boolean
  /** Who is in a room of this connection, in every process. Throws `room.not_found` unless it `seesPresent`. */
  present: (room: string) => Promise<readonly Present[]>
  end: (reason: StreamEndReason) => void
}

export interface Hub {
  /** Throws `stream.too_many` (of one account) and `server.busy` (of this process). */
  connect: (credential: Credential, peer: Peer) => Promise<Connection>
  /** The id of the last event that was told: a client continues after it. */
  readonly head: string
  /** How many events were told since the hub began. */
  readonly told: number
  /** For metrics. */
  readonly connections: number
}
