/** Cheap hashes verify a password as real ones do, and are invalid outside the process that made them. */
import { expect, test } from 'bun:test'
import { needsUpgrade, parseArgon2id } from '../../src/lib/phc.ts'
import { cheapPasswords, realPasswords } from './passwords.ts'

test('a cheap hash accepts only its password, and no two hashes are equal', async () => {
  const [one, other] = [await cheapPasswords.hash('a password'), await cheapPasswords.hash('a password')]
  expect(one).not.toBe(other)
  expect(await cheapPasswords.verify('a password', one)).toBe(true)
  expect(await cheapPasswords.verify('another one', one)).toBe(false)
  expect(
    await cheapPasswords.verify(
      'a password',
      one.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A')),
    ),
  ).toBe(false)
})

test('the app stores and keeps it as one of its own; production opens it with no password', async () => {
  const cheap = await cheapPasswords.hash('a password')
  expect(parseArgon2id(cheap)).toEqual({ memory: 19_456, time: 2, parallelism: 1 })
  expect(needsUpgrade(cheap)).toBe(false)
  expect(await realPasswords.verify('a password', cheap)).toBe(false)
})

test('a real hash and one of another system are computed as in production', async () => {
  const real = await realPasswords.hash('a password')
  expect(await cheapPasswords.verify('a password', real)).toBe(true)
  expect(await cheapPasswords.verify('another one', real)).toBe(false)
  const foreign = await Bun.password.hash('a password', { algorithm: 'bcrypt', cost: 4 })
  expect(await cheapPasswords.verify('a password', foreign)).toBe(true)
})
