import type { RoomName } from './parts.ts'

const NAME = /^(?:user:usr_[0-9a-f]{32}|org:org_[0-9a-f]{32}|topic:[a-z][a-z_]{0,40})$/

export const isRoomName = (text: string): text is RoomName => NAME.test(text)

export const isTopic = (room: RoomName): boolean => room.startsWith('topic:')
export const isUserRoom = (room: RoomName): boolean => room.startsWith('user:')
export const isOrgRoom = (room: RoomName): boolean => room.startsWith('org:')

/** `usr_…`, `org_…`, or the noun. */
export const idOfRoom = (room: RoomName): string => room.slice(room.indexOf(':') + 1)

interface About {
  type: string
  userId: string | null
  orgId: string | null
}

/** The rooms that an event is told in. The first in which a connection is, is named to it. */
export function roomsOf({ type, userId, orgId }: About): RoomName[] {
  const rooms: RoomName[] = []
  if (userId !== null) rooms.push(`user:${userId}`)
  if (orgId !== null) rooms.push(`org:${orgId}`)
  rooms.push(`topic:${type.slice(0, type.indexOf('.'))}`)
  return rooms
}
