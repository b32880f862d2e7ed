/** Which coding a client gets: RFC 9110 §12.4.2, §12.5.3. */
import { expect, test } from 'bun:test'
import { acceptedCoding, type Coding } from '../../src/lib/content-coding.ts'

const plain = undefined

test.each<[string | null, Coding | undefined]>([
  // No word about it, or nothing that we have.
  [null, plain],
  ['', plain],
  [',', plain],
  ['identity', plain],
  ['deflate, zstd, compress', plain],
  ['gzipped, xgzip, brotli, b', plain],
  // Accepted, in any case and with any space.
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['GZip', 'gzip'],
  ['br', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip,deflate', 'gzip'],
  [' deflate ,\tgzip ; q=0.5 ', 'gzip'],
  ['gzip;Q=1.000', 'gzip'],
  ['*', 'br'],
  // The weights.
  ['gzip, br;q=0.9', 'gzip'],
  ['gzip;q=0.001', 'gzip'],
  ['br;q=0.5, gzip;q=0.5', 'br'],
  ['*;q=0.5, br;q=0.1', 'gzip'],
  ['gzip;q=0.5, identity;q=0.5', 'gzip'],
  ['gzip;q=0.5, identity', plain],
  ['gzip;q=0.5, identity;q=0.6, br;q=0.7', 'br'],
  // Refused.
  ['gzip;q=0', plain],
  ['gzip;q=0.000', plain],
  ['gzip;q=0, *', 'br'],
  ['gzip;q=0, br;q=0, *', plain],
  ['*;q=0', plain],
  ['*;q=0, gzip', 'gzip'],
  ['identity;q=0', plain],
  ['identity;q=0, gzip', 'gzip'],
  ['identity;q=0, *', 'br'],
  ['identity;q=0, *;q=0', plain],
  // Malformed entries accept nothing, and the others stand.
  ['gzip;q=', plain],
  ['gzip;q=1.5', plain],
  ['gzip;q=0.5000', plain],
  ['gzip;q=-1', plain],
  ['gzip;q=1e0', plain],
  ['gzip;q=NaN', plain],
  ['gzip;q =1', plain],
  ['gzip;q=1;q=0', plain],
  ['gzip;level=9', plain],
  ['gzip br', plain],
  ['"gzip"', plain],
  ['gzip;q=banana, br;q=0.1', 'br'],
  [';q=1', plain],
  ['__proto__, constructor', plain],
])('%j gets %p', (header, coding) => {
  expect(acceptedCoding(header)).toBe(coding)
})

test('no header makes it fail', () => {
  for (const part of ['gzip;q=1,', ';', ',', ' ', '*', 'q=', '\u0000', 'é'])
    expect([undefined, 'br', 'gzip']).toContain(acceptedCoding(part.repeat(2000)))
})
