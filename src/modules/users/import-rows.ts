/** What the imports of users and of organisations read and report in the same way. */
import { readTimestamp } from './timestamps.ts'

export type RowErrors = { path: string; message: string }[]

/** The most errors of a row that are reported. */
export const MAX_ERRORS = 5
/** A field name may be a megabyte long. The report cuts it. */
export const MAX_PATH = 200

export const UNSTORABLE = 'U+0000 and lone surrogates are not accepted'
export const EXPECTED_TIME =
  'Expected an existing date and time with a time zone, from 1970 until now: 2019-03-05T08:15:30Z'

/** CSV and databases write absent values as null. */
export const withoutNulls = (row: unknown): unknown =>
  typeof row === 'object' && row !== null && !Array.isArray(row)
    ? Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
    : row

/** ms UTC from 1970 until `now`; undefined for any other text. */
export function parseTime(text: string, now: number): number | undefined {
  const time = readTimestamp(text)
  return time !== undefined && time >= 0 && time <= now ? time : undefined
}
