import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type JsonBounds, measureJson } from '../../src/http/json-bounds.ts'

const NONE: JsonBounds = {
  depth: Number.POSITIVE_INFINITY,
  members: Number.POSITIVE_INFINITY,
  items: Number.POSITIVE_INFINITY,
  values: Number.POSITIVE_INFINITY,
  nameBytes: Number.POSITIVE_INFINITY,
  numberBytes: Number.POSITIVE_INFINITY,
}
const measure = (text: string, bounds: Partial<JsonBounds> = {}) =>
  measureJson(new TextEncoder().encode(text), { ...NONE, ...bounds })

/** The same by the book, from what the parser made of it. */
function walk(value: unknown) {
  const found = { depth: 0, members: 0, items: 0, names: 0, nameBytes: 0 }
  const visit = (at: unknown, depth: number): void => {
    if (typeof at !== 'object' || at === null) return
    found.depth = Math.max(found.depth, depth + 1)
    if (Array.isArray(at)) found.items = Math.max(found.items, at.length)
    else {
      const names = Object.keys(at)
      found.members = Math.max(found.members, names.length)
      found.names += names.length
      for (const name of names)
        found.nameBytes = Math.max(found.nameBytes, new TextEncoder().encode(JSON.stringify(name)).length - 2)
    }
    for (const each of Object.values(at)) visit(each, depth + 1)
  }
  visit(value, 0)
  return found
}

const json = fc.oneof(
  fc.json({ maxDepth: 6 }),
  fc
    .tuple(fc.json({ maxDepth: 4 }), fc.integer({ min: 0, max: 4 }))
    .map(([text, by]) => JSON.stringify(JSON.parse(text), null, by)),
)

describe('any JSON text', () => {
  test('passes with bounds equal to its own size and fails with any bound one lower', () => {
    fc.assert(
      fc.property(json, (text) => {
        const { names, ...exact } = walk(JSON.parse(text))
        expect(measure(text, exact)).toEqual({ names })
        if (exact.depth > 0) expect(measure(text, { depth: exact.depth - 1 }).broken).toMatch(/deep/)
        if (exact.members > 1) expect(measure(text, { members: exact.members - 1 }).broken).toMatch(/fields/)
        if (exact.items > 1) expect(measure(text, { items: exact.items - 1 }).broken).toMatch(/items/)
        if (exact.nameBytes > 0) expect(measure(text, { nameBytes: exact.nameBytes - 1 }).broken).toMatch(/name/)
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([
    ['{"a":1,"a":2}', 2],
    ['{"a":1,"\\u0061":2}', 2],
    ['{"a":{"a":1},"b":[{"a":1}]}', 4],
    ['{"a:b,{[\\"":":,{}[]"}', 1],
    ['"{\\"a\\":1}"', 0],
    ['["\\\\",":"]', 0],
  ])('%s has %i names', (text, names) => {
    expect(measure(text)).toEqual({ names })
  })

  test.each([
    ['[1,-1.5e+10,0]', 8, undefined],
    ['[12345678901234567890]', 19, 'A number is longer than 19 characters'],
    ['1e999999', 4, 'A number is longer than 4 characters'],
    ['["12345678901234567890"]', 4, undefined],
  ])('%s with numbers of %i characters: %p', (text, numberBytes, broken) => {
    expect(measure(text, { numberBytes }).broken).toBe(broken)
  })

  test('has so many values in all, however they are spread', () => {
    const rows = JSON.stringify(Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => ({}))))
    expect(measure(rows, { items: 50, values: 10_000 })).toEqual({ names: 0 })
    expect(measure(rows, { items: 50, values: 2_000 }).broken).toMatch(/2000 values/)
  })
})

test('the walk over any bytes ends and throws nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      measureJson(bytes, { depth: 3, members: 3, items: 3, values: 10, nameBytes: 5, numberBytes: 5 })
    }),
    { numRuns: 2_000 },
  )
  for (const text of ['"', '"\\', '{"', '{"a', '[[[[', ']]]]', '}{', '-', '1', ',,,,', ':::'])
    measure(text, { depth: 2, items: 2 })
})
