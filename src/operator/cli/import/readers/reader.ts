/** What a reader of the export of another system does. docs/import.md lists what each takes. */
import type { CsvShape } from '../csv-rows.ts'

export type Values = Readonly<Record<string, unknown>>

/** Settings of the other system that its export does not contain. */
export interface ReaderSettings {
  /** Makes the text for `passwordHash` of the hash and the salt of Firebase. Absent: its parameters are not known. */
  firebaseHash?: ((hash: string, salt: string) => string) | undefined
  /** The hash of an account of Auth0, by its id or its e-mail in small letters. */
  auth0Hashes?: ReadonlyMap<string, string> | undefined
}

export interface Taken {
  /** The row for the import. Absent: the record is left out. */
  user?: Values
  /** What is left out although its field was read, in words. */
  left?: readonly string[]
}

export interface Reader {
  /** The array of records, if the file is one JSON object. */
  arrayIn?: string
  csv?: CsvShape
  /** The fields that `take` reads. Every other field with a value is counted as left out. */
  reads: readonly string[]
  /** The name of a field in `reads`, if the system writes it in several ways. */
  plain?: (field: string) => string
  /** Throws `UsageError` if a setting is missing. */
  take(record: Values, settings: ReaderSettings): Taken
}

export const WITHOUT_EMAIL: Taken = { left: ['users without an e-mail'] }

/** The text of a field, without the blanks around it. Absent or empty: undefined. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : ''
  return text === '' ? undefined : text
}

/** True for true, 1, `true`, `t` and `1`: what databases and JSON write. */
export const isTrue = (value: unknown): boolean =>
  value === true || value === 1 || ['true', 't', '1'].includes(String(value).toLowerCase())

/** An object, or the JSON of one, as a database exports it into a cell. */
export function valuesOf(value: unknown): Values {
  if (typeof value === 'string') {
    try {
      return valuesOf(JSON.parse(value) as unknown)
    } catch {
      return {}
    }
  }
  return typeof value === 'object' && value !== null ? (value as Values) : {}
}

/** A list, or the JSON of one. */
export function listOf(value: unknown): readonly unknown[] {
  const list = valuesOf(value)
  return Array.isArray(list) ? list : []
}

/**
 * The fields of `publicMetadata` or `privateMetadata`. Text that is no JSON, and a list, stay what they are, and the schema of
 * the row refuses them. Empty: undefined.
 */
export function metadataOf(value: unknown): unknown {
  if (!saysSomething(value)) return undefined
  if (typeof value !== 'string') return value
  try {
    return metadataOf(JSON.parse(value) as unknown)
  } catch {
    return value
  }
}

/**
 * Metadata that people can change themselves in the other system, under its name there. So no rule and no application takes
 * it for what an administrator wrote.
 */
export function ownWords(name: string, value: unknown): Values | undefined {
  const metadata = metadataOf(value)
  return metadata === undefined ? undefined : { [name]: metadata }
}

/** The metadata without some fields. */
export const withoutFields = (metadata: Values, names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(metadata).filter(([name]) => !names.includes(name)))

/** No address: with it, people sign in by e-mail. `left` says when another one than `email` is left out. */
export function usernameOf(value: unknown, email: string): { username: string | undefined; left: readonly string[] } {
  const username = textOf(value)
  if (!username?.includes('@')) return { username, left: [] }
  return {
    username: undefined,
    left: username.toLowerCase() === email.toLowerCase() ? [] : ['usernames that are e-mails'],
  }
}

/** No account is of 1973 or before, so smaller numbers are seconds. */
const LEAST_MS = 100_000_000_000
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/

/**
 * Seconds or ms since 1970 become ISO 8601, also in digits. A time without a zone is UTC, as these systems store it. The
 * import reads other texts, or refuses them.
 */
export function timeOf(value: unknown): string | undefined {
  const number = typeof value === 'number' ? value : /^\d{9,16}$/.test(String(value)) ? Number(value) : undefined
  if (number === undefined) {
    const text = textOf(value)
    return text !== undefined && WITHOUT_ZONE.test(text) ? `${text}Z` : text
  }
  const time = new Date(number < LEAST_MS ? number * 1000 : number)
  return Number.isNaN(time.getTime()) ? String(value) : time.toISOString()
}

/** First and last name together. */
export const fullName = (...parts: readonly unknown[]): string | undefined =>
  textOf(
    parts
      .map(textOf)
      .filter((part) => part !== undefined)
      .join(' '),
  )

/** A row without the fields that are absent. */
export const rowOf = (row: Values): Values =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))

export const statusOf = (disabled: boolean): 'active' | 'disabled' => (disabled ? 'disabled' : 'active')

/** Whether a field says something: not absent, empty, false or an empty list. */
export function saysSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return false
  if (value === '{}' || value === '[]') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
