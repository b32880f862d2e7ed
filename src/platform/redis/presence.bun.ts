import type { Bus } from '../../core/feed/model.ts'
import { isRoomName } from '../../core/rooms/names.ts'
import type { PresenceChange, PresenceStore, Present, RoomName } from '../../core/rooms/parts.ts'
import type { Clock, Random } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { createLocalPresence } from '../streams.ts'
import { createRedisCommands } from './commands.bun.ts'
import {
  ALIVE,
  type Change,
  changeIn,
  ENTER,
  everyone,
  GONE,
  isBefore,
  LEAVE,
  LIST,
  momentOf,
  textsOf,
} from './presence-scripts.ts'

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
/** Asks the others to compare what they told with what Redis has. Releases before it do not read it. */
const LOOK = 'look'

/** So many changes are on their way to Redis. Thousands in one moment, as after a restart, would not be answered in time. */
const AT_ONCE = 200
interface Told {
  /** Whether somebody here asked who is in the room. Then `people` is everybody of whom they know. */
  isAsked: boolean
  /** When Redis was last asked, as in `Change`: what was before has been told. */
  askedAt: number
  /** `at`: when they last came, as in `Change`; 0: before anything that can be heard. */
  people: Map<string, { present: Present; at: number }>
}

/**
 * Who is in the rooms of all processes. Redis has a hash for each room, and each process says in it who is connected to it. What a
 * process said counts while it is alive. While Redis is away, each process knows its own connections, and says them again afterwards.
 *
 * Changes come over the bus. When it says that some may not have come, what was told here is compared with what Redis has, and the
 * difference is told: with the next beat, or a few beats after Redis was away, when each process has said its own again.
 */
export function createRedisPresence(options: RedisPresenceOptions): PresenceStore & { close(): void } {
  const { url, name, bus, clock, random, answerMs = ANSWER_MS, beatMs = BEAT_MS } = options
  const redis = createRedisCommands(url, clock, answerMs)
  const local = createLocalPresence()
  const self = base64url(random.bytes(9))
  const listeners = new Set<(room: RoomName, change: PresenceChange) => void>()
  /** Who is here by the connections of this process. */
  const own = new Map<RoomName, Map<string, Present>>()
  /** Whom the listeners of this process were told of as present, in the rooms that have connections here. */
  const told = new Map<RoomName, Told>()
  /** What waits to be said, by room and person: the last change counts. */
  const waiting = new Map<string, Change>()
  let isSaying = false
  /** Who left while Redis was asked for a room: the answer may be from before. */
  const asking = new Set<Set<string>>()
  /** After so many beats more it is looked for changes that were missed. 0: there is nothing to look for. */
  let looksIn = 0
  let isLooking = false
  let isUnsaid = false
  let beats = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  const keysOf = (room: string, process: string) => [`${name}:here`, `${name}:room:${room}`, `${name}:of:${process}`]
  const run = (script: string, keys: readonly string[], ...values: (string | number)[]) =>
    redis.send('EVAL', [script, String(keys.length), ...keys, ...values.map(String)])

  function toldIn(room: RoomName): Told {
    const known = told.get(room) ?? { isAsked: false, askedAt: 0, people: new Map() }
    told.set(room, known)
    return known
  }

  function tell({ room, present, change, at }: Change): void {
    if (!own.has(room)) return
    const { isAsked, askedAt, people } = toldIn(room)
    if (isBefore(at, askedAt)) return
    const cameAt = people.get(present.id)?.at
    if (change === 'came') {
      people.set(present.id, { present, at: at ?? cameAt ?? 0 })
      for (const left of asking) left.delete(`${room} ${present.id}`)
      if (cameAt !== undefined) return
    } else {
      // Who has come back in another process since has not left: a busy process tells late.
      if (cameAt !== undefined && isBefore(at, cameAt)) return
      people.delete(present.id)
      for (const left of asking) left.add(`${room} ${present.id}`)
      if (isAsked && cameAt === undefined) return
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

  function sayInTurn(change: Change): void {
    const key = `${change.room} ${change.present.id}`
    waiting.delete(key)
    waiting.set(key, change)
    if (!isSaying) void sayWaiting()
  }

  async function sayWaiting(): Promise<void> {
    isSaying = true
    try {
      while (waiting.size > 0 && !isClosed) {
        const some: Change[] = []
        for (const [key, change] of waiting) {
          if (some.length === AT_ONCE) break
          waiting.delete(key)
          some.push(change)
        }
        await Promise.all(some.map((change) => say(change)))
      }
    } finally {
      isSaying = false
    }
  }

  /** Everything again, and that those are not here whose leaving could not be said. */
  async function sayAll(): Promise<void> {
    isUnsaid = false
    for (const room of textsOf(await redis.send('SMEMBERS', [`${name}:of:${self}`])).filter(isRoomName))
      for (const { process, present } of everyone(await run(LIST, keysOf(room, self))))
        if (process === self && own.get(room)?.has(present.id) !== true) await say({ room, present, change: 'left' })
    for (const [room, there] of own) for (const present of there.values()) sayInTurn({ room, present, change: 'came' })
  }

  /** What a process that is gone has left behind. One of the others finds it, because ZREM has an effect once. */
  async function bury(process: string): Promise<void> {
    const rooms = textsOf(await run(GONE, [`${name}:here`, `${name}:of:${process}`], process))
    for (const room of rooms.filter(isRoomName))
      for (const { process: by, present } of everyone(await run(LIST, keysOf(room, process))))
        if (by === process) await say({ room, present, change: 'left' }, process)
  }

  /** Who is in a room by other living processes, since when at the earliest, and when this was. */
  async function othersIn(room: RoomName): Promise<{ others: Map<string, Present>; at: number | undefined }> {
    const left = new Set<string>()
    asking.add(left)
    try {
      const answer = await run(LIST, keysOf(room, self))
      const others = new Map<string, Present>()
      for (const { process, isAlive, present } of everyone(answer)) {
        if (!isAlive || process === self || left.has(`${room} ${present.id}`)) continue
        const known = others.get(present.id)
        if (known === undefined || present.since < known.since) others.set(present.id, present)
      }
      return { others, at: momentOf(Array.isArray(answer) ? answer[2] : undefined) }
    } finally {
      asking.delete(left)
    }
  }

  async function tellMissed(): Promise<void> {
    for (const [room, known] of [...told]) {
      if (!known.isAsked) continue
      const { others, at } = await othersIn(room)
      const here = own.get(room)
      if (here === undefined || told.get(room) !== known || at === undefined) continue
      known.askedAt = at
      const there = [...here.values(), ...others.values()]
      const ids = new Set(there.map(({ id }) => id))
      for (const { present } of [...known.people.values()])
        if (!ids.has(present.id)) tell({ room, present, change: 'left', at })
      for (const present of there) if (!known.people.has(present.id)) tell({ room, present, change: 'came', at })
    }
  }

  const lookSoon = (): void => {
    looksIn ||= 1
  }

  /** The beats do not wait for it. */
  function look(): void {
    isLooking = true
    void tellMissed()
      .catch(lookSoon)
      .finally(() => {
        isLooking = false
      })
  }

  async function beat(): Promise<void> {
    try {
      const answer = await run(ALIVE, [`${name}:here`], self, beatMs * MISSED_BEATS)
      const [isNew, gone] = Array.isArray(answer) ? answer : []
      for (const process of textsOf(gone)) if (process !== self) await bury(process)
      // New: Redis was emptied, or the others have ended what this process said while it was suspended.
      if (isNew === 1 || isUnsaid || beats++ * beatMs >= ROOM_MS / 6) {
        const wasUnsaid = isUnsaid
        beats = 0
        await sayAll()
        // Redis may have noted what it did not answer: then it is not news for Redis, and was not told to the others.
        if (wasUnsaid) bus.publish(CHANNEL, LOOK)
      }
      // The others are about to say their own again, too.
      if (isNew === 1) looksIn = MISSED_BEATS
      else if (looksIn > 0 && !isLooking && --looksIn === 0) look()
    } catch {
      isUnsaid = true
      looksIn = MISSED_BEATS
    }
    if (isClosed) return
    timer = setTimeout(() => void beat(), beatMs)
    timer.unref()
  }

  local.follow((room, { present, change }) => {
    const there = own.get(room) ?? new Map<string, Present>()
    if (change === 'came') own.set(room, there.set(present.id, present))
    else there.delete(present.id)
    sayInTurn({ room, present, change })
    if (there.size > 0) return
    own.delete(room)
    told.delete(room)
  })
  const endHearing = bus.subscribe(
    CHANNEL,
    (message) => {
      if (message === LOOK) lookSoon()
      const change = changeIn(message)
      if (change !== undefined && change.by !== self) tell(change)
    },
    lookSoon,
  )
  timer = setTimeout(() => void beat(), 0)
  timer.unref()

  return {
    enter: local.enter,
    leave: local.leave,
    async list(room) {
      const here = await local.list(room)
      const { others, at = 0 } = await othersIn(room).catch(() => ({ others: new Map<string, Present>(), at: 0 }))
      if (own.has(room)) {
        const known = toldIn(room)
        // The first one who asks learns of them by the answer. Later they are told as new to those who asked before.
        if (!known.isAsked) {
          for (const [id, present] of others) if (!known.people.has(id)) known.people.set(id, { present, at })
          Object.assign(known, { isAsked: true, askedAt: at })
        }
      }
      const byId = new Map(others)
      for (const present of here) {
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
