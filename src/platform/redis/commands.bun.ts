import { RedisClient } from 'bun'
import type { Clock } from '../../deps.ts'
import { inTime } from './in-time.ts'

/** After a failure Redis is not used for this long, so a Redis that is down does not delay every request by the time limit. */
const REST_MS = 1_000

/** Redis failed a moment ago, and was not asked. */
export class RedisResting extends Error {}

export interface RedisCommands {
  /** Fails after `answerMs`, and at once for a second after a failure. */
  send(command: string, args: readonly string[]): Promise<unknown>
  close(): void
}

/** Commands that are answered in time, or not at all. It connects at the first one. */
export function createRedisCommands(url: string, clock: Clock, answerMs: number): RedisCommands {
  let client: RedisClient | undefined
  let restUntil = 0
  return {
    async send(command, args) {
      const now = clock.now()
      if (now < restUntil && restUntil - now <= REST_MS) throw new RedisResting('Redis failed a moment ago')
      // The client neither queues nor reconnects by itself: a command is run now, or not at all.
      client ??= new RedisClient(url, { autoReconnect: false, connectionTimeout: answerMs })
      const asked = client
      try {
        return await inTime(asked.send(command, [...args]), answerMs)
      } catch (error) {
        restUntil = clock.now() + REST_MS
        if (client === asked) client = undefined
        asked.close()
        throw error
      }
    },
    close() {
      client?.close()
      client = undefined
    },
  }
}
