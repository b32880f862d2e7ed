/** The metadata of a user: a JSON object of the application, changed by merge patches (RFC 7396). */
import { problem } from '../../errors.ts'
import { utf8 } from '../../lib/encoding.ts'
import { MAX_METADATA_BYTES, type Metadata } from './metadata-schema.ts'

/** Levels of lists and objects, with the outer one. */
const MAX_DEPTH = 8
/**
 * The limits of a request with both objects: each may be written with escapes, and may have many short fields or items.
 * The number of its bytes is checked after the merge.
 */
export const METADATA_BODY = { bytes: 49_152, rows: 4096, members: 2048, valuesPerRow: 4 }

/**
 * Checks what does not depend on the stored object. A merge is no deeper than its two sides. Throws
 * `user.metadata_too_large`, and `request.invalid` for a number that JSON cannot write (1e999).
 */
export function assertMetadata(metadata: unknown, path: string): void {
  const walk = (value: unknown, depth: number): void => {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw problem('request.invalid', { errors: [{ path, message: 'A number is out of range' }] })
    if (typeof value !== 'object' || value === null) return
    if (depth > MAX_DEPTH) throw problem('user.metadata_too_large', { errors: [{ path, message: TOO_DEEP }] })
    for (const item of Object.values(value)) walk(item, depth + 1)
  }
  walk(metadata, 1)
}

const TOO_DEEP = `At most ${MAX_DEPTH} levels of lists and objects are accepted`

/** Checks a new object too: its size. Throws the same. */
export function assertNewMetadata(metadata: Metadata, path: string): void {
  assertMetadata(metadata, path)
  if (utf8(JSON.stringify(patched({}, metadata))).length > MAX_METADATA_BYTES) throw tooLarge([path])
}

export const tooLarge = (paths: readonly string[]) =>
  problem('user.metadata_too_large', {
    errors: paths.map((path) => ({ path, message: `At most ${MAX_METADATA_BYTES} bytes are accepted` })),
  })

/** The object after a merge patch, as `json_patch` of the database makes it. Changes neither argument. RFC 7396 §2. */
export function patched(target: Metadata, patch: Metadata = {}): Metadata {
  const fields = new Map(Object.entries(target))
  for (const [name, value] of Object.entries(patch)) {
    const before = fields.get(name)
    if (value === null) fields.delete(name)
    else fields.set(name, isObject(value) ? patched(isObject(before) ? before : {}, value) : value)
  }
  return Object.fromEntries(fields) // a field may have any name, such as __proto__
}

const isObject = (value: unknown): value is Metadata =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
