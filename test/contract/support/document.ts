/** The OpenAPI document of a test app, with what the tests ask of it. */
import { createOpenApiDocument } from '../../../src/http/openapi/document.ts'
import type { TestApp } from '../../support/test-app.ts'

type Referable = { $ref?: string }
interface Content {
  schema: Record<string, unknown>
  example?: unknown
  examples?: Record<string, { value: unknown }>
}
interface Answer extends Referable {
  description: string
  headers?: Record<string, unknown>
  content?: Record<string, Content>
}
export interface Operation {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters?: { name: string; in: string; required: boolean; schema: Record<string, unknown> }[]
  requestBody?: { required: boolean; content: Record<string, Content> }
  responses: Record<string, Answer>
}
export interface Document {
  openapi: string
  servers: { url: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Record<string, unknown>>; responses: Record<string, Answer> }
}

export const documentOf = async ({ app, deps }: TestApp): Promise<Document> =>
  JSON.parse(JSON.stringify(createOpenApiDocument(await app.allRoutes(), deps.config))) as Document // as clients read it

export interface Described {
  method: string
  path: string
  operation: Operation
}

export const operationsOf = ({ paths }: Document): Described[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )

/** An answer, followed through its `$ref`. */
export function resolve(document: Document, answer: Answer): Answer {
  if (answer.$ref === undefined) return answer
  const name = answer.$ref.replace('#/components/responses/', '')
  const found = document.components.responses[name]
  if (!found) throw new Error(`there is no ${answer.$ref}`)
  return found
}

/** Every example of a body. */
export const examplesOf = (content: Record<string, Content> | undefined): unknown[] =>
  Object.values(content ?? {}).flatMap(({ example, examples }) =>
    examples ? Object.values(examples).map(({ value }) => value) : [example],
  )

/** The codes an operation documents: those its problem documents show. */
export const codesOf = (document: Document, { responses }: Operation): string[] =>
  Object.entries(responses).flatMap(([status, answer]) =>
    Number(status) < 400
      ? []
      : Object.keys(resolve(document, answer).content?.['application/problem+json']?.examples ?? {}),
  )
