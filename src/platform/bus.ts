import type { Bus } from '../core/feed/model.ts'
import type { Log } from '../deps.ts'

interface Listener {
  hear: (message: string) => void
  missed: (() => void) | undefined
}

export interface LocalBus extends Bus {
  /** Tells every listener that messages may not have come. */
  tellMissed(): void
}

/** The messages of one process. Listeners are called after the current turn, so a publisher waits for nobody. */
export function createLocalBus(log: Log): LocalBus {
  const channels = new Map<string, Set<Listener>>()

  function tell(channel: string, act: (listener: Listener) => void): void {
    for (const listener of [...(channels.get(channel) ?? [])])
      try {
        act(listener)
      } catch (cause) {
        log.error('a listener of the bus failed', { channel, cause })
      }
  }

  return {
    publish(channel, message) {
      if (channels.has(channel)) queueMicrotask(() => tell(channel, ({ hear }) => hear(message)))
    },
    subscribe(channel, hear, missed) {
      const listeners = channels.get(channel) ?? new Set()
      const listener = { hear, missed }
      channels.set(channel, listeners.add(listener))
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0 && channels.get(channel) === listeners) channels.delete(channel)
      }
    },
    tellMissed() {
      for (const channel of [...channels.keys()]) tell(channel, ({ missed }) => missed?.())
    },
  }
}
