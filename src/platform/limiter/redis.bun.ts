import type { Clock } from '../../deps.ts'
import type { WarningCode } from '../../lib/warnings.ts'
import { createRedisCommands, RedisResting } from '../redis/commands.bun.ts'
import type { OpenWindow, WindowStore } from './limiter.ts'

/** The time limit of a round trip: long enough for a usable Redis, and short compared with a password hash. */
const ANSWER_MS = 250

/**
 * Each script is one atomic round trip. It uses the clock of Redis, so all processes use the same time. (`KEEPTTL` needs Redis 6.)
 *
 * A key has `taken` points and the `left` ms of its window. A key without an expiry keeps its points and gets a window. If
 * another program stored a value that is not a number of points, a new window replaces it.
 */
const KEY = `
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'string' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
local text, left = redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])
local taken = text and string.match(text, '^%d+$') and #text < 16 and tonumber(text) or nil
if taken and left == -1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
local open = taken ~= nil and left > 0
`
const TAKE = `${KEY}
if not open then
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
  return {1, tonumber(ARGV[1])}
end
redis.call('SET', KEYS[1], taken + 1, 'KEEPTTL')
return {taken + 1, left}`
const GIVE_BACK = `${KEY}
if not open then return {0, tonumber(ARGV[1])} end
taken = math.min(taken, tonumber(ARGV[2])) - 1
if taken > 0 then redis.call('SET', KEYS[1], taken, 'KEEPTTL') else redis.call('DEL', KEYS[1]) end
return {taken, left}`
const READ = `${KEY}
if not open then return {0, 0} end
return {taken, left}`

export interface RedisWindows extends WindowStore {
  /** Asks Redis whether it can be used. Never throws. */
  warnings(): Promise<WarningCode[]>
  close(): void
}

/** Errors that a later attempt would get too: a wrong user, password or database number, or a user without the right to run scripts. */
const REFUSED = /^(?:NOAUTH|WRONGPASS|NOPERM|ERR (?:DB index|invalid DB|AUTH\b|Client sent AUTH))/

/**
 * Points in Redis. It connects at the first call. While Redis cannot be reached, calls fail at once, and it tries again
 * after a second. It replaces the Redis limiter of rate-limiter-flexible, which needs the interface of ioredis.
 */
export function createRedisWindows(url: string, clock: Clock, answerMs = ANSWER_MS): RedisWindows {
  const redis = createRedisCommands(url, clock, answerMs)
  let isRefused = false

  async function ask(script: string, key: string, ...values: number[]): Promise<unknown> {
    try {
      const answer = await redis.send('EVAL', [script, '1', `threeger:${key}`, ...values.map(String)])
      isRefused = false
      return answer
    } catch (error) {
      // A later call within the rest fails by itself, and says nothing about the reason.
      if (!(error instanceof RedisResting)) isRefused = error instanceof Error && REFUSED.test(error.message)
      throw error
    }
  }

  return {
    take: async (key, windowMs) => windowOf(await ask(TAKE, key, windowMs)),
    giveBack: async (key, windowMs, limit) => windowOf(await ask(GIVE_BACK, key, windowMs, limit)),
    async read(key, windowMs) {
      const found = windowOf(await ask(READ, key, windowMs))
      return found.endsInMs > 0 ? found : undefined
    },
    async remove(key) {
      await ask(`redis.call('DEL', KEYS[1])`, key)
    },
    async warnings() {
      try {
        await ask('return 1', 'readyz')
        return []
      } catch {
        return [isRefused ? 'redis.refused' : 'redis.silent']
      }
    },
    close: redis.close,
  }
}

/** An answer that is not a window is an error and adds no point. */
function windowOf(answer: unknown): OpenWindow {
  const [points, endsInMs] = Array.isArray(answer) ? answer : []
  if (!Number.isSafeInteger(points) || !Number.isSafeInteger(endsInMs))
    throw new Error('the answer of Redis is not a window')
  return { points, endsInMs }
}
