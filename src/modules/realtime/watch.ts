/** Looks at all WebSockets of the process now and then: one timer for all of them. */
import type { Deps } from '../../deps.ts'
import { oncePer } from '../../lib/once-per.ts'

export interface Watched {
  /** `now`: ms UTC. */
  look: (now: number) => void
  /** The process stops. */
  stop: () => void
}

const LOOK_MS = 1000

export const watchOf = oncePer(({ clock, stopping, streams }: Pick<Deps, 'clock' | 'stopping' | 'streams'>) => {
  const all = new Set<Watched>()
  let rest: (() => void) | undefined
  stopping.addEventListener('abort', () => {
    for (const watched of [...all]) watched.stop()
  })
  return {
    add(watched: Watched): void {
      // A handshake that was under way when the process began to stop.
      if (stopping.aborted) {
        watched.stop()
        return
      }
      all.add(watched)
      rest ??= streams.every(LOOK_MS, () => {
        const now = clock.now()
        for (const each of [...all]) each.look(now)
      })
    },
    delete(watched: Watched): void {
      all.delete(watched)
      if (all.size > 0) return
      rest?.()
      rest = undefined
    },
    get size(): number {
      return all.size
    },
  }
})
