/**
 * The parameters of an OAuth request (RFC 6749 §3.1, §3.2): a parameter without a value counts as absent, and none may
 * come twice, except those that their specification repeats.
 */
import { refuse } from './oauth-error.ts'

/** RFC 8707 §2, RFC 8693 §2.1. */
const REPEATED = new Set(['resource', 'audience'])
const MAX_VALUES = 20
const MAX_LENGTH = 16_384

export interface Parameters {
  get(name: string): string | undefined
  /** The values of a parameter that may be repeated. */
  all(name: string): readonly string[]
  entries(): Record<string, string | string[]>
}

/** Throws `invalid_request` for a parameter that comes twice, for too many values, and for text that cannot be stored. */
export function readParameters(source: URLSearchParams | Record<string, string | string[]>): Parameters {
  const values = new Map<string, string[]>()
  const pairs =
    source instanceof URLSearchParams
      ? source
      : Object.entries(source).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]))
  for (const [name, value] of pairs) {
    if (value === '') continue
    if (value.includes('\0') || value.length > MAX_LENGTH) throw refuse('invalid_request', 'A parameter is too long.')
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else if (!REPEATED.has(name) || known.length >= MAX_VALUES)
      throw refuse('invalid_request', 'A parameter comes more than once.')
    else known.push(value)
  }
  return {
    get: (name) => values.get(name)?.[0],
    all: (name) => values.get(name) ?? [],
    entries: () =>
      Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all])),
  }
}

/** `scope`: names that blanks separate (RFC 6749 §3.3), each once. */
export const scopesIn = (text: string | undefined): string[] => [...new Set(text?.split(' ').filter(Boolean) ?? [])]
