/** The password functions of other systems, on Bun and as the edge computes them: published vectors, and each other. */
import { describe, expect, spyOn, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { utf8 } from '../../src/lib/encoding.ts'
import { bunPasswordFunctions, createBunPasswords } from '../../src/platform/passwords/passwords.bun.ts'
import { createWasmPasswords } from '../../src/platform/passwords/passwords.wasm.ts'
import { portablePasswordFunctions } from '../../src/platform/passwords/portable-passwords.ts'
import { publishedHashes, refusedHashes } from '../support/foreign-hashes.ts'
import { naughtyStrings } from '../support/naughty-strings.ts'

const wasm = createWasmPasswords(
  new Uint8Array(readFileSync(Bun.resolveSync('@phi-ag/argon2/argon2.wasm', import.meta.dir))),
)
const platforms = [
  { platform: 'Bun', passwords: createBunPasswords() },
  { platform: 'the edge', passwords: wasm },
]

describe.each(platforms)('on $platform', ({ passwords }) => {
  test.each(publishedHashes)(
    'a hash of $from ($made) takes its password alone',
    async ({ password, hash }) => {
      expect(await passwords.verify(password, hash)).toBeTrue()
      expect(await passwords.verify(`x${password}`, hash)).toBeFalse()
      expect(await passwords.verify('', hash)).toBeFalse()
    },
    300_000,
  )

  test('a refused hash accepts no password, without computing', async () => {
    for (const { hash } of refusedHashes) expect(await passwords.verify('my password', hash)).toBeFalse()
  })

  test('a hash with one changed character no longer accepts its password', async () => {
    const cheap = publishedHashes.filter(
      ({ hash }) => /05\$|t=1,|^A[AQ].*|1000\$/.test(hash) && !hash.includes('m=102400'),
    )
    for (const { password, hash } of cheap) {
      const at = hash.length - 6
      const other = hash[at] === 'A' ? 'B' : 'A'
      expect(await passwords.verify(password, hash.slice(0, at) + other + hash.slice(at + 1)), hash).toBeFalse()
    }
  }, 300_000)

  test('a hash that was damaged in any way is a wrong password, and never a failure', async () => {
    const cheap = publishedHashes.filter(({ hash }) =>
      /^(?:\$2[aby]\$05|argon2\$argon2i\$|AAAB|AQAAAAIAAAAy)/.test(hash),
    )
    expect(cheap.length).toBeGreaterThan(5)
    const damaged = fc
      .record({ one: fc.constantFrom(...cheap), at: fc.nat(60), cut: fc.nat(3), put: fc.string({ maxLength: 3 }) })
      // Behind the cost: a digit more there is a dearer hash, not a broken one.
      .map(({ one: { hash }, at, cut, put }) => hash.slice(0, 32 + at) + put + hash.slice(32 + at + cut))
      .filter((text) => !publishedHashes.some(({ hash }) => hash === text))
    await fc.assert(
      fc.asyncProperty(damaged, fc.constantFrom(...naughtyStrings), async (text, password) => {
        expect(await passwords.verify(password, text)).toBeFalse()
      }),
      { numRuns: 150 },
    )
  }, 300_000)

  test('bcrypt reads 72 bytes, also in the middle of a character, and refuses NUL', async () => {
    const [password, hash] = ['ä'.repeat(40), await Bun.password.hash('ä'.repeat(36), { algorithm: 'bcrypt', cost: 4 })]
    expect(await passwords.verify(password, hash)).toBeTrue()
    expect(await passwords.verify('ä'.repeat(35), hash)).toBeFalse()
    const short = await Bun.password.hash('abc', { algorithm: 'bcrypt', cost: 4 })
    expect(await passwords.verify('abc', short)).toBeTrue()
    expect(await passwords.verify('abc\0', short)).toBeFalse()
    expect(await passwords.verify('abc\0def', short)).toBeFalse()
  })

  test('a password is taken as it was sent when it was hashed, and in its normal form', async () => {
    const hash = (password: string) => Bun.password.hash(password, { algorithm: 'bcrypt', cost: 4 })
    const [composed, decomposed] = ['contraseña única', 'contraseña única'.normalize('NFD')]
    const [ofComposed, ofDecomposed] = [await hash(composed), await hash(decomposed)]
    expect(await passwords.verify(composed, ofComposed)).toBeTrue()
    expect(await passwords.verify(decomposed, ofComposed)).toBeTrue()
    expect(await passwords.verify(decomposed, ofDecomposed)).toBeTrue()
    // The composed form does not show which decomposed form was meant. docs/import.md names this limit.
    expect(await passwords.verify(composed, ofDecomposed)).toBeFalse()
  })
})

describe('Bun and the edge agree', () => {
  const bytes = (minLength: number, maxLength: number) =>
    fc.uint8Array({ minLength, maxLength }).map((array) => new Uint8Array(array))

  test('on scrypt', async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes(0, 40),
        bytes(4, 40),
        fc.record({
          n: fc.constantFrom(2, 16, 256, 1024),
          r: fc.integer({ min: 1, max: 16 }),
          p: fc.integer({ min: 1, max: 3 }),
        }),
        fc.integer({ min: 16, max: 128 }),
        async (password, salt, cost, keyBytes) => {
          const [one, two] = await Promise.all(
            [bunPasswordFunctions, portablePasswordFunctions].map((at) => at.scrypt(password, salt, cost, keyBytes)),
          )
          expect(one).toEqual(two as Uint8Array<ArrayBuffer>)
        },
      ),
      { numRuns: 40 },
    )
  }, 300_000)

  test('on bcrypt, of any password and in any of its names', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }),
        fc.constantFrom('a', 'b', 'y'),
        async (password, revision) => {
          fc.pre(!password.includes('\0'))
          const cut = utf8(password).subarray(0, 72)
          const hash = (await Bun.password.hash(cut, { algorithm: 'bcrypt', cost: 4 })).replace(
            '$2b$',
            `$2${revision}$`,
          )
          for (const at of [bunPasswordFunctions, portablePasswordFunctions]) {
            expect(await at.bcrypt(password, hash)).toBeTrue()
            expect(await at.bcrypt(`x${password}`, hash)).toBe(
              password === 'x'.repeat(password.length) && cut.length === 72,
            )
          }
        },
      ),
      { numRuns: 40 },
    )
  }, 300_000)

  test('on PBKDF2, also where Web Crypto refuses so many iterations', async () => {
    for (const digest of ['SHA-1', 'SHA-256', 'SHA-512'] as const) {
      const given = [digest, utf8('pässword'), utf8('some salt'), 2000, 70] as const
      const native = await bunPasswordFunctions.pbkdf2(...given)
      expect(await portablePasswordFunctions.pbkdf2(...given)).toEqual(native)
      // As Cloudflare does from 100,000 on.
      const refusing = spyOn(SubtleCrypto.prototype, 'deriveBits').mockImplementation(() =>
        Promise.reject(new DOMException('iteration counts above 100000 are not supported', 'NotSupportedError')),
      )
      try {
        expect(await portablePasswordFunctions.pbkdf2(...given)).toEqual(native)
      } finally {
        refusing.mockRestore()
      }
    }
  })
})

test('the event loop goes on while Bun computes a hash of another system', async () => {
  const [passwords] = [createBunPasswords()]
  const slow = publishedHashes.filter(({ hash }) => /^(?:[0-9a-f]{32}:|pbkdf2_sha256|\$fbscrypt)/.test(hash))
  for (const { password, hash } of slow) {
    // Computed on this thread, the hash would be there before the next task of the loop, each time. On another thread it may
    // be there first when the system stops this process between the two, so a busy machine gets more tries.
    let order: string[] = []
    for (let attempt = 0; attempt < 20 && order[0] !== 'a turn of the loop'; attempt++) {
      const asked: string[] = []
      const verified = passwords.verify(password, hash).then(() => asked.push('verified'))
      setImmediate(() => asked.push('a turn of the loop'))
      await verified
      order = asked
    }
    expect(order, hash).toEqual(['a turn of the loop', 'verified'])
  }
})
