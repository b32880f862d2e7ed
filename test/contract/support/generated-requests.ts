/** Nonsense requests, beside some that are nearly right. */
import { KindGuard, type TObject, type TSchema } from '@sinclair/typebox'
import fc from 'fast-check'
import { type Route, validBody } from '../../http/support/routes.ts'
import { naughtyStrings } from '../../support/naughty-strings.ts'
import { ORIGIN } from '../../support/test-app.ts'

export interface GeneratedRequest {
  method: string
  /** Path and query, as it stands in the URL. */
  target: string
  headers: Record<string, string>
  body: string | undefined
}

/**
 * Stand where a case needs what only exists while it runs, so that a case means the same when it is repeated:
 * `Bearer {admin}` with the token of that moment.
 */
export const placeholders = ['admin', 'user', 'refreshToken', 'cookie', 'adminId', 'userId', 'orgId'] as const
export type Actual = Record<(typeof placeholders)[number], string>

/** The request with everything in its place. */
export function fillIn({ method, target, headers, body }: GeneratedRequest, actual: Actual): GeneratedRequest {
  const fill = (text: string): string =>
    placeholders.reduce((filled, name) => filled.replaceAll(`{${name}}`, actual[name]), text)
  return {
    method,
    target: fill(target),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])),
    body: body === undefined ? undefined : fill(body),
  }
}

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...naughtyStrings) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
)

const json = fc.oneof(
  { weight: 2, arbitrary: text },
  fc.jsonValue({ maxDepth: 3 }),
  fc.double(),
  fc.constant(undefined),
)

/** Mostly a value the schema takes, sometimes one near its bounds, sometimes anything. */
const valueFor = (schema: TSchema, sample: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 16, arbitrary: sample }, { weight: 3, arbitrary: nearly(schema) }, { weight: 1, arbitrary: json })

function nearly(schema: TSchema): fc.Arbitrary<unknown> {
  if (KindGuard.IsString(schema)) return text
  if (KindGuard.IsBoolean(schema)) return fc.constantFrom<unknown>(true, false, 'true', 1, null)
  if (KindGuard.IsArray(schema)) return fc.array(fc.oneof(fc.constantFrom('admin', 'user'), json), { maxLength: 4 })
  if (KindGuard.IsUnion(schema)) return fc.constantFrom(...schema.anyOf.map((choice) => choice.const ?? null))
  if (KindGuard.IsInteger(schema)) return fc.oneof(fc.integer(), fc.constantFrom(0, 1, 100, 101, -1, 1.5))
  return json
}

function bodyFor(schema: TObject): fc.Arbitrary<string> {
  const samples = validBody(schema)
  const sampleOf = (name: string): fc.Arbitrary<unknown> => {
    if (name === 'email') return fc.nat(999).map((number) => `person${number}@example.com`)
    return fc.constant(name === 'refreshToken' ? '{refreshToken}' : samples[name])
  }
  const fields = fc.record(
    Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, valueFor(property, sampleOf(name))]),
    ),
    { requiredKeys: [] },
  )
  const extra = fc.oneof({ weight: 20, arbitrary: fc.constant({}) }, fc.dictionary(text, json, { maxKeys: 2 }))
  const whole = fc.tuple(fields, extra).map(([known, unknown]) => JSON.stringify({ ...samples, ...known, ...unknown }))
  return fc.oneof(
    { weight: 20, arbitrary: whole },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.tuple(whole, fc.nat(200)).map(([body, at]) => body.slice(0, at)) },
  )
}

const encoded = (value: unknown): string => encodeURIComponent(String(value).toWellFormed())

function queryFor(schema: TObject | undefined): fc.Arbitrary<string> {
  const known = Object.entries(schema?.properties ?? {}).map(([name, property]) =>
    fc
      .oneof({ weight: 2, arbitrary: nearly(property) }, { weight: 1, arbitrary: text })
      .map((value) => `${name}=${encoded(value)}`),
  )
  const unknown = fc.tuple(text, text).map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
  const raw = text.map((value) => value.toWellFormed())
  const part = known.length > 0 ? fc.oneof({ weight: 6, arbitrary: fc.oneof(...known) }, unknown, raw) : unknown
  return fc
    .oneof(fc.constant([]), { weight: 2, arbitrary: fc.array(part, { maxLength: 3 }) })
    .map((parts) => (parts.length === 0 ? '' : `?${parts.join('&')}`))
}

/** What HTTP lets stand in a header: bytes above the controls. */
const headerValue = text.map((value) => value.replaceAll(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '').slice(0, 4000))

const CONTENT_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/merge-patch+json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=a',
  '',
]

function headersFor(): fc.Arbitrary<Record<string, string>> {
  const token = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.oneof(
        { weight: 4, arbitrary: fc.constant('{admin}') },
        fc.constantFrom('{user}', '{cookie}', '{refreshToken}'),
      ),
    },
    { weight: 1, arbitrary: headerValue },
  )
  const authorization = fc.oneof({ weight: 16, arbitrary: token.map((value) => `Bearer ${value}`) }, headerValue)
  const oddities = fc.record(
    {
      'content-type': headerValue,
      'content-length': fc.constantFrom('0', '-1', 'x', '1e3', '99999999999', '0x10'),
      cookie: fc.oneof(
        token.map((value) => `__Host-session=${value}`),
        headerValue,
      ),
      origin: fc.oneof(fc.constantFrom(ORIGIN, 'null', 'https://evil.example'), headerValue),
      'sec-fetch-site': fc.oneof(fc.constantFrom('same-origin', 'cross-site'), headerValue),
      'if-match': fc.oneof(fc.constantFrom('*', '"1"', '"2", W/"3"', '"999999999999999"'), headerValue),
      'x-request-id': headerValue,
      'x-forwarded-for': headerValue,
      'user-agent': headerValue,
      accept: headerValue,
      'accept-language': headerValue,
      'transfer-encoding': fc.constantFrom('chunked', 'gzip', 'identity'),
      'x-http-method-override': fc.constantFrom('DELETE', 'PATCH'),
    },
    { requiredKeys: [] },
  )
  return fc
    .record({
      signedIn: fc.oneof({ weight: 10, arbitrary: authorization }, { weight: 1, arbitrary: fc.constant(undefined) }),
      contentType: fc.oneof(
        { weight: 20, arbitrary: fc.constant('application/json') },
        { weight: 1, arbitrary: fc.constantFrom(...CONTENT_TYPES) },
      ),
      odd: fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: oddities }),
    })
    .map(({ signedIn, contentType, odd }) => ({
      ...(signedIn === undefined ? {} : { authorization: signedIn }),
      'content-type': contentType,
      ...odd,
    }))
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'get', 'M-SEARCH']

function requestTo(route: Route): fc.Arbitrary<GeneratedRequest> {
  const id = fc.oneof(
    route.path.startsWith('/v1/orgs/:id')
      ? { weight: 12, arbitrary: fc.constant('{orgId}') }
      : { weight: 4, arbitrary: fc.constantFrom('{userId}', '{adminId}') },
    { weight: 2, arbitrary: text.map(encoded) },
    text,
  )
  const odd = fc.oneof({ weight: 15, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: text })
  return fc
    .record({
      method: fc.oneof({ weight: 15, arbitrary: fc.constant(route.method) }, fc.constantFrom(...METHODS)),
      id,
      odd,
      query: queryFor(route.query),
      headers: headersFor(),
      body: route.body ? bodyFor(route.body) : fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, text),
    })
    .map(({ method, id: inPath, odd: appended = '', query, headers, body }) => ({
      method,
      target: `${route.path.replace(/:\w+/, () => inPath.toWellFormed()).replaceAll(/:\w+/g, '{userId}')}${encodeURI(appended.toWellFormed())}${query}`,
      headers,
      body: method === 'GET' || method === 'HEAD' || method === 'get' ? undefined : body,
    }))
}

/** Any request to any of the routes, each route as often as the others. */
export const generatedRequests = (routes: readonly Route[]): fc.Arbitrary<GeneratedRequest> =>
  fc.oneof(...routes.map(requestTo))
