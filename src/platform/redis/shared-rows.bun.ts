import type { Clock, Random } from '../../deps.ts'
import { AES_GCM_NONCE_BYTES, decrypt, deriveKey, encrypt, hmac } from '../../lib/crypto.ts'
import { isRecord } from '../../lib/is-record.ts'
import type { SharedRows } from '../cache/cache.ts'
import { createRedisCommands } from './commands.bun.ts'

export interface SharedRowsOptions {
  url: string
  /** The name of this server in Redis (`redisName`). */
  name: string
  appSecret: string
  clock: Clock
  random: Random
  answerMs?: number
}

/** A row is read from the database when Redis has not answered by then: that costs about as much. */
const ANSWER_MS = 50
const MAX_TEXT = 64 * 1024
/** The value and its remaining time in one answer. */
const GET = `return {redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])}`

/**
 * Rows in Redis, encrypted, so whoever reads Redis learns nothing and whoever writes to it cannot change a row.
 *
 * Redis ends each row at the time until which it may be believed. The encrypted text has that time too, by the clock of the process
 * that wrote it, and the earlier one counts: a Redis that was suspended runs the writes that it had received before, and whoever can
 * write to Redis could put back an old row. A clock that differs costs reads of the database, and keeps no row longer.
 */
export function createSharedRows(options: SharedRowsOptions): SharedRows & { close(): void } {
  const { url, name, appSecret, clock, random, answerMs = ANSWER_MS } = options
  const redis = createRedisCommands(url, clock, answerMs)
  const secret = deriveKey(appSecret, 'redis')
  const nameOf = async (key: string) => `${name}:row:${await hmac(await secret, `row ${key}`)}`

  async function get(key: string) {
    const named = await nameOf(key)
    const answer = await redis.send('EVAL', [GET, '1', named])
    const [sealed, leftMs] = Array.isArray(answer) ? answer : []
    if (typeof sealed !== 'string' || typeof leftMs !== 'number' || leftMs <= 0) return undefined
    const text = await decrypt(await secret, sealed, named)
    const kept: unknown = text === undefined ? undefined : JSON.parse(text)
    if (!isRecord(kept) || typeof kept.until !== 'number') return undefined
    return { row: kept.row, leftMs: Math.min(leftMs, kept.until - clock.now()) }
  }

  async function set(key: string, row: object, leftMs: number): Promise<void> {
    const text = JSON.stringify({ until: clock.now() + leftMs, row })
    if (text.length > MAX_TEXT) return
    const named = await nameOf(key)
    const sealed = await encrypt(await secret, random.bytes(AES_GCM_NONCE_BYTES), text, named)
    await redis.send('SET', [named, sealed, 'PX', String(Math.floor(leftMs))])
  }

  const ignore = () => undefined // the database has every row
  return {
    get: (key) => get(key).catch(ignore),
    set: (key, row, leftMs) => void set(key, row, leftMs).catch(ignore),
    remove: (key) =>
      void nameOf(key)
        .then((named) => redis.send('DEL', [named]))
        .catch(ignore),
    close: redis.close,
  }
}
