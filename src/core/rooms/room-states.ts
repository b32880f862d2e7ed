import { type Admitted, gets } from './admission.ts'
import type { RoomName } from './model.ts'
import type { Told } from './recent.ts'

interface RoomState {
  admitted: Admitted
  /** False while the past is sent. */
  live: boolean
}

/** The rooms of a connection. */
export class RoomStates extends Map<RoomName, RoomState> {
  areLive(): boolean {
    return [...this.values()].every(({ live }) => live)
  }

  /** The first room in which the connection gets the event: of those that are live, or of `names`, which are not yet. */
  roomOf({ rooms, event }: Told, names?: readonly RoomName[]): RoomName | undefined {
    return rooms.find((room) => {
      const state = names === undefined || names.includes(room) ? this.get(room) : undefined
      return state !== undefined && state.live === (names === undefined) && gets(state.admitted, event)
    })
  }

  /** Returns those that were live. */
  pause(): RoomName[] {
    const paused = [...this].filter(([, { live }]) => live)
    for (const [, state] of paused) state.live = false
    return paused.map(([room]) => room)
  }

  resume(names: readonly RoomName[]): void {
    for (const room of names) {
      const state = this.get(room)
      if (state !== undefined) state.live = true
    }
  }
}
