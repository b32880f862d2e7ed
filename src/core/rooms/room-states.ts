import { type Admitted, gets } from './admission.ts'
import type { RoomName } from './model.ts'
import type { Order } from './parts.ts'
import type { Told } from './recent.ts'

export interface RoomState {
  admitted: Admitted
  /** False while the past is sent. */
  live: boolean
  /** The event after which the connection gets what happens in the room under this `admitted`. */
  since: string
  /** Up to where the past was sent. Of no meaning while `live`. */
  at: string
}

/** Rooms of which the past is sent. One that was left and joined again has another state. */
export type Behind = ReadonlyMap<RoomName, RoomState>

/** What the connection was given in a room: the events after `since`, up to `upTo`. Absent: all that have happened since. */
interface Span extends Pick<Admitted, 'everything'> {
  room: RoomName
  since: string
  upTo?: string
}

/** Of rooms that the connection has left, and of rights that it had before. */
const MAX_PAST_SPANS = 200

/** The rooms of a connection, and what it was given in them: an event of two rooms is given once, whenever the second is joined. */
export class RoomStates extends Map<RoomName, RoomState> {
  #past: Span[] | undefined

  areLive(): boolean {
    return [...this.values()].every(({ live }) => live)
  }

  /** The first room in which the connection gets the event: of those that are live, or of these, which are not yet. */
  roomOf({ rooms, event }: Told, behind?: Behind): RoomName | undefined {
    return rooms.find((room) => {
      const state = this.get(room)
      if (state === undefined || !gets(state.admitted, event)) return false
      return behind === undefined ? state.live : behind.get(room) === state
    })
  }

  /** Pauses the rooms that are live, after this event, and returns them. */
  pause(at: string): Behind {
    const paused = new Map([...this].filter(([, { live }]) => live))
    for (const state of paused.values()) Object.assign(state, { live: false, at })
    return paused
  }

  /** `head`: the last event that was told. */
  leave(room: RoomName, head: string): void {
    const state = this.get(room)
    if (state === undefined) return
    this.#keep(room, state, head)
    this.delete(room)
  }

  /** What the connection may see in the room may have changed, while nothing is sent to it. */
  readmit(room: RoomName, admitted: Admitted, head: string): void {
    const state = this.get(room)
    if (state === undefined) return
    if (admitted.everything !== state.admitted.everything) {
      this.#keep(room, state, head)
      state.since = state.live ? head : state.at
    }
    state.admitted = admitted
  }

  /** It left more rooms than can be remembered. */
  get isForgetful(): boolean {
    return this.#past !== undefined && this.#past.length > MAX_PAST_SPANS
  }

  /** What the connection was given until now. */
  given(): readonly Span[] {
    const open = [...this].map(([room, { admitted, live, since, at }]) => ({
      room,
      everything: admitted.everything,
      since,
      ...(live ? {} : { upTo: at }),
    }))
    return this.#past === undefined ? open : [...open, ...this.#past]
  }

  #keep(room: RoomName, { admitted: { everything }, live, since, at }: RoomState, head: string): void {
    const upTo = live ? head : at
    if (upTo === since) return
    this.#past ??= []
    const before = this.#past.find((one) => one.room === room && one.everything === everything && one.upTo === since)
    if (before !== undefined) before.upTo = upTo
    else this.#past.push({ room, everything, since, upTo })
  }
}

/** The events at which these spans begin and end. */
export const endsOf = (spans: readonly Span[]): string[] => [
  ...new Set(spans.flatMap(({ since, upTo }) => (upTo === undefined ? [since] : [since, upTo]))),
]

/** Whether the event, which has a place in this order, is in one of the spans. */
export function isWithin({ rooms, event }: Told, spans: readonly Span[], order: Order): boolean {
  const place = order.get(event.id) ?? 0
  return spans.some(
    ({ room, everything, since, upTo }) =>
      rooms.includes(room) &&
      gets({ everything }, event) &&
      place > (order.get(since) ?? -1) &&
      (upTo === undefined || place <= (order.get(upTo) ?? -1)),
  )
}
