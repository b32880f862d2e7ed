/** What a client has missed, then what happens, without a gap between both. */
import { problem } from '../../errors.ts'
import type { HubParts } from './member.ts'
import type { RoomName } from './model.ts'
import { roomEvents } from './queries.ts'
import { type Told, toldOf } from './recent.ts'

const PAGE = 200

interface Sending {
  /** The room in which the connection gets the event; undefined: in none. */
  wanted: (told: Told) => RoomName | undefined
  /** The event is known. */
  begun: (() => void) | undefined
  /** False: not taken. It is given again when it is `ready`. */
  give: (told: Told, room: RoomName) => boolean
  ready: () => Promise<void>
  isOpen: () => boolean
  /** From here on events come by themselves; false: not yet. */
  live: () => boolean
}

type Source = Pick<HubParts, 'deps' | 'head' | 'recent'>

/**
 * Sends what happened in these rooms after the event `after`. The last step makes the rooms live in the same turn in which it sees
 * that nothing more has been told, so no event falls between, and none is told twice. Returns the last event before the live ones.
 * Throws `stream.cursor_expired`.
 */
export async function sendPast(
  { deps, head, recent }: Source,
  rooms: readonly RoomName[],
  after: string,
  { begun, wanted, give, ready, isOpen, live }: Sending,
): Promise<string> {
  let from = after
  /** Until one does not fit, or all were sent. */
  const send = (page: readonly Told[]): boolean => {
    for (const told of page) {
      const room = wanted(told)
      if (room !== undefined && !give(told, room)) return false
      from = told.event.id
    }
    return true
  }
  while (isOpen()) {
    const near = recent().after(from)
    if (near !== undefined) {
      begun?.()
      if (send(near) && live()) break
    } else {
      const upTo = head()
      const page = await roomEvents(deps.longReads, rooms, { after: from, upTo }, PAGE)
      if (page === undefined) throw problem('stream.cursor_expired')
      begun?.()
      if (send(page.map(toldOf)) && page.length < PAGE) from = upTo
    }
    await ready()
  }
  return head()
}
