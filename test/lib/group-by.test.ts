import { expect, test } from 'bun:test'
import { groupBy } from '../../src/lib/group-by.ts'

test('groups stand in the order of their first item, and items in theirs', () => {
  expect([...groupBy([503, 401, 500, 404], (status) => Math.floor(status / 100))]).toEqual([
    [5, [503, 500]],
    [4, [401, 404]],
  ])
  expect(groupBy([], String).size).toBe(0)
})
