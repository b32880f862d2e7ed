/** The values of attributes that `explain` tries. They come from the rules and from what the rules compare. */
import { BUILT_IN, fieldValue } from './fields.ts'
import type { CompiledRule, Field, Question } from './model.ts'
import { MAX_ITEMS } from './values.ts'

/** Values for a rule that only says what a field must not be. */
const lastValues: readonly unknown[] = [true, false, '']
/** The same for a field that is missing. A person reads it, and an empty text would be no value to give. */
const lastOfMissing: readonly unknown[] = [true, false, 'another value']

/** A list with many items gives this many of them. */
const MAX_SCALARS = 200

export interface AttributeCandidate {
  readonly field: Field
  /** JSON values, those of the present type first. The present value is not one of them. */
  readonly values: readonly unknown[]
  /** The allow rules that read the field. */
  readonly allowing: readonly CompiledRule[]
}

/**
 * The attributes that can change the decision, in the order of the rules and of their texts. With a blocking deny rule these are the
 * attributes that it reads, else those that an allow rule reads.
 */
export function* attributeCandidates(
  question: Question,
  rules: readonly CompiledRule[],
  blocking: CompiledRule | null,
  roots: readonly Field['root'][],
): Generator<AttributeCandidate> {
  const readers = blocking === null ? rules.filter(({ effect }) => effect === 'allow') : [blocking]
  const fields = new Map(readers.flatMap(({ compiled }) => compiled?.fields ?? []).map((field) => [field.path, field]))
  for (const field of fields.values()) {
    const [key = ''] = field.keys
    if (!roots.includes(field.root) || BUILT_IN[field.root].includes(key)) continue
    const reading = rules.filter((rule) => reads(rule, field))
    const first = reading.filter((rule) => readers.includes(rule))
    const others = reading.filter((rule) => !readers.includes(rule))
    yield {
      field,
      values: valuesFor(question, field, [...first, ...others]),
      allowing: reading.filter(({ effect }) => effect === 'allow'),
    }
  }
}

const reads = ({ compiled }: CompiledRule, { path }: Field): boolean =>
  compiled?.fields.some((field) => field.path === path) === true

function valuesFor(question: Question, field: Field, rules: readonly CompiledRule[]): unknown[] {
  const present = fieldValue(question, field)
  const literals = rules.flatMap(({ compiled }) => compiled?.literals ?? [])
  // Each once: a hundred rules that read the same fifty fields name fifty values.
  const others = new Map(rules.flatMap(({ compiled }) => compiled?.fields ?? []).map((other) => [other.path, other]))
  others.delete(field.path)
  const compared = [...others.values()]
    .map((other) => fieldValue(question, other))
    .filter((value) => value !== undefined)
  const named = [...literals, ...compared]
  const flat = [...named, ...named.flatMap((value) => (Array.isArray(value) ? value : []))]
  const scalars = [...new Set(flat.filter(isScalar))].slice(0, MAX_SCALARS)
  const last = present === undefined ? lastOfMissing : lastValues
  const values = [
    ...named,
    ...scalars,
    ...scalars.flatMap(neighbours),
    ...lists(Array.isArray(present) ? present : [], [...scalars, ...last]),
    ...last,
  ]
  const distinct = new Map(values.map((value) => [JSON.stringify(value), value]))
  distinct.delete(JSON.stringify(present))
  const likely = new Set(present === undefined || present === null ? named.map(kindOf) : [kindOf(present)])
  const isLikely = (value: unknown): boolean => likely.has(kindOf(value))
  const all = [...distinct.values()]
  return [...all.filter(isLikely), ...all.filter((value) => !isLikely(value))]
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value)

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null

/** The numbers beside a number, and the times one second beside a time. */
function neighbours(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1, value - 1]
  if (typeof value !== 'string' || !TIME.test(value)) return []
  const time = Date.parse(value)
  return Number.isNaN(time) ? [] : [time + 1_000, time - 1_000].map((ms) => new Date(ms).toISOString())
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/

/** The list with one item more, with one item less, with one item alone, and without items. */
function lists(present: readonly unknown[], scalars: readonly unknown[]): unknown[][] {
  if (present.length > MAX_ITEMS) return [[]]
  return [
    ...scalars.filter((item) => !present.includes(item)).map((item) => [...present, item]),
    ...present.map((_, index) => present.toSpliced(index, 1)),
    ...scalars.map((item) => [item]),
    [],
  ]
}
