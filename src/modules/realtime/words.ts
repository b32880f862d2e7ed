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

/** The last texts of events, by room: a room with a thousand connections gets one text of each. */
const texts = new Map<Frame, Map<RoomName, string>>()
/** A connection gets so many in a turn, before the next one does. */
const MAX_TEXTS = 64

export function eventText(frame: Frame, room: RoomName): string {
  let ofFrame = texts.get(frame)
  if (ofFrame === undefined) {
    const [oldest] = texts.size < MAX_TEXTS ? [] : texts.keys()
    if (oldest !== undefined) texts.delete(oldest)
    ofFrame = new Map()
    texts.set(frame, ofFrame)
  }
  let text = ofFrame.get(room)
  if (text === undefined) {
    text = `{"type":"event","room":${JSON.stringify(room)},"event":${frame.json}}`
    ofFrame.set(room, text)
  }
  return text
}
