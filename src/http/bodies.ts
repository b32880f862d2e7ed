/** Request bodies: JSON only, bounded, parsed once. */
import { Elysia } from 'elysia'
import { problem } from '../errors.ts'

export const MAX_BODY_BYTES = 1_048_576
export const FORM = 'application/x-www-form-urlencoded'

/**
 * Replaces the framework's parsers, which take form and text bodies on JSON routes: a cross-site form needs no
 * preflight, so accepting one would open every route to CSRF.
 */
export const bodies = () =>
  new Elysia({ name: 'bodies' }).onParse({ as: 'global' }, async ({ request }) => {
    const text = await readText(request)
    // No body is an empty object: routes with optional fields accept it, all others name what is missing. Many clients
    // send the content type all the same, with DELETE too.
    if (text === '') return {}
    // On one route alone: `requests` has refused it on all others. Its handler reads the text.
    if (request.headers.get('content-type') === FORM) return text
    if (!isJson(request.headers.get('content-type'))) throw problem('request.unsupported_media_type')
    const value = parseJson(text)
    const unstorable = findUnstorable(value)
    if (unstorable) throw problem('request.invalid', { errors: [{ ...unstorable, path: unstorable.path || '/' }] })
    return value
  })

/** RFC 8259 and the structured suffix of RFC 6839. */
export const isJson = (contentType: string | null): boolean =>
  /^application\/(?:json|[\w.!#$&^-]+\+json)\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType?.trim() ?? '')

/** Stops at the cap: a body without Content-Length could otherwise fill the memory. Throws `request.too_large`, `request.malformed`. */
async function readText(request: Request): Promise<string> {
  if (!request.body) return ''
  if (request.headers.has('content-length')) return decode(new Uint8Array(await request.arrayBuffer()))
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.byteLength
    if (size > MAX_BODY_BYTES) throw problem('request.too_large')
    chunks.push(chunk)
  }
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return decode(whole)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Uint8Array): string {
  if (bytes.byteLength > MAX_BODY_BYTES) throw problem('request.too_large')
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw problem('request.malformed', { detail: 'The body is not UTF-8.', cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw problem('request.malformed', { cause })
  }
}

const MAX_DEPTH = 64

interface Unstorable {
  path: string
  message: string
}

/**
 * Where there is text the database could not give back as it came, U+0000 (read back cut) or lone surrogates
 * (replaced), or nesting that could end the stack. Paths are put together only when something is found: a megabyte may
 * hold half a million values.
 */
function findUnstorable(value: unknown, depth = 0): Unstorable | undefined {
  if (typeof value === 'string')
    return isStorable(value) ? undefined : { path: '', message: 'U+0000 and lone surrogates are not accepted' }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth === MAX_DEPTH) return { path: '', message: 'The body is nested too deeply' }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const found = findUnstorable(value[index], depth + 1)
      if (found) return { ...found, path: `/${index}${found.path}` }
    }
    return undefined
  }
  for (const [name, item] of Object.entries(value)) {
    if (!isStorable(name)) return { path: '', message: 'A field name contains U+0000 or a lone surrogate' }
    const found = findUnstorable(item, depth + 1)
    if (found) return { ...found, path: `/${escapePointer(name)}${found.path}` }
  }
  return undefined
}

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** RFC 6901 §3. */
const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
