import { describe, expect, test } from 'bun:test'
import { decodeTxtAnswer, encodeTxtQuery } from '../../../src/modules/domains/dns-message.ts'
import { askedName, message, record, strings } from './support/dns.ts'

const NAME = '_threeger.acme.example'
const textsOf = (bytes: Uint8Array) => decodeTxtAnswer(bytes, NAME)?.texts

describe('a question', () => {
  test('has the bytes of RFC 1035 §4.1', () => {
    const bytes = encodeTxtQuery('a.example')
    expect([...bytes]).toEqual([
      0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 16, 0, 1,
    ])
    expect(askedName(encodeTxtQuery(NAME))).toBe(NAME)
  })
})

describe('an answer', () => {
  test('gives each TXT record, its strings joined', () => {
    const bytes = message(NAME, [
      record(NAME, 16, strings(['one', ' and ', 'two'])),
      record(NAME, 16, strings(['three'])),
    ])
    expect(textsOf(bytes)).toEqual(['one and two', 'three'])
  })

  test('may use pointers, other capitals and other types', () => {
    const pointer = [0xc0, 12]
    const rest = (type: number, data: number[]) => [...pointer, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]
    expect(textsOf(message(NAME, [rest(1, [1, 2, 3, 4]), rest(16, strings(['found']))]))).toEqual(['found'])
    expect(textsOf(message(NAME.toUpperCase(), [record(NAME.toUpperCase(), 16, strings(['found']))]))).toEqual([
      'found',
    ])
  })

  test('counts records of the name and of the end of its CNAMEs alone', () => {
    const cname = record(NAME, 5, [
      5,
      ...new TextEncoder().encode('other'),
      7,
      ...new TextEncoder().encode('example'),
      0,
    ])
    const records = [
      cname,
      record('other.example', 16, strings(['there'])),
      record('evil.example', 16, strings(['evil'])),
    ]
    expect(textsOf(message(NAME, records))).toEqual(['there'])
    expect(textsOf(message(NAME, records.slice(1)))).toEqual([])
    const loop = record(NAME, 5, [
      ...NAME.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]),
      0,
    ])
    expect(textsOf(message(NAME, [loop]))).toEqual([])
  })

  test('tells the RCODE', () => {
    expect(decodeTxtAnswer(message(NAME, [], { rcode: 3 }), NAME)).toEqual({ rcode: 3, texts: [] })
    expect(decodeTxtAnswer(message(NAME, [], { rcode: 2 }), NAME)?.rcode).toBe(2)
  })

  const good = message(NAME, [record(NAME, 16, strings(['found']))])
  test.each([
    ['no bytes', new Uint8Array()],
    ['a question', encodeTxtQuery(NAME)],
    ['the answer to another question', message('acme.example', [])],
    ['the answer about another type', message(NAME, [], { type: 1 })],
    ['another id', message(NAME, [], { id: 7 })],
    ['a truncated answer (TC)', message(NAME, [], { flags: 0x8380 })],
    ['another opcode', message(NAME, [], { flags: 0x9180 })],
    ['a TXT string that is longer than its record', message(NAME, [record(NAME, 16, [200, 65])])],
    ['a pointer to itself', Uint8Array.from([...good.subarray(0, 12), 0xc0, 12, 0, 16, 0, 1])],
    ['a label of 64 octets', Uint8Array.from([...good.subarray(0, 12), 64, ...Array.from({ length: 70 }, () => 65)])],
    [
      '201 records',
      message(
        NAME,
        Array.from({ length: 201 }, () => record('a', 16, [])),
      ),
    ],
  ])('is none: %s', (_, bytes) => {
    expect(decodeTxtAnswer(bytes, NAME)).toBeUndefined()
  })

  test('that is cut anywhere is none', () => {
    for (let length = 0; length < good.length; length++)
      expect(decodeTxtAnswer(good.subarray(0, length), NAME)).toBeUndefined()
  })

  test('with any bytes changed ends, and gives no text that is not there', () => {
    let seed = 20_261_126
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return (seed >>> 8) % below
    }
    for (let round = 0; round < 20_000; round++) {
      const bytes = good.slice()
      for (let change = random(6); change >= 0; change--) bytes[random(bytes.length)] = random(256)
      const answer = decodeTxtAnswer(bytes, NAME)
      if (answer) expect(answer.texts.join('').length).toBeLessThan(bytes.length)
    }
  })
})
