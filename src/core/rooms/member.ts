/** What a hub and its connections know of each other. */
import type { ErrorCode } from '../../declared.ts'
import type { Deps } from '../../deps.ts'
import type { Connection, Peer, RoomName, StreamEndReason } from './model.ts'
import type { Recent, Told } from './recent.ts'

export type RoomDeps = Pick<
  Deps,
  'config' | 'clock' | 'db' | 'feed' | 'log' | 'longReads' | 'principals' | 'random' | 'stopping' | 'streams'
>

/** What a connection needs of its hub. */
export interface HubParts {
  deps: RoomDeps
  /** The last event that was told. */
  head: () => string
  recent: () => Recent
  /** What was committed here before has been told. */
  settled: () => Promise<void>
  /** What was committed anywhere before has been told, if it can be read. */
  upToDate: () => Promise<void>
  enter: (room: RoomName, connection: Member) => void
  leave: (room: RoomName, connection: Member) => void
  /** Asks for `recheck`. */
  suspect: (connection: Member) => void
  changed: (connection: Member) => void
  ended: (connection: Member) => void
  /** When to come back, in ms. */
  retryMs: () => number
}

/** A connection, as its hub sees it. */
export interface Member extends Connection {
  /** Whose connections are counted together. */
  readonly account: string
  readonly tokenEndsAt: number | null
  checkAt: number
  /** What happened in its rooms, in order. `before`: an event that it has already got, or that was not for it, before all of these. */
  hear: (news: readonly Told[], before: string) => void
  tellPresence: NonNullable<Peer['presence']>
  /** From now on nothing is sent until `release`. What is told in between is sent then. */
  hold: () => void
  /**
   * Reads the principal again, and asks again for each room. False: another recheck began later, and its answer counts. Throws if the
   * database cannot be read.
   */
  recheck: () => Promise<boolean>
  release: () => void
  /** Called four times a second: ends a client that reads nothing. */
  look: () => void
  endWith: (reason: StreamEndReason, code?: ErrorCode) => void
}
