import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { base64url, fromBase64url, fromUtf8, hex, portableBase64url, utf8 } from '../../src/lib/encoding.ts'

// RFC 4648 §10, without padding.
test.each([
  ['', ''],
  ['f', 'Zg'],
  ['fo', 'Zm8'],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg'],
  ['fooba', 'Zm9vYmE'],
  ['foobar', 'Zm9vYmFy'],
])('base64url of %j is %j', (text, encoded) => {
  expect(base64url(utf8(text))).toBe(encoded)
  expect(fromBase64url(encoded)).toEqual(utf8(text))
})

test('base64url uses - and _ and comes back as it went, for any bytes', () => {
  expect(base64url(Uint8Array.of(0xfb, 0xff, 0xbf))).toBe('-_-_')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const encoded = base64url(bytes)
      expect(encoded).toBe(Buffer.from(bytes).toString('base64url'))
      expect(portableBase64url(bytes)).toBe(encoded)
      expect([...(fromBase64url(encoded) ?? [])]).toEqual([...bytes])
    }),
  )
})

test.each(['Zg==', 'a', 'aaaaa', '+/+/', 'Zm9v ', ' Zm9v', 'Zm9v\n', 'Zm\0v', 'é', 'Zm9v.'])(
  '%j is not base64url',
  (text) => {
    expect(fromBase64url(text)).toBeUndefined()
  },
)

test('hex has two digits for every byte', () => {
  expect(hex(Uint8Array.of(0, 1, 15, 16, 255))).toBe('00010f10ff')
})

test('UTF-8 comes back as it went, and what is not UTF-8 throws', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(fromUtf8(utf8(text))).toBe(text)))
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]])
    expect(() => fromUtf8(Uint8Array.from(bytes))).toThrow(TypeError)
})
