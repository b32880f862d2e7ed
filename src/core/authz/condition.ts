/** Conditions in CEL (Common Expression Language): refused when a rule is saved, or compiled. */
import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import { fieldValue, type Root, topValue } from './fields.ts'
import { inspect, MAX_DEPTH, MAX_NODES } from './inspect.ts'
import type { Condition, Failure, Field, Question } from './model.ts'
import { MAX_ITEMS, safeValue } from './values.ts'

/** UTF-16 code units. */
export const MAX_SOURCE = 1_000

/** A `timestamp` is a string (RFC 3339), which `timestamp(…)` reads. */
export type AttributeType = 'string' | 'int' | 'double' | 'bool' | 'list' | 'timestamp'

export type ConditionCheck = { readonly ok: true } | { readonly ok: false; readonly reasons: readonly string[] }

const TYPES: Readonly<Record<AttributeType, string>> = {
  string: 'string',
  // JSON has one kind of number. A static `int` would make the library compare it as a bigint.
  int: 'dyn',
  double: 'dyn',
  bool: 'bool',
  list: 'list<dyn>',
  timestamp: 'string',
}

const MAP = 'map<string, dyn>'

function newEnvironment(resource: string | { schema: Record<string, string> }): Environment {
  const limits = {
    maxAstNodes: 2 * MAX_NODES,
    maxDepth: 3 * MAX_DEPTH,
    maxListElements: MAX_ITEMS,
    maxMapEntries: MAX_ITEMS,
    maxCallArguments: 4,
  }
  const environment = new Environment({ limits, homogeneousAggregateLiterals: false })
    .registerVariable('actor', MAP)
    .registerVariable('context', MAP)
  if (typeof resource === 'string') environment.registerVariable('resource', resource)
  else environment.registerVariable('resource', resource)
  // Numbers of JSON are doubles. With these, `resource.count + 1` needs no conversion.
  const mixed: Record<string, (left: number | bigint, right: number | bigint) => number> = {
    '+': (left, right) => Number(left) + Number(right),
    '-': (left, right) => Number(left) - Number(right),
    '*': (left, right) => Number(left) * Number(right),
    '/': (left, right) => Number(left) / Number(right),
  }
  for (const [operator, calculate] of Object.entries(mixed))
    environment
      .registerOperator(`double ${operator} int: double`, calculate)
      .registerOperator(`int ${operator} double: double`, calculate)
  return environment
}

const environment = newEnvironment(MAP)

type Read =
  | { readonly ok: false; readonly reasons: readonly string[] }
  | {
      readonly ok: true
      readonly run: (variables: Variables) => unknown
      readonly inspection: ReturnType<typeof inspect>
    }

/**
 * Whether a rule with this condition may be saved. `declared`: the attributes of the resource type; absent: any attribute. The
 * reasons are sentences for the author of the rule. They repeat names of the condition.
 */
export function checkCondition(source: string, declared?: Readonly<Record<string, AttributeType>>): ConditionCheck {
  const read = readCondition(source, declared)
  return read.ok ? { ok: true } : { ok: false, reasons: read.reasons }
}

function readCondition(source: string, declared?: Readonly<Record<string, AttributeType>>): Read {
  if (source.length > MAX_SOURCE) return refused(`It is longer than ${MAX_SOURCE} characters.`)
  const parsed = parse(source)
  if (typeof parsed === 'string') return refused(parsed)
  const inspection = inspect(parsed.ast, declared ? new Set(Object.keys(declared)) : null)
  if (inspection.reasons.length > 0) return { ok: false, reasons: inspection.reasons }
  const checks = [parsed.check()]
  if (declared) checks.push(newEnvironment(schemaOf(inspection.fields, declared)).check(source))
  for (const { valid, type = '', error } of checks) {
    if (!valid) return refused(error?.summary ?? 'It has a wrong type.')
    if (type !== 'bool' && !type.startsWith('dyn')) return refused(`Its result is ${type}, not bool.`)
  }
  return { ok: true, run: parsed, inspection }
}

const refused = (reason: string): Read => ({ ok: false, reasons: [reason] })

/** The sentence of the parser if the text is no expression. */
function parse(source: string): ReturnType<Environment['parse']> | string {
  try {
    return environment.parse(source)
  } catch (error) {
    const summary = error instanceof Error && 'summary' in error ? error.summary : null
    return typeof summary === 'string' ? summary : 'It cannot be read.'
  }
}

/** Only what the condition names: other names of attributes never reach the library. */
function schemaOf(fields: readonly Field[], declared: Readonly<Record<string, AttributeType>>) {
  const schema: Record<string, string> = { id: 'string', type: 'string' }
  for (const { root, keys } of fields) {
    const [key = ''] = keys
    const type = Object.hasOwn(declared, key) ? declared[key] : undefined
    if (root === 'resource' && type !== undefined && !Object.hasOwn(schema, key)) schema[key] = TYPES[type]
  }
  return { schema }
}

type Variables = Record<Root, Record<string, unknown>>

/** Null if the condition may not be saved. */
export function compileCondition(source: string): Condition | null {
  const read = readCondition(source)
  if (!read.ok) return null
  const { fields, literals, paths, steps, loops } = read.inspection
  const tops = [
    ...new Map(fields.map(({ root, keys }) => [`${root} ${keys[0]}`, { root, key: keys[0] ?? '' }])).values(),
  ]
  return {
    fields,
    literals,
    stepsFor: (question) => loops.reduce((sum, loop) => sum + loop.stepsPerItem * itemsOf(question, loop.field), steps),
    evaluate(question) {
      try {
        const result = read.run(variablesOf(question, tops))
        return typeof result === 'boolean' ? result : failed
      } catch (error) {
        return failureOf(error, paths)
      }
    },
  }
}

/** A longer list is an error before the first item. */
function itemsOf(question: Question, field: Field | null): number {
  const value = field === null ? null : fieldValue(question, field)
  return Array.isArray(value) ? Math.min(value.length, MAX_ITEMS) : MAX_ITEMS
}

const failed: Failure = { reason: 'error' }

/** The variables have the fields that the condition names, and no other. Throws `UnusableValue`. */
function variablesOf(question: Question, tops: readonly { root: Root; key: string }[]): Variables {
  const variables: Variables = {
    actor: Object.create(null),
    resource: Object.create(null),
    context: Object.create(null),
  }
  for (const { root, key } of tops) {
    const value = topValue(question, root, key)
    if (value !== undefined) variables[root][key] = safeValue(value)
  }
  return variables
}

const MISSING_CODES: readonly unknown[] = ['no_such_key', 'index_out_of_bounds']

/** The library marks an error with a code and the node that failed. The node has a path if it reads a field. */
function failureOf(error: unknown, paths: ReadonlyMap<object, string>): Failure {
  if (!(error instanceof Error && 'code' in error && 'node' in error)) return failed
  const path = MISSING_CODES.includes(error.code) ? paths.get(error.node as ASTNode) : undefined // only a key of the map
  return path === undefined ? failed : { reason: 'missing', missing: path }
}
