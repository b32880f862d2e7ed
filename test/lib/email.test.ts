import { describe, expect, test } from 'bun:test'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Email, emailKey } from '../../src/lib/email.ts'

const compiled = TypeCompiler.Compile(Email)

test.each([
  'ada@example.com',
  'a@b.co',
  "o'hara+tag_1.x=y@sub.example.co.uk",
  '用户@例子.公司',
  'ада@пример.рф',
  `${'a'.repeat(64)}@example.com`,
  'x@xn--fiqs8s.example',
  ' ada@example.com',
  'ada@example.com ',
  'ada@example.com\n',
])('%s is an e-mail address', (text) => {
  expect(compiled.Check(text)).toBeTrue()
})

test.each([
  '',
  'ada',
  '@example.com',
  'ada@',
  'ada@example',
  'ada@@example.com',
  'a@b@example.com',
  'ada@example..com',
  'ada@.example.com',
  'ada@example.com.',
  'a da@example.com',
  'ada@exa mple.com',
  'ada\r\nbcc:x@example.com',
  'ada\0@example.com',
  'ada@exam\0ple.com',
  '<ada@example.com>',
  'Ada <ada@example.com>',
  '"ada"@example.com',
  'ada,eve@example.com',
  'ada;eve@example.com',
  'ada:x@example.com',
  'ada@[127.0.0.1]',
  'ada@exam_ple.com',
  'ada@exam/ple.com',
  'ada@example.com?bcc=eve',
  'a\\da@example.com',
  'ada\u00a0@example.com',
  'ada\u2028@example.com',
  'ada@example\u3000.com',
  `${'a'.repeat(65)}@example.com`,
  `ada@${'a'.repeat(64)}.com`,
  `a@${'b.'.repeat(125)}com`,
])('%j is not', (text) => {
  expect(compiled.Check(text)).toBeFalse()
})

test('a hostile address makes no pattern backtrack', () => {
  for (const text of [`a@${'a.'.repeat(126)}`, `${'a'.repeat(252)}@`, `a@${'-'.repeat(250)}`])
    expect(compiled.Check(text)).toBeFalse()
})

describe('emailKey', () => {
  test('two addresses that differ only in case or in the form of their characters are one account', () => {
    expect(emailKey('Ada@EXAMPLE.com')).toBe('ada@example.com')
    expect(emailKey('zoë@example.com')).toBe(emailKey('zoe\u0308@example.com'))
    expect(emailKey('ａｄａ@example.com')).toBe('ada@example.com')
    expect(emailKey('\u212Aim@example.com')).toBe('kim@example.com')
  })

  test('dots and tags are kept', () => {
    expect(emailKey('a.d.a+x@example.com')).toBe('a.d.a+x@example.com')
  })

  test('the key of a key is the key, for every character', () => {
    const changed: string[] = []
    for (let point = 0x21; point <= 0x1ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue
      const key = emailKey(`a${String.fromCodePoint(point)}@example.com`)
      if (emailKey(key) !== key) changed.push(point.toString(16))
    }
    expect(changed).toEqual([])
  })
})
