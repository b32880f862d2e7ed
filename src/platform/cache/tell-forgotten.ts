import type { Bus } from '../../core/feed/model.ts'
import type { Random } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { isRecord } from '../../lib/is-record.ts'

const CHANNEL = 'forget'
/** Of one turn. After more of them, the other processes forget everything. */
const MAX_IDS = 50
const MAX_LENGTH = 4_000

/**
 * Tells other processes which ids were forgotten here, so that a change is seen there at once. A message can be lost: then the entry
 * ends by its age, or with everything else as soon as the bus says that messages were missed.
 */
export function createForgetting(bus: Bus, random: Random) {
  let self: string | undefined
  let ids = new Set<string>()
  let isAll = false

  function flush(): void {
    self ??= base64url(random.bytes(9))
    const some = JSON.stringify({ by: self, ids: [...ids] })
    const fits = !isAll && ids.size <= MAX_IDS && some.length <= MAX_LENGTH
    bus.publish(CHANNEL, fits ? some : JSON.stringify({ by: self }))
    ids = new Set()
    isAll = false
  }

  return {
    /** Undefined: everything. */
    tell(id: string | undefined): void {
      if (ids.size === 0 && !isAll) queueMicrotask(flush)
      if (id === undefined) isAll = true
      else if (ids.size <= MAX_IDS) ids.add(id)
    },
    /** Calls `hear` with what another process forgot. Undefined: everything. */
    follow(hear: (id: string | undefined) => void): () => void {
      const forgetAll = () => hear(undefined)
      return bus.subscribe(
        CHANNEL,
        (message) => {
          const told = read(message)
          if (told === undefined || told.by === self) return
          if (told.ids === undefined) forgetAll()
          else for (const id of told.ids) hear(id)
        },
        forgetAll,
      )
    },
  }
}

function read(message: string): { by: string; ids: readonly string[] | undefined } | undefined {
  try {
    const value: unknown = JSON.parse(message)
    if (!isRecord(value)) return undefined
    const { by, ids } = value
    if (typeof by !== 'string') return undefined
    if (ids === undefined) return { by, ids: undefined }
    if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) return undefined
    return { by, ids }
  } catch {
    return undefined
  }
}
