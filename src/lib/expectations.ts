/**
 * Says in words what a schema expects, for a caller who sent another value. The text is made from the schema and never
 * has the value.
 */
import type { TSchema } from '@sinclair/typebox'
import type { ValueError } from '@sinclair/typebox/errors'
import { EMAIL_FORMAT, emailFault } from './email.ts'

/**
 * Replaces messages of TypeBox that are hard to read. For a pattern TypeBox shows a regular expression, and for a union
 * it says "Expected union value". This says which values are allowed. `x-expected` of a schema is its own description
 * of them.
 */
export function expectation({
  schema,
  message,
  value,
}: Pick<ValueError, 'schema' | 'message'> & { value?: unknown }): string {
  // "Expected string to match …": a pattern or a format. The messages for lengths and types are readable.
  if (message.includes(' to match ')) {
    if (schema.format === EMAIL_FORMAT && typeof value === 'string') return emailFault(value) ?? message
    return `Expected ${inWords(schema) ?? `text in the form of ${exampleOf(schema)}`}`
  }
  if (schema.type === 'boolean') return `Expected ${inWords(schema) ?? 'true or false'}`
  const branches: TSchema[] = Array.isArray(schema.anyOf) ? schema.anyOf : []
  const words = inWords(schema)
  if (branches.length > 0 && words !== undefined) return `Expected ${words}`
  const constants = constantsOf(schema)
  if (constants.length > 0 && constants.every((constant) => constant !== undefined))
    return `Expected one of ${constants.join(', ')}`
  // In a query, `t.Integer` is a union of an integer and a text that holds an integer.
  const integer = branches.find((branch) => branch.type === 'integer')
  return integer ? `Expected an integer${bounds(integer)}` : message
}

/**
 * For a union of objects, returns the errors of the branch with the fewest errors. So a caller who sends a code of five
 * digits gets the error about the digits, and not the error that it is not a link. For a list or an object that may be
 * null, returns the errors of the list or the object. Any other error is returned unchanged.
 */
export function closestErrors(found: ValueError): ValueError[] {
  const branches: TSchema[] = Array.isArray(found.schema.anyOf) ? found.schema.anyOf : []
  if (typeof found.value === 'object' && found.value !== null && inWords(found.schema) === undefined) {
    const [only, ...more] = branches.filter(({ type }) => type !== 'null')
    const errors = found.errors[only === undefined ? -1 : branches.indexOf(only)]
    if (only !== undefined && more.length === 0 && errors !== undefined) return firstErrors(errors)
  }
  if (branches.length === 0 || branches.some(({ type }) => type !== 'object')) return [found]
  const candidates = found.errors.map(firstErrors)
  return candidates.reduce((closest, errors) => (errors.length < closest.length ? errors : closest))
}

/** The values of the branches, also of a list of words that may be null; undefined for one that has no single value. */
const constantsOf = ({ anyOf }: TSchema): unknown[] =>
  (Array.isArray(anyOf) ? anyOf : []).flatMap((branch: TSchema): unknown[] =>
    Array.isArray(branch.anyOf) ? constantsOf(branch) : [branch.type === 'null' ? 'null' : branch.const],
  )

/** Enough errors to show and to compare. A body may have half a million, and each takes time to find. */
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

/** An id shows its prefix, also where its schema has no example. */
const idLike = (pattern: unknown): string | undefined => {
  const prefix = typeof pattern === 'string' ? /^\^([a-z]+)_\[0-9a-f\]\{32\}\$$/.exec(pattern)?.[1] : undefined
  return prefix === undefined ? undefined : `${prefix}_0190a5e0c5f87d3cb3a4c1f2e5d60718`
}

const exampleOf = ({ examples, default: preset, pattern, title }: TSchema): string =>
  String(
    (Array.isArray(examples) ? examples[0] : undefined) ?? preset ?? idLike(pattern) ?? title ?? 'the documentation',
  )

function bounds({ minimum, maximum }: TSchema): string {
  if (typeof minimum === 'number' && typeof maximum === 'number') return ` from ${minimum} to ${maximum}`
  if (typeof minimum === 'number') return ` of at least ${minimum}`
  return typeof maximum === 'number' ? ` of at most ${maximum}` : ''
}
