import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'
import { createLru } from '../../src/lib/lru.ts'

const ROOT = join(import.meta.dir, '../..')
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index))

test('the entries that were used least recently go first', () => {
  const kept = createLru<number>(3)
  for (const key of ['a', 'b', 'c']) kept.set(key, 1)
  expect(kept.get('a')).toBe(1)
  kept.set('d', 1)
  expect([...kept.keys()].sort()).toEqual(['a', 'c', 'd'])
})

test('at most so many entries are kept, whatever was deleted and cleared between', () => {
  const kept = createLru<string>(50)
  for (const round of numbers(4)) {
    for (const key of numbers(500)) {
      kept.set(`${round} ${key}`, key)
      if (Number(key) % 3 === 0) kept.delete(`${round} ${key}`)
      expect(kept.size).toBeLessThanOrEqual(50)
    }
    expect(kept.size).toBeGreaterThan(30)
    expect([...kept.values()].every((value) => Number(value) > 400)).toBeTrue()
    kept.clear()
    expect(kept.size).toBe(0)
  }
})

test('an entry that weighs more takes the place of several, and one beyond all places is not kept', () => {
  const kept = createLru<number>(10, { sizeCalculation: (weight) => weight })
  for (const key of numbers(10)) kept.set(key, 1)
  kept.set('heavy', 8)
  expect([...kept.keys()].sort()).toEqual(['8', '9', 'heavy'])
  kept.set('too heavy', 11)
  expect(kept.get('too heavy')).toBeUndefined()
})

test('entries expire by the given clock, from the moment at which they were read', () => {
  let now = 1000
  const kept = createLru<number>(10, { ttl: 100, ttlResolution: 0, perf: { now: () => now } })
  kept.set('read earlier', 1, { start: 950 })
  kept.set('read now', 1, { start: 1000 })
  now = 1060
  expect([kept.get('read earlier'), kept.get('read now')]).toEqual([undefined, 1])
})

test('no cache takes its places in advance', () => {
  expect(createLru<number>(100_000).max).toBe(0) // the library then grows with what is kept
  const files = [...new Glob('{src,db}/**/*.{ts,tsx}').scanSync(ROOT)]
  const texts = files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')] as const)
  const users = texts.filter(([, text]) => text.includes("from 'lru-cache'"))
  expect(users.map(([file]) => file)).toContain('src/lib/lru.ts')
  for (const [file, text] of users) expect(/\bmax:/.test(text), `${file}: createLru of src/lib/lru.ts`).toBeFalse()
})
