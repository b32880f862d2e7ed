/** The values that conditions read: copies of JSON values, with limits on their size. */

/** Items of a list, or keys of a map. */
export const MAX_ITEMS = 100
/** Values in one field, those in lists and maps included. */
export const MAX_VALUES = 300
/** UTF-16 code units of a string. `contains` takes time proportional to the product of two lengths. */
export const MAX_TEXT = 1_000
const MAX_NESTING = 5

/** Names of the prototype chain. They are not copied, so a condition finds no field with such a name. */
export const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** The value is no JSON value, or it exceeds a limit. */
export class UnusableValue extends Error {}

interface Budget {
  values: number
}

/**
 * A copy that shares no object with `value` and whose maps have no prototype. Two calls with one object return one copy, so
 * `value` must not change. Throws `UnusableValue`.
 */
export function safeValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      if (value.length > MAX_TEXT) throw new UnusableValue('The text is too long.')
      return value
    case 'number':
    case 'boolean':
      return value
    case 'object':
      return value === null ? null : copyOnce(value)
    default:
      throw new UnusableValue('The value is no JSON value.')
  }
}

/** A hundred rules about a hundred questions read the same values: each is copied, or found unusable, once. */
const copies = new WeakMap<object, { readonly copy: unknown } | UnusableValue>()

function copyOnce(value: object): unknown {
  const known = copies.get(value)
  if (known instanceof UnusableValue) throw known
  if (known !== undefined) return known.copy
  try {
    const copy = copyOf(value, { values: MAX_VALUES }, MAX_NESTING)
    copies.set(value, { copy })
    return copy
  } catch (error) {
    if (error instanceof UnusableValue) copies.set(value, error)
    throw error
  }
}

function copyOf(value: unknown, budget: Budget, nesting: number): unknown {
  if (--budget.values < 0) throw new UnusableValue('The field has too many values.')
  if (typeof value !== 'object' || value === null) return safeValue(value)
  if (nesting === 0) throw new UnusableValue('The field is nested too deeply.')
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS) throw new UnusableValue('The list is too long.')
    return value.map((item) => copyOf(item, budget, nesting - 1))
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) throw new UnusableValue('The value is no JSON value.')
  const keys = Object.keys(value)
  if (keys.length > MAX_ITEMS) throw new UnusableValue('The map has too many keys.')
  const copy: Record<string, unknown> = Object.create(null)
  for (const key of keys) {
    const item = ownValue(value, key)
    if (item !== undefined) copy[key] = copyOf(item, budget, nesting - 1)
  }
  return copy
}

/** The value of an own key of a map. Undefined for inherited keys, for names of the prototype chain and for other values. */
export function ownValue(map: unknown, key: string): unknown {
  if (typeof map !== 'object' || map === null || Array.isArray(map) || PROTOTYPE_KEYS.has(key)) return undefined
  return Object.hasOwn(map, key) ? (map as Record<string, unknown>)[key] : undefined // any object has string keys
}
