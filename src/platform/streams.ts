import type { PresenceChange, PresenceStore, Present, RoomName, StreamParts } from '../core/rooms/parts.ts'

/** `presence`: by default that of this process. */
export const createStreamParts = ({
  shared = true,
  maxMs = null,
  whole = false,
  presence = createLocalPresence(),
}: Partial<Omit<StreamParts, 'every'>> = {}): StreamParts => ({
  shared,
  maxMs,
  whole,
  presence,
  every(ms, act) {
    const timer = setInterval(act, ms)
    return () => clearInterval(timer)
  },
})

type Listener = (room: RoomName, change: PresenceChange) => void

/** Who is in the rooms of this process. */
export function createLocalPresence(): PresenceStore {
  /** By room, then by id of the principal. */
  const rooms = new Map<RoomName, Map<string, { present: Present; connections: Set<string> }>>()
  const listeners = new Set<Listener>()
  const tell: Listener = (room, change) => {
    for (const listener of [...listeners]) listener(room, change)
  }
  return {
    enter(room, present, connectionId) {
      const there = rooms.get(room) ?? new Map()
      rooms.set(room, there)
      const known = there.get(present.id)
      if (known !== undefined) {
        known.connections.add(connectionId)
        return
      }
      there.set(present.id, { present, connections: new Set([connectionId]) })
      tell(room, { present, change: 'came' })
    },
    leave(room, { id }, connectionId) {
      const there = rooms.get(room)
      const known = there?.get(id)
      if (there === undefined || known === undefined || !known.connections.delete(connectionId)) return
      if (known.connections.size > 0) return
      there.delete(id)
      if (there.size === 0) rooms.delete(room)
      tell(room, { present: known.present, change: 'left' })
    },
    list: async (room) => [...(rooms.get(room)?.values() ?? [])].map(({ present }) => present),
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
