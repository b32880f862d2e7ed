/** A request as a command and as code, with the example of its body. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the samples are code
import { isRecord } from '../../lib/is-record.ts'
import { exampleOf, type MediaType, type OpenApi, type Parameter, type Placed, responseOf } from './openapi-types.ts'

const FORM = 'application/x-www-form-urlencoded'
const JSON_BODY = 'application/json'

interface Sample {
  url: string
  /** Not of a GET. */
  type?: typeof FORM | typeof JSON_BODY
  body?: unknown
  credentials?: 'token' | 'client'
}

function sampleOf({ path, operation }: Placed, origin: string): Sample {
  const { parameters = [], requestBody, security = [] } = operation
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    sampleValue(parameters.find((one) => one.name === name)),
  )
  const query = new URLSearchParams(
    parameters.filter((one) => one.in === 'query' && one.required).map((one) => [one.name, sampleValue(one)]),
  )
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const schemes = security.flatMap(Object.keys)
  return {
    url: `${origin}${filled}${query.size > 0 ? `?${query}` : ''}`,
    ...(type === FORM || type === JSON_BODY ? { type, body: bodyOf(media) } : {}),
    ...(schemes.includes('bearer') ? { credentials: 'token' as const } : {}),
    ...(schemes.includes('client') ? { credentials: 'client' as const } : {}),
  }
}

const bodyOf = (media: MediaType | undefined): unknown => (media === undefined ? undefined : exampleOf(media))

const sampleValue = (parameter: Parameter | undefined): string =>
  String(parameter?.schema.examples?.[0] ?? parameter?.schema.enum?.[0] ?? `{${parameter?.name ?? ''}}`)

/** Text in single quotes of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

export function curlSample(placed: Placed, origin: string): string {
  const { url, type, body, credentials } = sampleOf(placed, origin)
  const lines = [
    `curl ${placed.method === 'GET' || (placed.method === 'POST' && body !== undefined) ? '' : `-X ${placed.method} `}${quoted(url)}`,
  ]
  if (credentials === 'token') lines.push('-H "Authorization: Bearer $TOKEN"')
  if (credentials === 'client') lines.push('-u "$CLIENT_ID:$CLIENT_SECRET"')
  if (type === JSON_BODY && body !== undefined)
    lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(body, undefined, 2))}`)
  if (type === FORM && isRecord(body))
    for (const [name, value] of Object.entries(body))
      lines.push(`--data-urlencode ${quoted(`${name}=${textOf(value)}`)}`)
  return lines.join(' \\\n  ')
}

export function fetchSample(placed: Placed, origin: string): string {
  const { url, type, body, credentials } = sampleOf(placed, origin)
  const headers = [
    ...(credentials === 'token' ? ['authorization: `Bearer ${token}`'] : []),
    ...(credentials === 'client' ? ['authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`'] : []),
    ...(type === JSON_BODY && body !== undefined ? ["'content-type': 'application/json'"] : []),
  ]
  const written =
    body === undefined
      ? undefined
      : type === JSON_BODY
        ? `JSON.stringify(${literal(body, '  ')})`
        : `new URLSearchParams(${literal(isRecord(body) ? texts(body) : {}, '  ')})`
  const options = [
    ...(placed.method === 'GET' ? [] : [`method: '${placed.method}'`]),
    ...(headers.length > 0 ? [`headers: { ${headers.join(', ')} }`] : []),
    ...(written === undefined ? [] : [`body: ${written}`]),
  ]
  const call = options.length === 0 ? `fetch('${url}')` : `fetch('${url}', {\n  ${options.join(',\n  ')},\n})`
  return [
    `const response = await ${call}`,
    `if (!response.ok) throw new Error((await response.json()).${type === FORM ? 'error' : 'code'})`,
    ...(answersJson(placed) ? ['const result = await response.json()'] : []),
  ].join('\n')
}

const answersJson = ({ operation }: Placed): boolean =>
  Object.entries(operation.responses).some(
    ([status, { content }]) => status < '300' && content?.[JSON_BODY] !== undefined,
  )

/** JSON as TypeScript: single quotes, and names without quotes where they need none. */
function literal(value: unknown, indent = ''): string {
  const deeper = `${indent}  `
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  if (!isRecord(value)) return JSON.stringify(value)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const items = Array.isArray(value)
    ? value.map((item) => literal(item, deeper))
    : Object.entries(value).map(([name, item]) => `${nameIn(name)}: ${literal(item, deeper)}`)
  return items.length === 0 ? `${open}${close}` : `${open}\n${deeper}${items.join(`,\n${deeper}`)},\n${indent}${close}`
}
const nameIn = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name))

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
const texts = (body: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name, textOf(value)]))

/** The example of the answer that a success has; undefined without a body. */
export function answerSample({ operation }: Placed, document: OpenApi): { status: string; body: unknown } | undefined {
  for (const [status, response] of Object.entries(operation.responses)) {
    const media = responseOf(response, document).content?.[JSON_BODY]
    const body = status < '300' && media !== undefined ? exampleOf(media) : undefined
    if (body !== undefined) return { status, body }
  }
  return undefined
}
