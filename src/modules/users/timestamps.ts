import { MINUTE_MS } from '../../lib/durations.ts'

/** Reads the timestamps of other systems. */

/**
 * ISO 8601 in the profile of RFC 3339 §5.6. It also allows a blank instead of the T, no seconds, and a short offset,
 * as databases write them.
 */
const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)$/
/** The largest offsets from UTC: Kiribati in the east, Baker Island in the west (IANA tz). */
const MAX_OFFSET_MINUTES = { '+': 14 * 60, '-': 12 * 60 }

/**
 * Reads a date and time with a time zone, in ms UTC. Without a zone, the time would depend on the machine. Returns
 * undefined for other texts and for impossible times: 30 February, 24:00, a leap second, an offset that no place has.
 */
export function readTimestamp(text: string): number | undefined {
  const [, year, month, day, hour, minute, second = '0', fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] =
    TIME.exec(text.trim()) ?? []
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  if (Number.isNaN(local)) return undefined
  // Date.UTC turns a date that does not exist into another one, and a two-digit year into a year of the last century.
  const exists =
    new Date(local).getUTCDate() === Number(day) &&
    Number(year) >= 100 &&
    Number(month) >= 1 &&
    Number(month) <= 12 &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60
  if (!exists) return undefined
  const milliseconds = local + Number(fraction.slice(0, 3).padEnd(3, '0'))
  if (sign === undefined) return milliseconds
  const offset = Number(offsetHours) * 60 + Number(offsetMinutes)
  if (Number(offsetMinutes) > 59 || offset > MAX_OFFSET_MINUTES[sign as '+' | '-']) return undefined
  return milliseconds - (sign === '+' ? offset : -offset) * MINUTE_MS
}
