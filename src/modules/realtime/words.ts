/** How things are said to clients. */
import type { Frame, Present, RoomName } from '../../core/rooms/model.ts'
import { Problem, problem } from '../../errors.ts'
import { storageProblem } from '../../lib/database-errors.ts'
import { iso } from '../../lib/iso-time.ts'

export const timeOf = (ms: number | null | undefined): string | null => (ms == null ? null : iso(ms))
export const lengthOf = (texts: readonly (string | Uint8Array)[]): number =>
  texts.reduce((sum, { length }) => sum + length, 0)
export const presentOf = ({ id, kind, since }: Present) => ({ id, kind, since: iso(since) })

export const problemOf = (error: unknown): Problem =>
  error instanceof Problem ? error : (storageProblem(error) ?? problem('server.error', { cause: error }))

/** The last text of an event. A room with a thousand connections gets one text. */
let made: { frame: object; room: RoomName; text: string } | undefined

export function eventText(frame: Frame, room: RoomName): string {
  if (made?.frame !== frame || made.room !== room)
    made = { frame, room, text: `{"type":"event","room":${JSON.stringify(room)},"event":${frame.json}}` }
  return made.text
}
