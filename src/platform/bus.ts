import type { Bus } from '../core/feed/model.ts'
import type { Log } from '../deps.ts'

/** The messages of one process. Listeners are called after the current turn, so a publisher waits for nobody. */
export function createLocalBus(log: Log): Bus {
  const channels = new Map<string, Set<(message: string) => void>>()
  return {
    publish(channel, message) {
      const listeners = channels.get(channel)
      if (listeners === undefined) return
      queueMicrotask(() => {
        for (const listener of [...listeners])
          try {
            listener(message)
          } catch (cause) {
            log.error('a listener of the bus failed', { channel, cause })
          }
      })
    },
    subscribe(channel, listener) {
      const listeners = channels.get(channel) ?? new Set()
      channels.set(channel, listeners.add(listener))
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0 && channels.get(channel) === listeners) channels.delete(channel)
      }
    },
  }
}
