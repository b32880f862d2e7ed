/** What `http/endpoint-detail.ts` says about an endpoint, as parts of its operation. */
import { type TSchema, Type } from '@sinclair/typebox'
import type { OAuthFailures } from '../endpoint-detail.ts'
import { exampleOf, type JsonSchema } from './json-schema.ts'
import { header } from './problem-responses.ts'

type Write = (schema: unknown) => JsonSchema

const OAuthRefusal = Type.Object(
  {
    error: Type.String({ description: 'Stable. Use this to decide what to do.' }),
    error_description: Type.String({ description: 'For the developer of the client.' }),
  },
  { title: 'OAuthRefusal', description: 'RFC 6749 §5.2.' },
)

/** The client of an endpoint may send its secret in the header. */
export const CLIENT_SECURITY = [{ client: [] }, {}]

/** One media type. The example of each variant has what is required or has an example. */
export function formContent(schema: TSchema, write: Write): JsonSchema {
  const variants: TSchema[] = schema.anyOf ?? []
  const shown =
    variants.length > 0
      ? { examples: Object.fromEntries(variants.map((each) => [each.title, { value: exampleForm(each) }])) }
      : { example: exampleForm(schema) }
  return { 'application/x-www-form-urlencoded': { schema: write(schema), ...shown } }
}

function exampleForm({ properties = {}, required = [] }: TSchema): JsonSchema {
  const shown = Object.entries<TSchema>(properties).filter(
    ([name, property]) => required.includes(name) || property.examples !== undefined,
  )
  return Object.fromEntries(shown.map(([name, property]) => [name, exampleOf(property)]))
}

/** Statuses and their answers: JSON, or a page. */
export function endpointFailures(
  { oauth, pages }: { oauth: OAuthFailures; pages: readonly number[] },
  write: Write,
): Record<string, JsonSchema> {
  const refusals = Object.entries(oauth).map(([status, codes]) => [status, oauthResponse(Number(status), codes, write)])
  return { ...Object.fromEntries(pages.map((status) => [status, page])), ...Object.fromEntries(refusals) }
}

const page: JsonSchema = {
  description: 'A page for people, because the client is not certain or the person cannot go on.',
  headers: { 'X-Request-Id': header('X-Request-Id') },
  content: { 'text/html': { schema: { type: 'string' } } },
}

function oauthResponse(status: number, codes: readonly string[], write: Write): JsonSchema {
  return {
    description: `A refusal in the form of RFC 6749 §5.2: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
    headers: {
      'X-Request-Id': header('X-Request-Id'),
      ...(status === 401 ? { 'WWW-Authenticate': header('WWW-Authenticate') } : {}),
      ...(status === 503 ? { 'Retry-After': header('Retry-After') } : {}),
      ...(codes.includes('use_dpop_nonce') ? { 'DPoP-Nonce': header('DPoP-Nonce') } : {}),
    },
    content: {
      'application/json': {
        schema: {
          allOf: [write(OAuthRefusal), { type: 'object', properties: { error: { type: 'string', enum: codes } } }],
        },
        example: { error: codes[0], error_description: 'What is wrong with the request.' },
      },
    },
  }
}

/** One answer of two that have the same status and different media types. */
export const either = (one: JsonSchema, other: JsonSchema): JsonSchema => ({
  description: `${one.description}\n\n${other.description}`,
  headers: { ...Object(one.headers), ...Object(other.headers) },
  content: { ...Object(one.content), ...Object(other.content) },
})
