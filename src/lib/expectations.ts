/** What a schema expects, in words for the one who sent something else. Made from the schema alone: never the value. */
import type { TSchema } from '@sinclair/typebox'
import type { ValueError } from '@sinclair/typebox/errors'
import { EMAIL_FORMAT, emailFault } from './email.ts'

/**
 * In words, and never as a regular expression, which is how TypeBox tells of a pattern; of a union it says "Expected union
 * value", and this says which values there are. `x-expected` of a schema is what it expects, in words of its own.
 */
export function expectation({
  schema,
  message,
  value,
}: Pick<ValueError, 'schema' | 'message'> & { value?: unknown }): string {
  // "Expected string to match …": a pattern or a format. Lengths and types have messages that can be read.
  if (message.includes(' to match ')) {
    if (schema.format === EMAIL_FORMAT && typeof value === 'string') return emailFault(value) ?? message
    return `Expected ${inWords(schema) ?? `text in the form of ${exampleOf(schema)}`}`
  }
  if (schema.type === 'boolean') return `Expected ${inWords(schema) ?? 'true or false'}`
  const branches: TSchema[] = Array.isArray(schema.anyOf) ? schema.anyOf : []
  const constants = branches.map((branch): unknown => branch.const)
  if (branches.length > 0 && constants.every((constant) => constant !== undefined))
    return `Expected one of ${constants.join(', ')}`
  // `t.Integer` in a query is a union of an integer and a text that holds one.
  const integer = branches.find((branch) => branch.type === 'integer')
  return integer ? `Expected an integer${bounds(integer)}` : message
}

/**
 * Of a union of objects, the errors of the branch the value comes closest to: whoever sends a code of five digits is told
 * of the digits, and not that it was no link either. Any other error is itself.
 */
export function closestErrors(found: ValueError): ValueError[] {
  const branches: TSchema[] = Array.isArray(found.schema.anyOf) ? found.schema.anyOf : []
  if (branches.length === 0 || branches.some(({ type }) => type !== 'object')) return [found]
  const candidates = found.errors.map(firstErrors)
  return candidates.reduce((closest, errors) => (errors.length < closest.length ? errors : closest))
}

/** Enough to tell and to compare by. A body may have half a million, and each costs to be found. */
const ENOUGH = 20

function firstErrors(errors: Iterable<ValueError>): ValueError[] {
  const first: ValueError[] = []
  for (const error of errors) {
    first.push(error)
    if (first.length === ENOUGH) break
  }
  return first
}

const inWords = ({ 'x-expected': words }: TSchema): string | undefined =>
  typeof words === 'string' ? words : undefined

const exampleOf = ({ examples, default: preset, title }: TSchema): string =>
  String((Array.isArray(examples) ? examples[0] : undefined) ?? preset ?? title ?? 'the documentation')

function bounds({ minimum, maximum }: TSchema): string {
  if (typeof minimum === 'number' && typeof maximum === 'number') return ` from ${minimum} to ${maximum}`
  if (typeof minimum === 'number') return ` of at least ${minimum}`
  return typeof maximum === 'number' ? ` of at most ${maximum}` : ''
}
