/** The parts of an OpenAPI 3.1 document that the reference shows, and how its references are followed. */

export interface OpenApi {
  info: { title: string; version: string; description?: string }
  tags: readonly { name: string; description?: string }[]
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  components: {
    schemas: Readonly<Record<string, Schema>>
    responses: Readonly<Record<string, Response>>
    headers: Readonly<Record<string, Header>>
  }
}

interface Reference {
  $ref?: string
}

export interface Operation {
  operationId: string
  tags: readonly string[]
  summary?: string
  description?: string
  security?: readonly Readonly<Record<string, unknown>>[]
  'x-access'?: string
  parameters?: readonly Parameter[]
  requestBody?: { required?: boolean; content: Content }
  responses: Readonly<Record<string, Response>>
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header' | 'cookie'
  required?: boolean
  description?: string
  schema: Schema
}

export interface Response extends Reference {
  description?: string
  headers?: Readonly<Record<string, Header>>
  content?: Content
}

export interface Header extends Reference {
  description?: string
}

export type Content = Readonly<Record<string, MediaType>>

export interface MediaType {
  schema?: Schema
  example?: unknown
  examples?: Readonly<Record<string, { value?: unknown }>>
}

export interface Schema extends Reference {
  type?: string | readonly string[]
  format?: string
  description?: string
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  examples?: readonly unknown[]
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  additionalProperties?: Schema | boolean
  items?: Schema
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  allOf?: readonly Schema[]
}

/** An operation with its place. */
export interface Placed {
  method: string
  path: string
  tag: string
  operation: Operation
}

export const operationsOf = ({ paths }: OpenApi): Placed[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      tag: operation.tags[0] ?? '',
      operation,
    })),
  )

/** The last word of a reference: `User` of `#/components/schemas/User`. */
export const nameOf = ($ref: string): string => $ref.slice($ref.lastIndexOf('/') + 1)

/** What a reference stands for; a schema that is none, unchanged. */
export function resolved(schema: Schema, { components }: OpenApi): Schema {
  if (schema.$ref === undefined) return schema
  const { $ref, ...beside } = schema
  return { ...components.schemas[nameOf($ref)], ...beside }
}

export const responseOf = (response: Response, { components }: OpenApi): Response =>
  response.$ref === undefined ? response : (components.responses[nameOf(response.$ref)] ?? {})

export const headerOf = (header: Header, { components }: OpenApi): Header =>
  header.$ref === undefined ? header : (components.headers[nameOf(header.$ref)] ?? {})

/** The first example of a body; undefined if it has none. */
export const exampleOf = ({ example, examples = {} }: MediaType): unknown =>
  example ?? Object.values(examples)[0]?.value

/** The codes of the error catalogue that a refusal may have, or the words of RFC 6749 §5.2. */
export function codesOf(response: Response): { codes: readonly string[]; of: 'catalogue' | 'oauth' } {
  const { schema } = response.content?.['application/problem+json'] ?? response.content?.['application/json'] ?? {}
  const parts = schema?.allOf ?? [schema ?? {}]
  const field = (name: string) => parts.flatMap(({ properties }) => properties?.[name]?.enum ?? []).map(String)
  const codes = field('code')
  return codes.length > 0 ? { codes, of: 'catalogue' } : { codes: field('error'), of: 'oauth' }
}
