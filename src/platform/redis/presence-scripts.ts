/** What `presence.bun.ts` asks of Redis, and how it reads what comes. Each script is one atomic step, and uses the clock of Redis. */
import { isRoomName } from '../../core/rooms/names.ts'
import type { PresenceChange, Present, RoomName } from '../../core/rooms/parts.ts'
import { isRecord } from '../../lib/is-record.ts'

const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = time[1] * 1000000 + time[2]
`
/** 1 if another living process has the same person in this room. */
const ELSEWHERE = `local elsewhere = 0
for _, process in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')) do
  if process ~= ARGV[2] and redis.call('HEXISTS', KEYS[2], ARGV[1] .. '\\n' .. process) == 1 then elsewhere = 1 end
end
`
/**
 * Keys: living processes, room, rooms of the process. Values: person, process, JSON, name of the room, ms. Returns whether the person
 * is there by another process too, and when this was, in µs.
 */
export const ENTER = `${NOW}${ELSEWHERE}
redis.call('HSET', KEYS[2], ARGV[1] .. '\\n' .. ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('SADD', KEYS[3], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return {elsewhere, at}`
/** The same keys and values. Returns 1 too if the person was not there. */
export const LEAVE = `${NOW}${ELSEWHERE}
if redis.call('HDEL', KEYS[2], ARGV[1] .. '\\n' .. ARGV[2]) == 0 then return {1, at} end
return {elsewhere, at}`
/** The living processes, the fields and values of the room, and when this was, in µs. */
export const LIST = `${NOW}
return {redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf'), redis.call('HGETALL', KEYS[2]), at}`
/** Says that the process lives for some ms. Returns 1 if it was not known, and the processes that are gone. */
export const ALIVE = `${NOW}
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. now)
local isNew = redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return {isNew, gone}`
/** The rooms of a process that is gone: for the first one who asks. */
export const GONE = `if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return {} end
local rooms = redis.call('SMEMBERS', KEYS[2])
redis.call('DEL', KEYS[2])
return rooms`

/** Undefined for what is none. */
export function presentOf(text: unknown): Present | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (!isRecord(value)) return undefined
    const { id, kind, since } = value
    const isOne = typeof id === 'string' && typeof kind === 'string' && Number.isSafeInteger(since)
    return isOne ? { id, kind, since: Number(since) } : undefined
  } catch {
    return undefined
  }
}

export const momentOf = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) ? Number(value) : undefined

export const textsOf = (answer: unknown): string[] =>
  Array.isArray(answer) ? answer.filter((item) => typeof item === 'string') : []

/** Of an answer of LIST: who is there, and by which process. Others can write to Redis too. */
export function everyone(answer: unknown): { process: string; isAlive: boolean; present: Present }[] {
  const [alive, fields] = Array.isArray(answer) ? answer.map(textsOf) : []
  if (alive === undefined || fields === undefined) return []
  return fields.flatMap((field, index) => {
    const process = field.slice(field.indexOf('\n') + 1)
    const present = index % 2 === 0 ? presentOf(fields[index + 1]) : undefined
    return present === undefined ? [] : [{ process, isAlive: alive.includes(process), present }]
  })
}

/** News that is late by more than this is no news of before: the clock of Redis was set back. */
const LATEST_US = 60_000_000

/** Of times in µs by the clock of Redis. Without one nothing is said. */
export const isBefore = (at: number | undefined, other: number): boolean =>
  at !== undefined && at < other && other - at < LATEST_US

/** `at`: when it was, by the clock of Redis, in µs. Absent: Redis was not asked. */
export type Change = PresenceChange & { room: RoomName; at?: number | undefined }

/** A message of the bus. Undefined for what is none. */
export function changeIn(message: string): (Change & { by: unknown }) | undefined {
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
