/** Public files are compressed once, by threads of the platform, and what is kept is bounded. */
import { expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { utf8 } from '../../src/lib/encoding.ts'
import { createCompress } from '../../src/platform/compress.node.ts'
import { compressLater } from '../../src/platform/compress-later.ts'

const TEXT = utf8('one fact a sentence. '.repeat(500))
const bytes = (from: Uint8Array) => new Uint8Array(from)

test('each coding is read by who knows it, and is shorter', async () => {
  const compress = compressLater()
  const [gzip, br] = await Promise.all([compress('gzip', 'text', TEXT), compress('br', 'text', TEXT)])
  expect(bytes(gunzipSync(gzip))).toEqual(TEXT)
  expect(bytes(brotliDecompressSync(br))).toEqual(TEXT)
  expect(Math.max(gzip.length, br.length)).toBeLessThan(TEXT.length / 10)
})

test('however many ask at once and later, it is made once', async () => {
  const compress = createCompress()
  const first = await Promise.all(Array.from({ length: 50 }, () => compress('gzip', 'text', TEXT)))
  const later = await compress('gzip', 'text', TEXT)
  expect(new Set([...first, later]).size).toBe(1) // the same object
  expect(await compress('br', 'text', TEXT)).not.toBe(later)
  expect(await compress('gzip', 'other', TEXT)).not.toBe(later)
})

test('what is kept is bounded: the file that nobody asked for longest is made again', async () => {
  const compress = createCompress({ maxKeptBytes: 10_000 })
  const files = Array.from({ length: 4 }, () => new Uint8Array(randomBytes(4000))) // chance: it gets no shorter
  const kept = await compress('gzip', '0', files[0] ?? TEXT)
  expect(await compress('gzip', '0', files[0] ?? TEXT)).toBe(kept)
  for (const [name, file] of files.entries()) if (name > 0) await compress('gzip', String(name), file)
  const again = await compress('gzip', '0', files[0] ?? TEXT)
  expect(again).not.toBe(kept)
  expect(bytes(again)).toEqual(bytes(kept))
})

test('a file larger than all that is kept is compressed, and pushes nothing out', async () => {
  const compress = createCompress({ maxKeptBytes: 200 })
  const small = await compress('gzip', 'small', utf8('a'.repeat(2000)))
  const large = await compress('gzip', 'large', new Uint8Array(randomBytes(4000)))
  expect(large.length).toBeGreaterThan(200)
  expect(await compress('gzip', 'small', utf8('a'.repeat(2000)))).toBe(small)
})

test('a file that could not be compressed is tried again', async () => {
  const compress = createCompress()
  const noBytes: unknown = 5
  await expect(compress('gzip', 'text', noBytes as typeof TEXT)).rejects.toThrow() // zlib refuses it
  expect(bytes(gunzipSync(await compress('gzip', 'text', TEXT)))).toEqual(TEXT)
})
