/** Request bodies: JSON only, bounded, parsed once. What is refused is refused before it costs anything. */
import { type AnyElysia, Elysia } from 'elysia'
import type { Deps } from '../deps.ts'
import { problem } from '../errors.ts'
import { type JsonBounds, measureJson } from './json-bounds.ts'
import { type Guard, guardOf } from './access.ts'
import { problemOf } from './problems.ts'
import { takeBodyPoint } from '../core/limits/request-budgets.ts'
import { requestContext } from './request-context.ts'
import { readBounded } from '../lib/read-bounded.ts'
import { isStorable } from '../lib/storable-text.ts'

/** What any route takes, unless its detail says more with `bodyUpTo`. */
export const BODY_BYTES = 16_384
/** What no route may exceed. */
export const MAX_BODY_BYTES = 1_048_576
/** With or without `charset=UTF-8`, which `fetch` adds to a body of `URLSearchParams`. */
export const isForm = (contentType: string | null): boolean =>
  /^application\/x-www-form-urlencoded\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType?.trim() ?? '')

/** Either encoding of a form; `isForm` is the one that browsers send unless they are told otherwise. */
export const isAnyForm = (contentType: string | null): boolean =>
  isForm(contentType) || /^multipart\/form-data\s*;/i.test(contentType?.trim() ?? '')

const BOUNDS: JsonBounds = { depth: 32, members: 100, items: 100, values: 1000, nameBytes: 256, numberBytes: 64 }

/** What a route takes that takes larger bodies. */
export interface LargeBody {
  bytes: number
  /** Items of its longest list. */
  rows: number
  valuesPerRow: number
  /** Members of its largest object. Absent: 100. */
  members?: number
}

/**
 * In the detail of a route whose body may be larger than BODY_BYTES: its one mark. What is refused goes by it, and the
 * OpenAPI document says so, as text and as `x-max-body-bytes`.
 */
export const bodyUpTo = (large: LargeBody) => ({ 'x-body': large })

/**
 * In the detail of a route of `forms` that takes `multipart/form-data` too. Its handler gets the text as it came.
 */
export const takesAnyForm = { 'x-any-form': true } as const

/** What is done with the body of a route, by how it is marked. */
interface BodyRule {
  maxBytes: number
  bounds: JsonBounds
  /** Of a route that is not public. */
  guard: Guard | undefined
  /** Whether it takes `multipart/form-data`. */
  anyForm: boolean
}

const DEFAULT_RULE: BodyRule = { maxBytes: BODY_BYTES, bounds: BOUNDS, guard: undefined, anyForm: false }

function ruleOf({ hooks }: AnyElysia['routes'][number]): BodyRule {
  const guard = guardOf(hooks)
  const large: LargeBody | undefined = hooks.detail?.['x-body']
  const anyForm = hooks.detail?.['x-any-form'] === true
  if (large === undefined) return { ...DEFAULT_RULE, guard, anyForm }
  const { rows, valuesPerRow, members = BOUNDS.members } = large
  const bounds = { ...BOUNDS, members, items: rows, values: rows * valuesPerRow }
  return { maxBytes: large.bytes, bounds, guard, anyForm }
}

/** Read off the routes when the first body comes: at start-up there are none yet. */
function createRules(routes: () => AnyElysia['routes']) {
  let rules: Map<string, BodyRule> | undefined
  return (method: string, path: string): BodyRule => {
    rules ??= new Map(routes().map((route) => [`${route.method} ${route.path}`, ruleOf(route)]))
    return rules.get(`${method} ${path}`) ?? DEFAULT_RULE
  }
}

/**
 * Replaces the framework's parsers, which take form and text bodies on JSON routes: a cross-site form needs no
 * preflight, so accepting one would open every route to CSRF.
 *
 * Before a byte is read, who may not call the route learns that, and on a public route a point is taken of the address
 * (`body:address`), which a body that is valid gives back.
 */
export const bodies = (deps: Pick<Deps, 'limiter'>, routes: () => AnyElysia['routes']) => {
  const rules = createRules(routes)
  return new Elysia({ name: 'bodies' }).use(requestContext()).onParse({ as: 'global' }, async (context) => {
    const { request, set, route } = context
    const { maxBytes, bounds, guard, anyForm } = rules(request.method, route)
    if (guard) {
      const held: Parameters<Guard>[0] = { request, set, cause: context.cause }
      try {
        await guard(held)
      } catch (error) {
        // The framework would take any other error of this hook for one of the body.
        throw problemOf(error)
      }
      // The guard in `transform` finds it there and is done.
      ;(context as { actor?: unknown }).actor = held.actor
      ;(context as { org?: unknown }).org = held.org
    } else takeBodyPoint(deps, context.cause())
    const bytes = await readBytes(request, maxBytes)
    // No body is an empty object: routes with optional fields accept it, all others name what is missing. Many clients
    // send the content type all the same, with DELETE too.
    if (bytes.byteLength === 0) return {}
    // On one route alone: `requests` has refused it on all others. Its handler reads the text.
    const contentType = request.headers.get('content-type')
    if (isForm(contentType) || (anyForm && isAnyForm(contentType))) return decode(bytes)
    if (!isJson(contentType)) throw problem('request.unsupported_media_type')
    // RFC 9110 §15.5.16. What is not decoded here must not be read as if it were plain: something in front may have decoded it.
    const encoding = request.headers.get('content-encoding')?.trim()
    if (encoding && encoding.toLowerCase() !== 'identity')
      throw problem('request.unsupported_media_type', { detail: 'Send the body as it is, without Content-Encoding.' })
    const { broken, names } = measureJson(bytes, bounds)
    if (broken !== undefined) throw refused(broken)
    const value = parseJson(decode(bytes))
    const walked = { names: 0 }
    const unstorable = findUnstorable(value, walked)
    if (unstorable) throw problem('request.invalid', { errors: [{ ...unstorable, path: unstorable.path || '/' }] })
    // RFC 8259 §4: what it means is up to who reads it. A gateway in front of us may have read the other one.
    if (walked.names !== names) throw refused('An object has two fields of the same name')
    return value
  })
}

/**
 * For an app that has all its routes and has compiled none. Elysia reads no body of a GET, and yet makes every route with a parser
 * asynchronous: so the reads lose theirs.
 */
export function withoutParsersOfReads(app: AnyElysia): void {
  for (const { method, hooks } of app.routes) if (method === 'GET') delete hooks.parse
}

const refused = (message: string) => problem('request.invalid', { errors: [{ path: '/', message }] })

/** RFC 8259 and the structured suffix of RFC 6839. */
export const isJson = (contentType: string | null): boolean =>
  /^application\/(?:json|[\w.!#$&^-]+\+json)\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType?.trim() ?? '')

/** Stops at the cap: a body without Content-Length could otherwise fill the memory. Throws `request.too_large`. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!request.body) return new Uint8Array()
  const declared = request.headers.get('content-length')
  if (Number(declared) > maxBytes) throw tooLarge(maxBytes)
  if (declared !== null) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes)
    return bytes
  }
  const whole = await readBounded(request.body, maxBytes)
  if (whole === undefined) throw tooLarge(maxBytes)
  return whole
}

export const tooLarge = (maxBytes: number) =>
  problem('request.too_large', { detail: `At most ${maxBytes / 1024} KiB are accepted here.` })

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Throws `request.malformed`. */
function decode(bytes: Uint8Array): string {
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

interface Unstorable {
  path: string
  message: string
}

/**
 * Where there is text the database could not give back as it came: U+0000 (read back cut) or lone surrogates (replaced).
 * Counts the names it meets. No deeper than `measureJson` lets a text be. Paths are put together only when something is
 * found.
 */
function findUnstorable(value: unknown, walked: { names: number }): Unstorable | undefined {
  if (typeof value === 'string')
    return isStorable(value) ? undefined : { path: '', message: 'U+0000 and lone surrogates are not accepted' }
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const found = findUnstorable(value[index], walked)
      if (found) return { ...found, path: `/${index}${found.path}` }
    }
    return undefined
  }
  for (const [name, item] of Object.entries(value)) {
    walked.names++
    if (!isStorable(name)) return { path: '', message: 'A field name contains U+0000 or a lone surrogate' }
    const found = findUnstorable(item, walked)
    if (found) return { ...found, path: `/${escapePointer(name)}${found.path}` }
  }
  return undefined
}

/** RFC 6901 §3. */
const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
