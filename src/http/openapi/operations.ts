/** One operation of the OpenAPI document: parameters, bodies, answers, and every error of the route. */
import { Value } from '@sinclair/typebox/value'
import type { AnyElysia } from 'elysia'
import type { Config } from '../../config.ts'
import { ACCESS, enrolmentMarks, freshMarks, sessionMarks } from '../access.ts'
import { ANY_PRINCIPAL } from '../marks.ts'
import type { LargeBody } from '../bodies.ts'
import { ENDPOINT_PARTS, type EndpointDetail } from '../endpoint-detail.ts'
import { answersOf } from '../response-checks.ts'
import { CLIENT_SECURITY, either, endpointFailures, formContent } from './endpoint-parts.ts'
import { createSchemaWriter, exampleOf, type JsonSchema, type WriteOptions } from './json-schema.ts'
import {
  codesByStatus,
  codesOf,
  header,
  ProblemSchema,
  problemResponse,
  rateLimitHeaderNames,
  responseName,
} from './problem-responses.ts'

export type Route = AnyElysia['routes'][number]
type Schema = Route['hooks']['body']

const DESCRIPTIONS: Record<string, string> = { 200: 'Done.', 201: 'Created.', 202: 'Accepted.', 204: 'Done.' }

/** `schemas` and `responses` collect the components that the operations refer to. */
export function createOperations(routes: readonly Route[], { appUrl }: Pick<Config, 'appUrl'>) {
  const { components: schemas, write: writeSchema } = createSchemaWriter()
  const responses: Record<string, JsonSchema> = {}
  const writeOpen = (schema: unknown) => writeSchema(schema, { closed: false })
  const problem = writeOpen(ProblemSchema)

  function write(route: Route, drafted: JsonSchema): JsonSchema {
    const { method, path, hooks } = route
    if (hooks.standaloneSchema?.length || hooks.cookie)
      throw new Error(`${method} ${path}: schemas of guards, macros and cookies would be missing from the document`)
    const { parameters, ...rest } = drafted
    const detail = Object.fromEntries(Object.entries(rest).filter(([name]) => !OMITTED.has(name)))
    const { 'x-form': form, 'x-query': query, 'x-client-authentication': ofClient } = endpointDetail(route)
    const large: LargeBody | undefined = hooks.detail['x-body']
    const permission = permissionOf(route)
    const description = [
      detail.description,
      permission && `Requires the permission \`${permission}\`.`,
      needsFreshSession(route) &&
        'Requires a sign-in of the last 10 minutes. `POST /v1/auth/step-up` makes such a session.',
      large && `The body may have up to ${large.bytes / 1024} KiB.`,
    ].filter(Boolean)
    const shown = [...(Array.isArray(parameters) ? parameters : []), ...(query ? queryParameters(query()) : [])]
    return {
      ...detail,
      ...(ofClient ? { security: CLIENT_SECURITY } : {}),
      ...(large ? { 'x-max-body-bytes': large.bytes } : {}),
      ...(description.length > 0 ? { description: description.join('\n\n') } : {}),
      ...(shown.length > 0 ? { parameters: shown.map(parameter) } : {}),
      ...(hooks.body
        ? { requestBody: { required: !Value.Check(hooks.body, {}), content: content(hooks.body, { closed: true }) } }
        : {}),
      ...(form ? { requestBody: formBody(form()) } : {}),
      responses: { ...successes(route), ...failures(route) },
    }
  }

  const formBody = (schema: Schema): JsonSchema => ({
    required: !Value.Check(schema, {}),
    content: formContent(schema, writeOpen),
  })

  /**
   * The plugin moves `description` and `examples` out of the schema. In OpenAPI 3.1, examples belong into the schema.
   */
  function parameter({ name, in: place, required, schema, description, examples }: JsonSchema): JsonSchema {
    const written = writeSchema(
      { ...Object(schema), ...(examples === undefined ? {} : { examples }) },
      { closed: true },
    )
    delete written.description
    return {
      name: place === 'header' ? headerName(String(name)) : name,
      in: place,
      required: required === true && written.default === undefined,
      ...(description === undefined ? {} : { description }),
      schema: written,
    }
  }

  function successes({ path, hooks }: Route): JsonSchema {
    const written: JsonSchema = {}
    const keyed = hooks.headers?.properties?.['idempotency-key'] !== undefined
    for (const [status, schema] of Object.entries<Schema>(answersOf(hooks))) {
      if (Number(status) >= 400) continue
      const sent: string[] = [
        ...(schema['x-headers'] ?? []),
        ...(status === '201' && hasItems(path) ? ['Location'] : []),
        ...(keyed ? ['Idempotency-Replayed'] : []),
        ...(isGuarded(hooks) || isLimited(hooks) ? rateLimitHeaderNames : []),
      ]
      written[status] = {
        description: schema.description ?? DESCRIPTIONS[status] ?? 'Done.',
        headers: Object.fromEntries(['X-Request-Id', ...sent].map((name) => [name, header(name)])),
        ...(schema.type === 'undefined' ? {} : { content: content(schema, { closed: false }) }),
      }
    }
    return written
  }

  /** A route that creates a resource sends Location, if there is a route that reads a single item. */
  const hasItems = (path: string): boolean =>
    routes.some((route) => route.method === 'GET' && route.path === `${path.replace(/\/$/, '')}/:id`)

  function failures(route: Route): JsonSchema {
    const { method, hooks } = route
    const found = codesByStatus({
      method,
      guarded: isGuarded(hooks),
      limited: isLimited(hooks),
      permission: permissionOf(route) !== undefined,
      fresh: needsFreshSession(route),
      factor: isGuarded(hooks) && !enrolmentMarks.includes(hooks.detail[ACCESS]),
      hasBody: Boolean(hooks.body),
      hasParameters: Boolean(hooks.params || hooks.query || hooks.headers),
      stateless: hooks.detail['x-stateless'] === true,
      declared: Object.values<Schema>(answersOf(hooks)).flatMap(codesOf),
    })
    const { 'x-oauth-failures': oauth = () => ({}), 'x-refused-by-page': pages = () => [] } = endpointDetail(route)
    const others = endpointFailures({ oauth: oauth(), pages: pages() }, writeOpen)
    const problems = [...found].map(([status, codes]) => {
      const written = problemResponse(codes, problem, appUrl)
      const other = others[status]
      if (other !== undefined) return [status, either(other, written)]
      const name = responseName(codes)
      responses[name] = written
      return [status, { $ref: `#/components/responses/${name}` }]
    })
    return { ...others, ...Object.fromEntries(problems) }
  }

  /** One media type for a body: JSON, or the one in the schema (`contentMediaType`, JSON Schema §8.4). */
  function content(schema: Schema, options: WriteOptions): JsonSchema {
    const variants: Schema[] = schema.anyOf?.filter((variant: Schema) => variant.title) ?? []
    const shown =
      variants.length > 1
        ? { examples: Object.fromEntries(variants.map((variant) => [variant.title, { value: exampleOf(variant) }])) }
        : { example: exampleOf(schema) }
    return { [schema.contentMediaType ?? 'application/json']: { schema: writeSchema(schema, options), ...shown } }
  }

  return { schemas, responses, write }
}

/** What the plugin guesses, and what the details of routes say to this generator alone. */
const OMITTED = new Set<string>([
  'requestBody',
  'responses',
  'x-stateless',
  'x-limited',
  'x-body',
  'x-answers',
  ...ENDPOINT_PARTS,
])

const endpointDetail = ({ hooks }: Route): EndpointDetail => hooks.detail

/** As the plugin drafts those of a validated query. */
const queryParameters = ({ properties, required = [] }: Schema): JsonSchema[] =>
  Object.entries<Schema>(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
    description: schema.description,
  }))

function permissionOf({ hooks }: Route): string | undefined {
  const mark: unknown = hooks.detail[ACCESS]
  return typeof mark === 'string' && !['public', ANY_PRINCIPAL, ...sessionMarks].includes(mark) ? mark : undefined
}

const isGuarded = ({ detail }: Route['hooks']): boolean => detail[ACCESS] !== 'public'
const isLimited = ({ detail }: Route['hooks']): boolean => detail['x-limited'] === true

const needsFreshSession = ({ hooks }: Route): boolean => freshMarks.includes(hooks.detail[ACCESS])

/** `if-match` → `If-Match` */
const headerName = (name: string): string => name.replace(/(?:^|-)[a-z]/g, (letters) => letters.toUpperCase())
