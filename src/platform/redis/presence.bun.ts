import type { Bus } from '../../core/feed/model.ts'
import { isRoomName } from '../../core/rooms/names.ts'
import type { PresenceChange, PresenceStore, Present, RoomName } from '../../core/rooms/parts.ts'
import type { Clock, Random } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { isRecord } from '../../lib/is-record.ts'
import { createLocalPresence } from '../streams.ts'
import { createRedisCommands } from './commands.bun.ts'
import { ALIVE, ENTER, GONE, LEAVE, LIST, presentOf } from './presence-scripts.ts'

export interface RedisPresenceOptions {
  url: string
  /** The name of this server in Redis (`redisName`). */
  name: string
  bus: Bus
  clock: Clock
  random: Random
  answerMs?: number
  /** How often this process says that it is alive. After four of these times without it, the others end its presence. */
  beatMs?: number
}

const ANSWER_MS = 500
const BEAT_MS = 2_000
const MISSED_BEATS = 4
/** Rooms end by themselves, if every process that knew them is gone. Each process writes its own again in a sixth of this time. */
const ROOM_MS = 60 * 60_000
const CHANNEL = 'presence'

/** News that is late by more than this is no news of before: the clock of Redis was set back. */
const LATEST_US = 60_000_000

/** `at`: when it was, by the clock of Redis, in µs. Absent: Redis was not asked. */
type Change = PresenceChange & { room: RoomName; at?: number | undefined }

/**
 * Who is in the rooms of all processes. Redis has a hash for each room, and each process says in it who is connected to it. What a
 * process said counts while it is alive. While Redis is away, each process knows its own connections, and says them again afterwards.
 */
export function createRedisPresence(options: RedisPresenceOptions): PresenceStore & { close(): void } {
  const { url, name, bus, clock, random, answerMs = ANSWER_MS, beatMs = BEAT_MS } = options
  const redis = createRedisCommands(url, clock, answerMs)
  const local = createLocalPresence()
  const self = base64url(random.bytes(9))
  const listeners = new Set<(room: RoomName, change: PresenceChange) => void>()
  /** Who is here by the connections of this process. */
  const own = new Map<RoomName, Map<string, Present>>()
  /** Whom the listeners of this process were told of as present, in the rooms that have connections here, and when they last came. */
  const told = new Map<RoomName, Map<string, number>>()
  let isUnsaid = false
  let beats = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  const keysOf = (room: string, process: string) => [`${name}:here`, `${name}:room:${room}`, `${name}:of:${process}`]
  const run = (script: string, keys: readonly string[], ...values: (string | number)[]) =>
    redis.send('EVAL', [script, String(keys.length), ...keys, ...values.map(String)])

  function tell({ room, present, change, at }: Change): void {
    if (!own.has(room)) return
    const known = told.get(room) ?? new Map<string, number>()
    told.set(room, known)
    const cameAt = known.get(present.id)
    if (change === 'came') {
      known.set(present.id, at ?? cameAt ?? 0)
      if (cameAt !== undefined) return
    } else {
      // Who has come back in another process since has not left: a busy process tells late.
      if (at !== undefined && cameAt !== undefined && cameAt > at && cameAt - at < LATEST_US) return
      known.delete(present.id)
    }
    for (const listener of [...listeners]) listener(room, { present, change })
  }

  /** To every process. */
  function announce(change: Change): void {
    tell(change)
    bus.publish(CHANNEL, JSON.stringify({ by: self, ...change }))
  }

  async function say(change: Change, process = self): Promise<void> {
    const { room, present } = change
    const script = change.change === 'came' ? ENTER : LEAVE
    const values = [present.id, process, JSON.stringify(present), room, ROOM_MS]
    try {
      const answer = await run(script, keysOf(room, process), ...values)
      const [elsewhere, at] = Array.isArray(answer) ? answer : []
      if (elsewhere === 0) announce({ ...change, at: momentOf(at) })
    } catch {
      isUnsaid = true // the next beat says everything again
      tell(change)
    }
  }

  /** Everything again, and that those are not here whose leaving could not be said. */
  async function sayAll(): Promise<void> {
    isUnsaid = false
    for (const room of textsOf(await redis.send('SMEMBERS', [`${name}:of:${self}`])).filter(isRoomName))
      for (const { process, present } of everyone(await run(LIST, keysOf(room, self))))
        if (process === self && own.get(room)?.has(present.id) !== true) await say({ room, present, change: 'left' })
    const all = [...own].flatMap(([room, there]) => [...there.values()].map((present) => ({ room, present })))
    await Promise.all(all.map(({ room, present }) => say({ room, present, change: 'came' })))
  }

  /** What a process that is gone has left behind. One of the others finds it, because ZREM has an effect once. */
  async function bury(process: string): Promise<void> {
    const rooms = textsOf(await run(GONE, [`${name}:here`, `${name}:of:${process}`], process))
    for (const room of rooms.filter(isRoomName))
      for (const { process: by, present } of everyone(await run(LIST, keysOf(room, process))))
        if (by === process) await say({ room, present, change: 'left' }, process)
  }

  async function beat(): Promise<void> {
    try {
      const answer = await run(ALIVE, [`${name}:here`], self, beatMs * MISSED_BEATS)
      const [isNew, gone] = Array.isArray(answer) ? answer : []
      for (const process of textsOf(gone)) if (process !== self) await bury(process)
      // New: Redis was emptied, or the others have ended what this process said while it was suspended.
      if (isNew === 1 || isUnsaid || beats++ * beatMs >= ROOM_MS / 6) {
        beats = 0
        await sayAll()
      }
    } catch {
      isUnsaid = true
    }
    if (isClosed) return
    timer = setTimeout(() => void beat(), beatMs)
    timer.unref()
  }

  local.follow((room, { present, change }) => {
    const there = own.get(room) ?? new Map<string, Present>()
    if (change === 'came') own.set(room, there.set(present.id, present))
    else there.delete(present.id)
    void say({ room, present, change })
    if (there.size > 0) return
    own.delete(room)
    told.delete(room)
  })
  const endHearing = bus.subscribe(CHANNEL, (message) => {
    const change = changeIn(message)
    if (change !== undefined && change.by !== self) tell(change)
  })
  timer = setTimeout(() => void beat(), 0)
  timer.unref()

  return {
    enter: local.enter,
    leave: local.leave,
    async list(room) {
      const here = await local.list(room)
      const answer = await run(LIST, keysOf(room, self)).catch(() => [])
      const byId = new Map<string, Present>()
      const others = everyone(answer).flatMap(({ process, isAlive, present }) =>
        isAlive && process !== self ? [present] : [],
      )
      for (const present of [...here, ...others]) {
        const known = byId.get(present.id)
        if (known === undefined || present.since < known.since) byId.set(present.id, present)
      }
      return [...byId.values()]
    },
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      endHearing()
      redis.close()
    },
  }
}

const momentOf = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? Number(value) : undefined)

const textsOf = (answer: unknown): string[] =>
  Array.isArray(answer) ? answer.filter((item) => typeof item === 'string') : []

/** Of an answer of LIST: who is there, and by which process. Others can write to Redis too. */
function everyone(answer: unknown): { process: string; isAlive: boolean; present: Present }[] {
  const [alive, fields] = Array.isArray(answer) ? answer.map(textsOf) : []
  if (alive === undefined || fields === undefined) return []
  return fields.flatMap((field, index) => {
    const process = field.slice(field.indexOf('\n') + 1)
    const present = index % 2 === 0 ? presentOf(fields[index + 1]) : undefined
    return present === undefined ? [] : [{ process, isAlive: alive.includes(process), present }]
  })
}

function changeIn(message: string): (Change & { by: unknown }) | undefined {
  try {
    const value: unknown = JSON.parse(message)
    if (!isRecord(value)) return undefined
    const { by, room, change, at } = value
    const present = presentOf(JSON.stringify(value.present))
    if (typeof room !== 'string' || !isRoomName(room) || present === undefined) return undefined
    return change === 'came' || change === 'left' ? { by, room, present, change, at: momentOf(at) } : undefined
  } catch {
    return undefined
  }
}
