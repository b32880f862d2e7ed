import { expect, test } from 'bun:test'
import { oncePer } from '../../src/lib/once-per.ts'

test('builds once for each key, also when what it built is undefined', () => {
  let built = 0
  const of = oncePer((key: { name?: string }) => {
    built++
    return key.name
  })
  const [one, two] = [{ name: 'one' }, {}]
  expect([of(one), of(one), of(two), of(two)]).toEqual(['one', 'one', undefined, undefined])
  expect(built).toBe(2)
})
