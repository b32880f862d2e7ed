/**
 * Any route of the API for the operator, behind `bun run cli api`. The request passes through the app as one from the network does:
 * the same schemas, rules of the services, idempotency keys and events. Only its guard knows that the operator asks.
 */
import { type Static, Type } from '@sinclair/typebox'
import { createApp } from '../app.ts'
import type { Deps } from '../deps.ts'
import { asOperator } from '../http/operator-requests.ts'
import { oncePer } from '../lib/once-per.ts'
import { type Failure, OperatorError } from './failure.ts'
import { parse } from './parse-input.ts'

export const apiMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** What a header can have: a request with any other character cannot be made. */
const headerText = (maxLength: number) =>
  Type.String({ maxLength, pattern: '^[ -~]+$', 'x-expected': 'letters, digits and signs of ASCII on one line' })

const ApiCall = Type.Object(
  {
    method: Type.Union(
      apiMethods.map((method) => Type.Literal(method)),
      { description: `one of ${apiMethods.join(', ')}` },
    ),
    /** With its query. */
    path: Type.String({ minLength: 1, maxLength: 8192 }),
    body: Type.Optional(Type.Unknown()),
    ifMatch: Type.Optional(headerText(1000)),
    idempotencyKey: Type.Optional(headerText(300)),
  },
  { additionalProperties: false },
)

/** The head of the answer comes first, then its body in pieces. */
export type ApiPart = { status: number; headers: [name: string, value: string][] } | { text: string }

/** The input and the items of this operation. */
export interface ApiOperations {
  'api.call': { input: Static<typeof ApiCall>; item: ApiPart }
}

/** The same routes as those of the server, loaded when a command first needs them. */
const appOf = oncePer((deps: Deps) => createApp(deps))

const READABLE =
  /^(?:text\/(?!event-stream)|image\/svg|application\/(?:[\w.+-]+\+)?(?:json|x-ndjson|ndjson|xml|yaml)\b)/

export const apiOperation = {
  async *'api.call'(deps: Deps, input: unknown): AsyncGenerator<{ item: ApiPart }, void, undefined> {
    const response = await appOf(deps).handle(asOperator(requestOf(deps, parse(ApiCall, input))))
    const { status, headers, body } = response
    try {
      const type = headers.get('content-type')
      if (body !== null && type !== null && !READABLE.test(type)) throw new OperatorError(notText(type))
      yield { item: { status, headers: [...headers] } }
      if (body === null) return
      const decoder = new TextDecoder()
      for await (const chunk of body) yield { item: { text: decoder.decode(chunk, { stream: true }) } }
    } finally {
      // The reader went away, or the answer is not read.
      if (body?.locked === false) await body.cancel()
    }
  },
}

function requestOf({ config }: Deps, { method, path, body, ifMatch, idempotencyKey }: Static<typeof ApiCall>): Request {
  const { origin } = new URL(config.appUrl)
  const fault = faultOfPath(path)
  if (fault !== undefined) throw new OperatorError(fault)
  return new Request(new URL(path, origin), {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

/** What a command refuses as a path: what leads to another server, or to another path of this one. */
export function faultOfPath(path: string): Failure | undefined {
  const origin = 'http://operator.local'
  const isPath = path.startsWith('/') && URL.canParse(path, origin) && new URL(path, origin).origin === origin
  if (!isPath) return notPath
  return DOTS.test(path.replace(/[?#].*$|[\t\r\n]/gs, '')) ? otherPath : undefined
}

/** Parts of a path that a URL resolves, `/users/../roles`. An id that is `..` would delete what is above it. */
const DOTS = /[/\\](?:\.|%2e){1,2}(?:[/\\]|[^!-~]*$)/i

const notPath = {
  code: 'request.invalid',
  title: 'The path must begin with one slash, such as /v1/users.',
  remedy: 'Leave out the address of the server: the command finds it by itself.',
}
const otherPath = {
  code: 'request.invalid',
  title: 'The path has a part . or .., which leads to another path.',
  remedy: 'Write the path of the route itself, and check each id in it.',
}
const notText = (type: string) => ({
  code: 'answer.not_text',
  title: `The answer is ${type.split(';', 1)[0]}, and this command prints text that ends.`,
  remedy: 'Ask for it over HTTP, with an API key: docs/api-keys.md.',
})
