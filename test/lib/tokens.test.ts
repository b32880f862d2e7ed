import { expect, test } from 'bun:test'
import { fromBase64url } from '../../src/lib/encoding.ts'
import { hashToken, successorToken, TOKEN_BYTES } from '../../src/lib/tokens.ts'

test('the stored hash is SHA-256 in hex', async () => {
  // FIPS 180-4, the vector "abc"
  expect(await hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('a successor is HMAC-SHA256 of the salt under the token', async () => {
  // RFC 4231 §4.3
  const salt = new TextEncoder().encode('what do ya want for nothing?')
  const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  expect(Buffer.from(fromBase64url(await successorToken('Jefe', salt)) ?? []).toString('hex')).toBe(expected)
})

test('the same token and salt give one successor, any other another, and it is as long as a token', async () => {
  const salt = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES))
  const other = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES))
  const successor = await successorToken('token', salt)
  expect(await successorToken('token', salt)).toBe(successor)
  expect(await successorToken('token', other)).not.toBe(successor)
  expect(await successorToken('tokem', salt)).not.toBe(successor)
  expect(fromBase64url(successor)?.length).toBe(TOKEN_BYTES)
})

test('a token has at least 128 bits (ASVS 7.2.3)', () => {
  expect(TOKEN_BYTES * 8).toBeGreaterThanOrEqual(128)
})
