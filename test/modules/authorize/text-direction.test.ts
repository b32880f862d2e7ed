import { expect, test } from 'bun:test'
import { keptToItself } from '../../../src/modules/authorize/text-direction.ts'

test.each([
  ['Notes', 'Notes'],
  ['Müller & 日本', 'Müller & 日本'],
  ['a\u202eelpmaxe', 'aelpmaxe'],
  ['\u2066\u2067x\u2069\u200f\u061c', 'x'],
  ['יומן', '\u2068יומן\u2069'],
  ['\u202eمفكرة\u2069', '\u2068مفكرة\u2069'],
  ['', ''],
])('%j is %j', (text, expected) => {
  expect(keptToItself(text)).toBe(expected)
})
