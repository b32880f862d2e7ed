/** Keyset cursors: the end of a page, opaque to the client. */
import { base64url, fromBase64url, fromUtf8, utf8 } from '../../lib/encoding.ts'
import { isStorable } from '../../lib/storable-text.ts'

/**
 * The values of the sort columns in the last row of a page. `order` prevents the use of a cursor with another sort
 * order.
 */
export interface Cursor {
  order: string
  value: string | number
  id: string
}

export const encodeCursor = ({ order, value, id }: Cursor): string =>
  base64url(utf8(JSON.stringify([order, value, id])))

/** Returns undefined for a text that `encodeCursor` did not make for this order. */
export function decodeCursor(text: string, order: string): Cursor | undefined {
  const bytes = fromBase64url(text)
  if (!bytes) return undefined
  try {
    const parts: unknown = JSON.parse(fromUtf8(bytes))
    if (!Array.isArray(parts) || parts.length !== 3) return undefined
    const [parsedOrder, value, id] = parts as unknown[]
    if (parsedOrder !== order || !isText(id)) return undefined
    if (!isText(value) && !Number.isSafeInteger(value)) return undefined
    return { order, value: value as string | number, id } // the checks above leave only these types
  } catch {
    return undefined
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && isStorable(value)
