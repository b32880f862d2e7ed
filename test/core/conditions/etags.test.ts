import { expect, test } from 'bun:test'
import { etag, matchVersions } from '../../../src/core/conditions/etags.ts'

test('an ETag is a quoted version, and If-Match accepts it', () => {
  expect(etag(7)).toBe('"7"')
  expect(matchVersions(etag(7))).toEqual([7])
})

// RFC 9110 §13.1.1
test.each<[string | undefined, number[] | undefined]>([
  [undefined, undefined],
  ['*', undefined],
  [' * ', undefined],
  ['"1", "2" ,"3"', [1, 2, 3]],
  ['W/"1"', []],
  ['1', []],
  ['', []],
  [',,', []],
  ['"1', []],
  ['"-1"', []],
  ['"1e3"', []],
  ['"x"', []],
  ['"x", "4"', [4]],
  ['"*"', []],
  ['"9999999999999999"', []],
  ['"999999999999999"', [999_999_999_999_999]],
])('If-Match: %j accepts %j', (header, versions) => {
  expect(matchVersions(header)).toEqual(versions)
})
