import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createRecentMap } from '../../src/lib/recent-map.ts'

test('holds what was set, until it is deleted', () => {
  const map = createRecentMap<number>(10)
  map.set('a', 1)
  map.set('a', 2)
  expect([map.get('a'), map.get('b')]).toEqual([2, undefined])
  map.delete('a')
  expect(map.get('a')).toBeUndefined()
})

test('a deleted entry does not come back from the older half', () => {
  const map = createRecentMap<number>(4)
  for (const key of ['a', 'b', 'c']) map.set(key, 1)
  map.get('a') // now in both halves
  map.delete('a')
  expect(map.get('a')).toBeUndefined()
})

test('never holds more than it may, and always the half that was used last', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 40 }).map(String), get: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 2, max: 20 }), (steps, max) => {
      const map = createRecentMap<string>(max)
      const used: string[] = []
      for (const { key, get } of steps) {
        if (get && map.get(key) === undefined) continue
        if (!get) map.set(key, `value of ${key}`)
        used.unshift(key)
        const recent = [...new Set(used)].slice(0, Math.floor(max / 2))
        for (const each of recent.slice().reverse()) expect(map.get(each)).toBe(`value of ${each}`)
        used.unshift(...recent)
      }
      const held = Array.from({ length: 41 }, (_, key) => String(key)).filter((key) => map.get(key) !== undefined)
      expect(held.length).toBeLessThanOrEqual(max)
    }),
  )
})
