import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeCursor, encodeCursor } from '../../../src/core/paging/cursors.ts'
import { base64url, utf8 } from '../../../src/lib/encoding.ts'

const ID = 'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'
const wrapped = (value: unknown) => base64url(utf8(JSON.stringify(value)))

test('a cursor is decoded only for the order that it was made for', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0') && value.isWellFormed())
  fc.assert(
    fc.property(fc.oneof(text, fc.maxSafeInteger()), text, (value, id) => {
      const cursor = { order: '-createdAt', value: Object.is(value, -0) ? 0 : value, id }
      expect(decodeCursor(encodeCursor(cursor), '-createdAt')).toEqual(cursor)
      expect(decodeCursor(encodeCursor(cursor), 'createdAt')).toBeUndefined()
    }),
  )
})

test('it can stand in a URL as it is', () => {
  const cursor = encodeCursor({ order: 'name', value: '¿? & = # / + é 😀', id: ID })
  expect(encodeURIComponent(cursor)).toBe(cursor)
})

test.each([
  ['nothing', ''],
  ['no base64url', '%%%'],
  ['no UTF-8', base64url(Uint8Array.of(0xff, 0xfe))],
  ['no JSON', base64url(utf8('{'))],
  ['an object', wrapped({ order: 'name', value: 'a', id: ID })],
  ['too little', wrapped(['name', 'a'])],
  ['too much', wrapped(['name', 'a', ID, 1])],
  ['an id that is no text', wrapped(['name', 'a', 5])],
  ['a value that is null', wrapped(['name', null, ID])],
  ['a fraction', wrapped(['name', 1.5, ID])],
  ['a number SQLite could not hold', wrapped(['name', 2 ** 53, ID])],
  ['infinity', base64url(utf8(`["name",1e999,"${ID}"]`))],
  ['a nested value', wrapped(['name', ['a'], ID])],
  ['U+0000 in the value', wrapped(['name', 'a\0b', ID])],
  ['U+0000 in the id', wrapped(['name', 'a', 'usr_\0'])],
  ['a lone surrogate', base64url(utf8(`["name","\\ud800","${ID}"]`))],
])('%s is no cursor', (_, text) => {
  expect(decodeCursor(text, 'name')).toBeUndefined()
})
