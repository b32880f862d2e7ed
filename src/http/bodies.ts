/** Request bodies: JSON only, bounded, parsed once. */
import { Elysia } from 'elysia'
import { problem } from '../errors.ts'

export const MAX_BODY_BYTES = 1_048_576

/**
 * Replaces the framework's parsers, which take form and text bodies on JSON routes: a cross-site form needs no
 * preflight, so accepting one would open every route to CSRF.
 */
export const bodies = () =>
  new Elysia({ name: 'bodies' }).onParse({ as: 'global' }, async ({ request }) => {
    const text = await readText(request)
    const contentType = request.headers.get('content-type')
    // No body is an empty object: routes with optional fields accept it, all others name what is missing.
    if (text === '' && contentType === null) return {}
    if (!isJson(contentType)) throw problem('request.unsupported_media_type')
    const value = parseJson(text)
    refuseUnstorable(value, '')
    return value
  })

/** RFC 8259 and the structured suffix of RFC 6839. */
export const isJson = (contentType: string | null): boolean =>
  /^application\/(?:json|[\w.!#$&^-]+\+json)\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType?.trim() ?? '')

/** Stops at the cap: a body without Content-Length could otherwise fill the memory. */
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

/** Text the database could not give back as it came: U+0000 (read back cut) and lone surrogates (replaced). */
function refuseUnstorable(value: unknown, path: string, depth = 0): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed())
      throw refused(path, 'U+0000 and lone surrogates are not accepted')
  } else if (typeof value === 'object' && value !== null) {
    if (depth === MAX_DEPTH) throw refused('/', 'The body is nested too deeply')
    for (const [name, item] of Object.entries(value)) {
      if (name.includes('\0') || !name.isWellFormed()) throw refused(path, 'A field name contains U+0000')
      refuseUnstorable(item, `${path}/${name}`, depth + 1)
    }
  }
}

const refused = (path: string, message: string) =>
  problem('request.invalid', { errors: [{ path: path || '/', message }] })
