/** What a client has missed, then what happens, without a gap between both. */
import { problem } from '../../errors.ts'
import type { HubParts } from './member.ts'
import type { RoomName } from './model.ts'
import type { Order } from './parts.ts'
import { roomEvents } from './queries.ts'
import { type Told, toldOf } from './recent.ts'
import { type Behind, endsOf, isWithin, type RoomStates } from './room-states.ts'

const PAGE = 200

interface Sending {
  /** The event is known. */
  begun: (() => void) | undefined
  /** False: not taken. It is given again when it is `ready`. */
  give: (told: Told, room: RoomName) => boolean
  ready: () => Promise<void>
  /**
   * Runs one step at a time of all that are sent to the connection. So what it was given does not change while a page is read, but for
   * events that are told meanwhile, which are not on the page.
   */
  inTurn: (step: () => Promise<boolean>) => Promise<boolean>
  isOpen: () => boolean
  /** From here on events come by themselves; false: not yet. */
  live: () => boolean
}

type Source = Pick<HubParts, 'deps' | 'head' | 'recent' | 'upToDate'>

/**
 * Sends what happened in these rooms after the event `after`, but for what the connection was given in another room. The last step
 * makes the rooms live in the same turn in which it sees that nothing more has been told, so no event falls between, and none is told
 * twice. Returns the last event before the live ones. Throws `stream.cursor_expired`, and `server.busy` where the
 * client is ahead of what can be read.
 */
export async function sendPast(
  { deps, head, recent, upToDate }: Source,
  rooms: RoomStates,
  behind: Behind,
  after: string,
  { begun, give, ready, inTurn, isOpen, live }: Sending,
): Promise<string> {
  let from = after
  let hasLooked = false
  const moveTo = (id: string): void => {
    from = id
    for (const state of behind.values()) state.at = id
  }
  /** Until one does not fit, or all were sent. */
  const send = (page: readonly Told[], given: ReturnType<RoomStates['given']>, order: Order): boolean => {
    for (const told of page) {
      const room = rooms.roomOf(told, behind)
      if (room !== undefined && !isWithin(told, given, order) && !give(told, room)) return false
      moveTo(told.event.id)
    }
    return true
  }
  /** True: the rooms are live. */
  const step = async (): Promise<boolean> => {
    if (!isOpen()) return true
    const given = rooms.given()
    const near = recent().after(from)
    if (near !== undefined) {
      begun?.()
      return send(near, given, recent().order) && live()
    }
    const upTo = head()
    const page = await roomEvents(
      deps.longReads,
      [...behind.keys()],
      { after: from, upTo, placed: endsOf(given) },
      PAGE,
    )
    if (page === undefined) throw problem('stream.cursor_expired')
    if (page.isAhead) {
      // Another process told the client of it first. From where this one is, it would come again.
      if (hasLooked) throw problem('server.busy', { retryAfterSeconds: 1 })
      hasLooked = true
      await upToDate()
      return false
    }
    begun?.()
    if (send(page.events.map(toldOf), given, page.order) && page.events.length < PAGE) moveTo(upTo)
    return false
  }
  while (!(await inTurn(step))) await ready()
  return head()
}
