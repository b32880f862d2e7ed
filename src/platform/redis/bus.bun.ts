import { RedisClient } from 'bun'
import type { Bus } from '../../core/feed/model.ts'
import type { Log, Random } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { isRecord } from '../../lib/is-record.ts'
import { createLocalBus } from '../bus.ts'
import { inTime } from './in-time.ts'

export interface RedisBusOptions {
  url: string
  /** The name of this server in Redis. Its processes share it, and no other server has it (`redisName`). */
  name: string
  log: Log
  random: Random
  /** How often the connection is tried, in ms. The time limit of each answer is the same. */
  beatMs?: number
}

export interface RedisBus extends Bus {
  /** Whether messages reach the other processes at this moment. */
  isConnected(): boolean
  /** Whether an attempt to connect has failed, and none has succeeded since. */
  hasFailed(): boolean
  close(): void
}

const BEAT_MS = 1_000
/** Longer messages are not sent and not read: a message is a hint. */
const MAX_MESSAGE = 4_096
/** Messages that Redis has not confirmed. More of them are dropped, so neither a burst nor a slow Redis fills the memory. */
const MAX_WAITING = 2_000
/** Says to the other processes that messages of this one were dropped. Releases before it do not read it. */
const DROPPED = 'dropped'

/**
 * Messages between processes through one channel of Redis. Listeners in this process hear a message without Redis.
 *
 * Bun's client tells neither that a connection was lost nor that its subscription is gone: after it reconnects, `connected` is true
 * and nothing arrives. So it does not reconnect here. Instead this process sends itself a beat through Redis each second. When a
 * beat does not come back, both connections are replaced. That also finds a Redis that is frozen.
 *
 * What is dropped is not repeated. The next beat says that something was, and after a reconnect each process knows it by itself: then
 * the listeners look at everything. A burst costs them one such look for each beat.
 */
export function createRedisBus({ url, name, log, random, beatMs = BEAT_MS }: RedisBusOptions): RedisBus {
  const local = createLocalBus(log)
  const channel = `${name}:bus`
  const self = base64url(random.bytes(9))
  const pending = new Set<string>()
  let live: { publisher: RedisClient; beatSeen: boolean } | undefined
  /** Sent by this connection, and not confirmed. */
  let sent = 0
  let hasDropped = false
  let isClosed = false
  let isTold = false
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Ends the current attempt or connection. */
  let drop = () => {}

  const clientOf = () => new RedisClient(url, { autoReconnect: false, connectionTimeout: beatMs })

  function receive(text: string): void {
    const message = read(text)
    if (message === undefined) return
    if (message.to !== '') {
      if (message.from !== self) local.publish(message.to, message.say)
    } else if (message.from !== self) {
      if (message.say === DROPPED) local.tellMissed()
    } else if (live !== undefined) live.beatSeen = true
  }

  async function connect(): Promise<void> {
    const [publisher, subscriber] = [clientOf(), clientOf()]
    drop = () => {
      live = undefined
      publisher.close()
      subscriber.close()
    }
    try {
      const hear = (text: string) => receive(text)
      await inTime(Promise.all([subscriber.subscribe(channel, hear), publisher.connect()]), beatMs)
      if (isClosed) {
        drop()
        return
      }
      live = { publisher, beatSeen: true }
      sent = 0
      if (isTold) log.info('the processes of this server hear each other again')
      isTold = false
      beat()
      local.tellMissed() // what the others said before this connection
    } catch (cause) {
      lose(cause)
    }
  }

  function beat(): void {
    if (live === undefined) return
    if (live.beatSeen) {
      live.beatSeen = false
      send(live.publisher, '', hasDropped ? DROPPED : '')
      hasDropped = false
      later(beat, beatMs)
    } else lose(new Error(`Redis did not answer within ${beatMs} ms`))
  }

  function lose(cause: unknown): void {
    drop()
    hasDropped = true // what was sent last may not have arrived
    if (isClosed) return
    if (!isTold)
      log.warning('Redis passes on no messages: the processes of this server hear of changes by the database alone', {
        cause,
      })
    isTold = true
    // Processes that lost the same Redis do not return in one moment.
    later(() => void connect(), beatMs * (0.5 + (random.bytes(1)[0] ?? 0) / 510))
  }

  function later(act: () => void, ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(act, ms)
    timer.unref()
  }

  function send(publisher: RedisClient, to: string, say: string): void {
    const isOurs = () => live?.publisher === publisher
    sent++
    publisher.publish(channel, JSON.stringify({ from: self, to, say })).then(
      () => {
        if (isOurs()) sent--
      },
      (cause: unknown) => {
        if (isOurs()) lose(cause)
      },
    )
  }

  function flush(): void {
    const messages = [...pending]
    pending.clear()
    for (const message of messages) {
      if (live === undefined) return
      const end = message.indexOf('\n')
      send(live.publisher, message.slice(0, end), message.slice(end + 1))
    }
  }

  later(() => void connect(), 0)
  return {
    publish(to, say) {
      local.publish(to, say)
      const message = `${to}\n${say}`
      // Equal messages of one turn are one: each commit sends the same hint.
      if (pending.has(message)) return
      if (live === undefined || say.length > MAX_MESSAGE || pending.size + sent >= MAX_WAITING) {
        hasDropped = true
        return
      }
      if (pending.size === 0) setTimeout(flush, 0)
      pending.add(message)
    },
    subscribe: local.subscribe,
    isConnected: () => live !== undefined,
    hasFailed: () => isTold,
    close() {
      isClosed = true
      clearTimeout(timer)
      drop()
    },
  }
}

/** Others can write to this channel too: what is no message of ours is not read. */
function read(text: string): { from: string; to: string; say: string } | undefined {
  if (text.length > 2 * MAX_MESSAGE) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (!isRecord(value)) return undefined
    const { from, to, say } = value
    return typeof from === 'string' && typeof to === 'string' && typeof say === 'string' ? { from, to, say } : undefined
  } catch {
    return undefined
  }
}
