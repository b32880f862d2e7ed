import type { ApiKeyPrincipal, Deps } from '../../deps.ts'
import { commit } from '../../core/events/commit.ts'
import { oncePer } from '../../lib/once-per.ts'
import { createRecentMap } from '../../lib/recent-map.ts'
import { setLastUsed } from './principal-queries.ts'

const NOTE_EVERY_MS = 60_000
/** Longer than a write can take. A runtime may cancel work, which then never ends. */
const ABANDONED_MS = 10_000
/** The number of keys for which the process remembers that it has just stored their use. */
const MAX_NOTED = 10_000

/**
 * Notes that a key is used, at most once a minute for each key. The uses are written after the response, those of all
 * keys since the last write in one statement. It writes no event, because this changes no answer.
 */
export const keyUses = oncePer((deps: Pick<Deps, 'db' | 'principals' | 'clock' | 'defer'>) => {
  const { db, clock } = deps
  const noted = createRecentMap<number>(MAX_NOTED)
  let pending = new Map<string, number>()
  let writingSince: number | undefined

  async function write(): Promise<void> {
    try {
      await undefined // the uses of this turn of the event loop belong together
      while (pending.size > 0) {
        const uses = JSON.stringify(Object.fromEntries(pending))
        pending = new Map()
        await commit(deps, [setLastUsed(db, uses)])
      }
    } finally {
      writingSince = undefined
    }
  }

  return (principal: ApiKeyPrincipal): void => {
    const now = clock.now()
    if (principal.lastUsedAt !== null && now - principal.lastUsedAt < NOTE_EVERY_MS) return
    principal.lastUsedAt = now
    const before = noted.get(principal.id)
    if (before !== undefined && Math.abs(now - before) < NOTE_EVERY_MS) return
    noted.set(principal.id, now)
    pending.set(principal.id, now)
    if (writingSince !== undefined && Math.abs(now - writingSince) < ABANDONED_MS) return
    writingSince = now
    deps.defer(write)
  }
})
