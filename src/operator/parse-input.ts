import type { Static, TSchema } from '@sinclair/typebox'
import type { ValueError } from '@sinclair/typebox/errors'
import { Value } from '@sinclair/typebox/value'
import { problem } from '../errors.ts'
import { expectation } from '../lib/expectations.ts'

/** The input of an operation. Throws `request.invalid`. */
export function parse<Schema extends TSchema>(schema: Schema, input: unknown): Static<Schema> {
  if (Value.Check(schema, input)) return Value.Decode(schema, input)
  const errors = [...Value.Errors(schema, input)].map((found) => ({
    path: found.path || '/',
    message: inWords(found),
  }))
  throw problem('request.invalid', { errors })
}

function inWords(found: ValueError): string {
  const { pattern, format, description } = found.schema
  return typeof description === 'string' && pattern === undefined && format === undefined
    ? `Expected: ${description}`
    : expectation(found)
}
