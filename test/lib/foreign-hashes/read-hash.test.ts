import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { hashFunction, readHash } from '../../../src/lib/foreign-hashes/read-hash.ts'
import { needsUpgrade } from '../../../src/lib/phc.ts'
import { publishedHashes, refusedHashes } from '../../support/foreign-hashes.ts'
import { naughtyStrings } from '../../support/naughty-strings.ts'

describe('a hash', () => {
  test.each(publishedHashes)('of $from ($made) is read', ({ hash, made }) => {
    const reading = readHash(hash)
    if ('refused' in reading) throw new Error(reading.refused)
    expect(hashFunction(reading)).toBe(made)
  })

  test.each(refusedHashes)('of $what is refused, and the limit is named without the hash', ({ hash, names }) => {
    const reading = readHash(hash)
    expect(reading).toEqual({ refused: expect.stringMatching(names) as string })
    if (hash.length > 10) expect(JSON.stringify(reading)).not.toContain(hash.slice(-10))
  })

  test('at the limits is read, one step beyond it is not', () => {
    const read = (hash: string) => !('refused' in readHash(hash))
    const tail = `$c29tZXNhbHQ$${'A'.repeat(43)}`
    expect(read(`$argon2id$v=19$m=262144,t=4,p=8${tail}`)).toBeTrue()
    expect(read(`$argon2id$v=19$m=262145,t=3,p=8${tail}`)).toBeFalse()
    expect(read(`$argon2d$v=19$m=8,t=16,p=1${tail}`)).toBeTrue()
    expect(read(`$2b$15$${'.'.repeat(53)}`)).toBeTrue()
    expect(read(`$2b$04$${'.'.repeat(53)}`)).toBeTrue()
    expect(read(`$scrypt$ln=18,r=8,p=2${tail}`)).toBeTrue()
    expect(read(`$scrypt$ln=18,r=9,p=1${tail}`)).toBeFalse()
    expect(read(`pbkdf2_sha256$10000000$salt$${'A'.repeat(43)}=`)).toBeTrue()
    expect(read(`pbkdf2_sha1$10000000$salt$${'A'.repeat(43)}=`)).toBeFalse() // two blocks of 20 bytes
  })

  test('in another case, between blanks or on two lines is another text', () => {
    for (const { hash } of publishedHashes)
      for (const changed of [` ${hash}`, `${hash}\n`, `${hash} `, `${hash}\n${hash}`, `\ufeff${hash}`, `${hash}\0`])
        expect('refused' in readHash(changed), JSON.stringify(changed)).toBeTrue()
  })

  test('of any text is read or refused with a reason, in an instant', () => {
    const seeds = [...publishedHashes, ...refusedHashes].map(({ hash }) => hash)
    const mutated = fc
      .record({ seed: fc.constantFrom(...seeds), at: fc.nat(200), cut: fc.nat(20), put: fc.string({ maxLength: 20 }) })
      .map(({ seed, at, cut, put }) => seed.slice(0, at) + put + seed.slice(at + cut))
    const anything = fc.oneof(
      mutated,
      fc.string({ unit: 'binary', maxLength: 1100 }),
      fc.constantFrom(...naughtyStrings),
    )
    fc.assert(
      fc.property(anything, (text) => {
        const reading = readHash(text)
        if ('refused' in reading) expect(reading.refused).not.toBe('')
        else expect(hashFunction(reading)).toMatch(/^(?:argon2|bcrypt|scrypt|firebase-scrypt|pbkdf2-sha)/)
      }),
      { numRuns: 3000 },
    )
  })

  test('crafted to make patterns backtrack is refused as fast as any other', () => {
    const length = 1_000_000
    for (const start of [
      '$argon2id$',
      '$2b$',
      '$scrypt$',
      '$fbscrypt$v=1,n=14,r=8,p=1,ss=',
      'pbkdf2_sha256$1$',
      '$pbkdf2-sha256$',
      'A',
    ])
      for (const filler of ['A', '$', '=', 'A=', '1,', '$A'])
        expect(readHash(start + filler.repeat(length / filler.length))).toEqual({
          refused: 'is longer than 1024 characters',
        })
  })
})

describe('a hash is replaced at sign-in', () => {
  const tail = '$c29tZXNhbHQ$RdescudvJCsgt3ub+b6Ba5yEnqLkuBmjYoyZQhAUQDU'
  test('when it is no argon2id, or a weaker one', () => {
    for (const { hash } of publishedHashes.filter(({ made }) => made !== 'argon2id'))
      expect(needsUpgrade(hash)).toBeTrue()
    expect(needsUpgrade(`$argon2id$v=19$m=19455,t=2,p=1${tail}`)).toBeTrue()
    expect(needsUpgrade(`$argon2id$v=19$m=65536,t=1,p=1${tail}`)).toBeTrue()
    expect(needsUpgrade(`$argon2i$v=19$m=65536,t=4,p=1${tail}`)).toBeTrue()
    expect(needsUpgrade(`argon2$argon2id$v=19$m=65536,t=4,p=1${tail}`)).toBeTrue() // with Django’s name before it
  })

  test('but not when it is ours or more expensive', () => {
    expect(needsUpgrade(`$argon2id$v=19$m=19456,t=2,p=1${tail}`)).toBeFalse()
    expect(needsUpgrade(`$argon2id$v=19$m=65536,t=3,p=4${tail}`)).toBeFalse()
  })
})
