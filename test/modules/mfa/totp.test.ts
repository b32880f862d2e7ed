import { expect, test } from 'bun:test'
import { utf8 } from '../../../src/lib/encoding.ts'
import { readRecoveryCode, recoveryCode } from '../../../src/modules/mfa/recovery-code.ts'
import { describeSeed, matchTotp, SEED_BYTES, stepAt, totpCode } from '../../../src/modules/mfa/totp.ts'

/** RFC 6238, Appendix B, SHA-1: the seed in ASCII, the time in seconds, and eight digits. */
const SEED = utf8('12345678901234567890')
const VECTORS: [number, string][] = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
]

test.each(VECTORS)('RFC 6238, Appendix B: at %i s', async (seconds, digits) => {
  const now = seconds * 1000
  expect(await totpCode(SEED, stepAt(now), 8)).toBe(digits)
  const code = digits.slice(2)
  expect(await totpCode(SEED, stepAt(now))).toBe(code)
  expect(await matchTotp(SEED, code, { now, lastStep: 0 })).toBe(stepAt(now))
})

/** RFC 4226, Appendix D: the counter, and six digits. */
test('RFC 4226, Appendix D', async () => {
  const expected = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ')
  expect(await Promise.all(expected.map((_, counter) => totpCode(SEED, counter)))).toEqual(expected)
})

test('the window is one step before and after, and begins after the last used step', async () => {
  const now = 1_111_111_111_000
  const step = stepAt(now)
  const match = async (of: number, lastStep = 0) => matchTotp(SEED, await totpCode(SEED, of), { now, lastStep })
  expect([await match(step - 1), await match(step), await match(step + 1)]).toEqual([step - 1, step, step + 1])
  expect([await match(step - 2), await match(step + 2)]).toEqual([undefined, undefined])
  expect([await match(step - 1, step - 1), await match(step, step)]).toEqual([undefined, undefined])
  expect(await match(step + 1, step)).toBe(step + 1)
  // A clock set back finds the steps ahead of it used.
  expect(await match(step, step + 10)).toBeUndefined()
})

test('no other text is a code', async () => {
  const now = 59_000
  for (const text of ['', '28708', '2870820', ' 287082', '287083', '２８７０８２', 'abcdef'])
    expect(await matchTotp(SEED, text, { now, lastStep: 0 }), text).toBeUndefined()
  expect(await matchTotp(SEED, '287082', { now, lastStep: 0 })).toBe(1)
})

test('the otpauth URL of a seed is readable for apps with any text in the names', async () => {
  expect(SEED_BYTES * 8).toBe(160)
  const { secret, uri, qrSvg } = await describeSeed(SEED, { issuer: 'A: B & <C>', account: 'ada+x@example.com' })
  expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  const url = new URL(uri)
  expect([url.protocol, url.host]).toEqual(['otpauth:', 'totp'])
  expect(Object.fromEntries(url.searchParams)).toMatchObject({ secret, algorithm: 'SHA1', digits: '6', period: '30' })
  expect(url.searchParams.get('issuer')).toBe('A  B & <C>')
  expect(decodeURIComponent(url.pathname)).toContain('ada+x@example.com')
  expect(qrSvg).toStartWith('<svg xmlns="http://www.w3.org/2000/svg"')
  expect(qrSvg).not.toMatch(/<script|href|on\w+=|<C>/)
})

test('a recovery code has 120 bits, and is read however it is typed', () => {
  const chance = Uint8Array.from({ length: 24 }, (_, index) => index + 32)
  const code = recoveryCode(chance)
  expect(code).toBe('012345-6789ab-cdefgh-jkmnpq')
  const plain = code.replaceAll('-', '')
  for (const typed of [
    code,
    code.toUpperCase(),
    ` ${plain} `,
    code.replaceAll('-', ' '),
    code.replace('0', 'O').replace('1', 'l'),
  ])
    expect(readRecoveryCode(typed), typed).toBe(plain)
  for (const typed of ['', plain.slice(1), `${plain}0`, plain.replace('a', 'u'), '٠'.repeat(24)])
    expect(readRecoveryCode(typed), typed).toBeUndefined()
})
