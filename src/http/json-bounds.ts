/**
 * Checks the limits of a JSON text with one walk over its bytes, before anything is built from it. A megabyte may hold
 * 100,000 names or half a million values, and each would cost time in the parser, the validator and the list of errors.
 */

export interface JsonBounds {
  /** Nesting of lists and objects. */
  depth: number
  /** Members of one object. */
  members: number
  /** Items of one list. */
  items: number
  /** Members and items of the whole text. */
  values: number
  /** Bytes of one name, with its escapes. */
  nameBytes: number
  /** Digits, sign, point and exponent of one number. */
  numberBytes: number
}

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

export interface MeasuredJson {
  /** The limit that the text breaks, in words for the caller. */
  broken?: string
  /** The number of member names in the text. Complete only if no limit is broken. */
  names: number
}

/**
 * Stops at the first broken limit. One pass without recursion, some 2 ms a megabyte. It does not refuse invalid JSON,
 * which the parser does. In a valid text it finds every broken limit.
 */
export function measureJson(bytes: Uint8Array, bounds: JsonBounds): MeasuredJson {
  /** The number of commas in each open list or object so far. Negative for an object: −1 − commas. */
  const open: number[] = []
  let counted = 0
  let inObject = false
  let values = 0
  let names = 0
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      const end = endOfString(bytes, at + 1)
      if (end - at - 1 > bounds.nameBytes && isName(bytes, end + 1))
        return { names, broken: `A field name is longer than ${bounds.nameBytes} bytes` }
      at = end + 1
      continue
    }
    if (byte === COMMA) {
      counted++
      values++
      if (inObject ? counted >= bounds.members : counted >= bounds.items)
        return {
          names,
          broken: inObject
            ? `An object has more than ${bounds.members} fields`
            : `A list has more than ${bounds.items} items`,
        }
      if (values > bounds.values) return { names, broken: `The body holds more than ${bounds.values} values` }
    } else if (byte === COLON) names++
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (open.length === bounds.depth) return { names, broken: 'The body is nested too deeply' }
      open.push(inObject ? -1 - counted : counted)
      inObject = byte === OPEN_OBJECT
      counted = 0
      values++
      if (values > bounds.values) return { names, broken: `The body holds more than ${bounds.values} values` }
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      const outer = open.pop() ?? 0
      inObject = outer < 0
      counted = inObject ? -1 - outer : outer
    } else if (byte === MINUS || (byte !== undefined && byte >= ZERO && byte <= NINE)) {
      const end = endOfNumber(bytes, at)
      if (end - at > bounds.numberBytes)
        return { names, broken: `A number is longer than ${bounds.numberBytes} characters` }
      at = end
      continue
    }
    at++
  }
  return { names }
}

/** The position of the closing quote of a string that began before `at`, or a position past the end of the text. */
function endOfString(bytes: Uint8Array, at: number): number {
  let end = at
  while (end < bytes.length) {
    const byte = bytes[end]
    if (byte === QUOTE) break
    end += byte === BACKSLASH ? 2 : 1
  }
  return end
}

function endOfNumber(bytes: Uint8Array, at: number): number {
  let end = at
  for (;;) {
    const byte = bytes[end]
    // 0-9 + - . e E
    const inNumber =
      byte !== undefined &&
      ((byte >= ZERO && byte <= NINE) || byte === 0x2b || byte === MINUS || byte === 0x2e || (byte | 0x20) === 0x65)
    if (!inNumber) return end
    end++
  }
}

/** Whether a colon follows, after white space. */
function isName(bytes: Uint8Array, at: number): boolean {
  let next = at
  for (;;) {
    const byte = bytes[next]
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return byte === COLON
    next++
  }
}
