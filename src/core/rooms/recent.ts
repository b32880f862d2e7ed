import type { FeedEvent } from '../feed/model.ts'
import { toWireEvent } from '../feed/wire-event.ts'
import type { Frame, RoomName } from './model.ts'
import { roomsOf } from './names.ts'
import type { Order } from './parts.ts'

/** An event on its way, with the rooms that it is told in. It is made into text when the first connection gets it. */
export interface Told extends Frame {
  rooms: readonly RoomName[]
}

export function toldOf(event: FeedEvent): Told {
  const wire = toWireEvent(event)
  let json: string | undefined
  return {
    event: wire,
    get json() {
      json ??= JSON.stringify(wire)
      return json
    },
    rooms: roomsOf(event),
  }
}

/** The last events, for clients that come back soon: after a restart all of them do at once. */
export interface Recent {
  add: (told: Told) => void
  /** What came after this event; undefined if the event is not among them. */
  after: (id: string) => readonly Told[] | undefined
  /** The place of each of them, and of the event before the first. */
  readonly order: Order
}

/** `before`: the event before the first of `events`. */
export function createRecent(before: string, events: readonly Told[], max: number): Recent {
  let first = before
  let kept = [...events]
  let at = new Map<string, number>()
  const index = () => {
    at = new Map([[first, 0], ...kept.map(({ event }, position) => [event.id, position + 1] as const)])
  }
  index()
  return {
    get order() {
      return at
    },
    add(told) {
      at.set(told.event.id, kept.push(told))
      if (kept.length < 2 * max) return
      const dropped = kept.slice(0, -max)
      first = dropped.at(-1)?.event.id ?? first
      kept = kept.slice(-max)
      index()
    },
    after(id) {
      const position = at.get(id)
      return position === undefined ? undefined : kept.slice(position)
    },
  }
}

/** The ids in an event: those of its columns, and the texts in its data that are ids. What it names may have changed. */
export function idsNamedBy({ userId, actorId: _, orgId, sessionId, data }: FeedEvent): Set<string> {
  const ids = new Set<string>()
  const add = (value: unknown, depth: number): void => {
    if (typeof value === 'string') {
      if (IS_ID.test(value)) ids.add(value)
    } else if (typeof value === 'object' && value !== null && depth < 4)
      for (const inner of Object.values(value)) add(inner, depth + 1)
  }
  add([userId, orgId, sessionId, data], 0)
  return ids
}

const IS_ID = /^[a-z]{3}_[0-9a-f]{32}$/
