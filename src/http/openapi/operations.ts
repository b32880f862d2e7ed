/** One operation of the OpenAPI document: parameters, bodies, answers, and every error of the route. */
import { Value } from '@sinclair/typebox/value'
import type { AnyElysia } from 'elysia'
import type { Config } from '../../config.ts'
import { ACCESS, enrolmentMarks, freshMarks, sessionMarks } from '../access.ts'
import { ANY_PRINCIPAL } from '../marks.ts'
import type { LargeBody } from '../bodies.ts'
import { answersOf } from '../response-checks.ts'
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
  const problem = writeSchema(ProblemSchema, { closed: false })

  function write(route: Route, drafted: JsonSchema): JsonSchema {
    const { method, path, hooks } = route
    if (hooks.standaloneSchema?.length || hooks.cookie)
      throw new Error(`${method} ${path}: schemas of guards, macros and cookies would be missing from the document`)
    const {
      parameters,
      requestBody: _,
      responses: __,
      'x-stateless': ___,
      'x-limited': ____,
      'x-body': _____,
      'x-answers': ______,
      ...detail
    } = drafted
    const large: LargeBody | undefined = hooks.detail['x-body']
    const permission = permissionOf(route)
    const description = [
      detail.description,
      permission && `Requires the permission \`${permission}\`.`,
      needsFreshSession(route) &&
        'Requires a sign-in of the last 10 minutes. `POST /v1/auth/step-up` makes such a session.',
      large && `The body may have up to ${large.bytes / 1024} KiB.`,
    ].filter(Boolean)
    return {
      ...detail,
      ...(large ? { 'x-max-body-bytes': large.bytes } : {}),
      ...(description.length > 0 ? { description: description.join('\n\n') } : {}),
      ...(Array.isArray(parameters) && parameters.length > 0 ? { parameters: parameters.map(parameter) } : {}),
      ...(hooks.body
        ? { requestBody: { required: !Value.Check(hooks.body, {}), content: content(hooks.body, { closed: true }) } }
        : {}),
      responses: { ...successes(route), ...failures(route) },
    }
  }

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
    return Object.fromEntries(
      [...found].map(([status, codes]) => {
        const name = responseName(codes)
        responses[name] = problemResponse(codes, problem, appUrl)
        return [status, { $ref: `#/components/responses/${name}` }]
      }),
    )
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

function permissionOf({ hooks }: Route): string | undefined {
  const mark: unknown = hooks.detail[ACCESS]
  return typeof mark === 'string' && !['public', ANY_PRINCIPAL, ...sessionMarks].includes(mark) ? mark : undefined
}

const isGuarded = ({ detail }: Route['hooks']): boolean => detail[ACCESS] !== 'public'
const isLimited = ({ detail }: Route['hooks']): boolean => detail['x-limited'] === true

const needsFreshSession = ({ hooks }: Route): boolean => freshMarks.includes(hooks.detail[ACCESS])

/** `if-match` → `If-Match` */
const headerName = (name: string): string => name.replace(/(?:^|-)[a-z]/g, (letters) => letters.toUpperCase())
