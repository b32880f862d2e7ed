import { describe, expect, test } from 'bun:test'
import { ARGON2ID, isWeak, parseArgon2id } from '../../src/lib/phc.ts'

const phc = (parameters: string, variant = 'argon2id', version = 'v=19') =>
  `$${variant}$${version}$${parameters}$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b6Ba5yEnqLkuBmjYoyZQhAUQDU`

test('reads what Bun writes', async () => {
  const hash = await Bun.password.hash('x', { algorithm: 'argon2id', memoryCost: 8192, timeCost: 3 })
  expect(parseArgon2id(hash)).toEqual({ memory: 8192, time: 3, parallelism: 1 })
})

test('reads the published vectors of other libraries', () => {
  expect(parseArgon2id(phc('m=65536,t=2,p=4'))).toEqual({ memory: 65_536, time: 2, parallelism: 4 })
})

test.each([
  ['empty', ''],
  ['argon2i', phc('m=19456,t=2,p=1', 'argon2i')],
  ['argon2d', phc('m=19456,t=2,p=1', 'argon2d')],
  ['an old version', phc('m=19456,t=2,p=1', 'argon2id', 'v=16')],
  ['bcrypt', '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
  ['4 GiB of memory', phc('m=4194304,t=2,p=1')],
  ['a thousand passes', phc('m=19456,t=1000,p=1')],
  ['many lanes', phc('m=19456,t=2,p=64')],
  ['a number beyond all numbers', phc('m=99999999999,t=2,p=1')],
  ['a negative number', phc('m=-1,t=2,p=1')],
  ['another order', phc('t=2,m=19456,p=1')],
  ['no salt', '$argon2id$v=19$m=19456,t=2,p=1$$RdescudvJCsgt3ub+b6Ba5yEnqLkuBmjYoyZQhAUQDU'],
  ['no hash', '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$'],
  ['a line break after it', `${phc('m=19456,t=2,p=1')}\n`],
  ['something before it', ` ${phc('m=19456,t=2,p=1')}`],
])('%s is not computed', (_, text) => {
  expect(parseArgon2id(text)).toBeUndefined()
})

describe('isWeak', () => {
  test('ours is not, and neither is anything dearer', () => {
    expect(isWeak(ARGON2ID)).toBeFalse()
    expect(isWeak({ memory: 65_536, time: 3, parallelism: 4 })).toBeFalse()
  })

  test('less memory or fewer passes are', () => {
    expect(isWeak({ ...ARGON2ID, memory: ARGON2ID.memory - 1 })).toBeTrue()
    expect(isWeak({ ...ARGON2ID, time: ARGON2ID.time - 1 })).toBeTrue()
  })
})

test('our own cost is at least what OWASP asks for', () => {
  expect(ARGON2ID.memory).toBeGreaterThanOrEqual(19_456)
  expect(ARGON2ID.time).toBeGreaterThanOrEqual(2)
})
