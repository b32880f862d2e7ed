/** What streams need of the process, and the names that both know. */

/**
 * `user:usr_…`: what happens to an account. A session has the room of its own account; any other needs `audit:read`.
 * `org:org_…`: what happens in an organisation. With `audit:read` there: everything. A member gets what members may know.
 * `topic:session`: every event whose type begins with this noun. `audit:read` in the instance.
 */
export type RoomName = `user:${string}` | `org:${string}` | `topic:${string}`

/** A person, key or client that is in a room, whatever the number of its connections. */
export interface Present {
  id: string
  /** `user`, `api_key`, `client`. */
  kind: string
  /** ms UTC. */
  since: number
}
export interface PresenceChange {
  present: Present
  change: 'came' | 'left'
}

/** Who is where. One per process; over Redis it also knows those of other processes. */
export interface PresenceStore {
  /** Doubled calls for one connection have no effect. */
  enter: (room: RoomName, present: Present, connectionId: string) => void
  leave: (room: RoomName, present: Present, connectionId: string) => void
  list: (room: RoomName) => Promise<readonly Present[]>
  /** Tells the changes of every process: once when the first connection of somebody comes, once when the last one leaves. */
  follow: (listener: (room: RoomName, change: PresenceChange) => void) => () => void
}

/** What streams need of the process (`platform/streams.ts`). */
export interface StreamParts {
  /** Whether requests can share what one of them opened: one hub for the process. False on Workers and for functions. */
  shared: boolean
  /** The longest answer in ms; null: no end. */
  maxMs: number | null
  /** The platform sends an answer when it is whole. So a stream ends after its first events (long polling). */
  whole: boolean
  /** Calls `act` each `ms` until the returned function is called. */
  every: (ms: number, act: () => void) => () => void
  presence: PresenceStore
}

/** Places of events in the order of the commits. An event that is not there is older than all that are. */
export type Order = ReadonlyMap<string, number>
