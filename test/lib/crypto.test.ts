import { describe, expect, test } from 'bun:test'
import { AES_GCM_NONCE_BYTES, decrypt, deriveKey, encrypt } from '../../src/lib/crypto.ts'
import { base64url, fromBase64url, hex, utf8 } from '../../src/lib/encoding.ts'

const SECRET = 'a secret of more than thirty-two bytes'
const nonce = () => crypto.getRandomValues(new Uint8Array(AES_GCM_NONCE_BYTES))

describe('deriveKey', () => {
  test('is HKDF-SHA-256 with a salt of zeroes and the purpose as info', async () => {
    const hmac = (key: Uint8Array, data: Uint8Array) => new Bun.CryptoHasher('sha256', key).update(data).digest()
    const extracted = hmac(new Uint8Array(32), utf8(SECRET))
    const expanded = hmac(extracted, Uint8Array.of(...utf8('threeger challenges'), 1))
    expect(hex(await deriveKey(SECRET, 'challenges'))).toBe(hex(expanded))
  })

  test('gives another key for another purpose and for another secret', async () => {
    const keys = await Promise.all([
      deriveKey(SECRET, 'challenges'),
      deriveKey(SECRET, 'signing-keys'),
      deriveKey(`${SECRET}.`, 'challenges'),
    ])
    expect(new Set(keys.map(hex)).size).toBe(3)
    expect(hex(await deriveKey(SECRET, 'challenges'))).toBe(hex(await deriveKey(SECRET, 'challenges')))
  })
})

describe('encrypt and decrypt', () => {
  test('any text comes back', async () => {
    const key = await deriveKey(SECRET, 'signing-keys')
    for (const text of ['', 'x', 'é😀', 'a'.repeat(10_000)])
      expect(await decrypt(key, await encrypt(key, nonce(), text, 'key_1'), 'key_1')).toBe(text)
  })

  test('the same text under another nonce looks different', async () => {
    const key = await deriveKey(SECRET, 'signing-keys')
    const [one, two] = [await encrypt(key, nonce(), 'x', 'c'), await encrypt(key, nonce(), 'x', 'c')]
    expect(one).not.toBe(two)
  })

  test('opens under no other key, in no other context, and not when any byte was changed', async () => {
    const key = await deriveKey(SECRET, 'signing-keys')
    const sealed = await encrypt(key, nonce(), 'the private key', 'key_1')
    expect(await decrypt(await deriveKey(SECRET, 'challenges'), sealed, 'key_1')).toBeUndefined()
    expect(await decrypt(key, sealed, 'key_2')).toBeUndefined()
    expect(await decrypt(key, sealed, '')).toBeUndefined()
    const [head = '', tail = ''] = sealed.split('.')
    for (const part of [head, tail]) {
      const bytes = fromBase64url(part) ?? new Uint8Array()
      for (let index = 0; index < bytes.length; index++) {
        const changed = Uint8Array.from(bytes)
        changed[index] = (changed[index] ?? 0) ^ 1
        const moved = part === head ? `${base64url(changed)}.${tail}` : `${head}.${base64url(changed)}`
        expect(await decrypt(key, moved, 'key_1')).toBeUndefined()
      }
    }
  })

  test.each(['', '.', 'x', '..', 'AAAA', 'AAAA.AAAA', '%.%', `${'A'.repeat(16)}.`, 'A.A', '.AAAA'])(
    '%j does not open',
    async (text) => {
      expect(await decrypt(await deriveKey(SECRET, 'signing-keys'), text, 'c')).toBeUndefined()
    },
  )
})
