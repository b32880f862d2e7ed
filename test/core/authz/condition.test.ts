/** Conditions: what may be saved, what a failure names, and what can never be reached. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type AttributeType, checkCondition, compileCondition } from '../../../src/core/authz/condition.ts'
import { MAX_STEPS } from '../../../src/core/authz/inspect.ts'
import type { Question } from '../../../src/core/authz/model.ts'
import { hostileConditions, hostileQuestion, joined } from './support/hostile-conditions.ts'
import { question } from './support/questions.ts'

const evaluate = (condition: string, asked: Question = question()) => {
  expect(checkCondition(condition)).toEqual({ ok: true })
  return compileCondition(condition)?.evaluate(asked)
}
const withAttributes = (attributes: Record<string, unknown>) => question({ resource: { attributes } })
const missing = (path: string) => ({ reason: 'missing' as const, missing: path })
const error = { reason: 'error' as const }

describe('values', () => {
  const asked = question({
    actor: { instanceRoles: ['support'], orgRoles: ['owner'], attributes: { level: 3, id: 'usr_other', type: 'god' } },
    resource: {
      attributes: {
        size: 10,
        price: 2.5,
        tags: ['a', 'b'],
        owner: { id: 'usr_ada', name: null },
        members: [{ id: 'usr_bob' }, { id: 'usr_ada', lead: true }],
        due: '2026-11-01T12:00:00Z',
        id: 'doc_other',
        type: 'other',
      },
    },
    context: { hour: 9 },
  })

  test.each([
    'actor.id == "usr_ada" && actor.type == "user"', // an attribute cannot pretend to be them
    'resource.id == "doc_1" && resource["type"] == "doc"',
    '"support" in actor.roles && "owner" in actor.orgRoles',
    'resource.size + 1 == 11 && resource.size * 1.5 == 15.0 && 20 / resource.size == 2',
    'resource.size > 9 && resource.size < 10.5 && resource.size in [1, 10]',
    'resource.price * 2 == 5',
    'resource.owner.name == null',
    'size(resource.tags) == 2 && resource.tags == ["a", "b"]',
    'resource.members.exists(m, m.id == actor.id)',
    'resource.members.exists(m, m.lead)', // an error of one item is absorbed
    '!has(resource.parent) && has(resource.owner.id)',
    'resource.missing == 1 || true', // so is that of an operand
    'timestamp(resource.due) > timestamp("2026-10-31T00:00:00Z") + duration("24h")',
    'timestamp(resource.due).getHours() == 12',
    'resource.size == "10" ? false : true',
    'context.hour >= 8 && context.hour < 18 // office hours',
  ])('%s is true', (condition) => {
    expect(evaluate(condition, asked)).toBe(true)
  })
})

describe('a failure', () => {
  const asked = withAttributes({ owner: { name: 'Ada' }, title: 'x', none: null, members: [{ id: 1 }, {}], list: [1] })

  test.each([
    ['resource.status == "open"', 'resource.status'],
    ['resource["a-b"] == 1', 'resource["a-b"]'],
    ['resource.owner.id == actor.id', 'resource.owner.id'],
    ['resource.team.owner.id == actor.id', 'resource.team'],
    ['resource.title.length == 1', 'resource.title.length'],
    ['resource.none.id == 1', 'resource.none.id'],
    ['resource.members.all(m, m.id == 1)', 'resource.members[].id'],
    ['resource.members[1].id == 1', 'resource.members[1].id'],
    ['resource.list[5] == 1', 'resource.list[5]'],
    ['resource.owner[actor.id] == 1', 'resource.owner[]'],
    ['has(resource.team.id)', 'resource.team'],
    ['!resource.shared', 'resource.shared'],
    ['resource.a == 1 && actor.b == 2', 'actor.b'],
    ['size(context.list) > 0', 'context.list'],
    ['[1].all(x, resource.a == x)', 'resource.a'],
  ])('of %s names the missing field %s', (condition, path) => {
    expect(evaluate(condition, asked)).toEqual(missing(path))
  })

  test('a resource without an id misses it', () => {
    expect(evaluate('resource.id == "x"', question({ resource: { id: null } }))).toEqual(missing('resource.id'))
  })

  test.each([
    'resource.title > 1',
    'resource.title',
    'resource.title && true',
    '!resource.title',
    'resource.title.all(t, true)',
    'resource.title in resource.title',
    '1 / 0 == 1',
    '{"a": 1}.b == 1',
  ])('of %s is an error without a field', (condition) => {
    expect(evaluate(condition, asked)).toEqual(error)
  })
})

describe('sizes of what is read', () => {
  const items = (count: number) => Array.from({ length: count }, () => 1)
  test.each<[string, unknown, unknown]>([
    ['100 items', items(100), true],
    ['101 items', items(101), error],
    ['300 values', [items(96), items(100), items(100)], true],
    ['301 values', [items(97), items(100), items(100)], error],
    ['a text of 1,000 characters', 'x'.repeat(1_000), true],
    ['a text of 1,001 characters', 'x'.repeat(1_001), error],
    ['a long text in a list', ['x'.repeat(1_001)], error],
    ['101 keys', Object.fromEntries(items(101).map((_, index) => [`k${index}`, 1])), error],
    ['a list that is nested five times', [[[[[]]]]], true],
    ['a list that is nested six times', [[[[[[]]]]]], error],
    ['a date', new Date(0), error],
    ['a function', () => 1, error],
    ['a bigint', 1n, error],
    ['a map with a date', { at: new Date(0) }, error],
    ['a Map', new Map(), error],
    ['undefined in a map', { at: undefined }, true],
  ])('%s', (_, value, expected) => {
    expect(evaluate('resource.value != 0', withAttributes({ value }))).toEqual(expected as never)
  })

  test('what a condition does not read has no limit', () => {
    expect(evaluate('resource.a == 1', withAttributes({ a: 1, big: items(5_000), call: () => 1 }))).toBe(true)
  })
})

describe('keys of prototypes', () => {
  const KEYS = ['__proto__', 'constructor', 'prototype']

  test('cannot be named', () => {
    for (const key of KEYS)
      for (const condition of [
        `resource.${key} == 1`,
        `resource["${key}"] == 1`,
        `has(resource.a.${key})`,
        `actor.a["${key}"]`,
      ])
        expect([condition, checkCondition(condition).ok]).toEqual([condition, false])
  })

  test('cannot be reached by a key that is read', () => {
    const evil: unknown = JSON.parse('{"__proto__":{"admin":true},"constructor":{"a":1},"prototype":2,"a":3}')
    const asked = (key: unknown) => question({ resource: { attributes: { evil, plain: {} } }, context: { key } })
    for (const key of [...KEYS, 'toString', 'valueOf', 'hasOwnProperty']) {
      expect(evaluate('resource.evil[context.key] == 1', asked(key))).toEqual(missing('resource.evil[]'))
      expect(evaluate('resource.plain[context.key] == 1', asked(key))).toEqual(missing('resource.plain[]'))
      expect(evaluate('context.key in resource.evil', asked(key))).toBe(false)
      expect(evaluate('{"a": 1}[context.key] == 1', asked(key))).toEqual(error)
    }
    expect(evaluate('size(resource.evil) == 1 && resource.evil == {"a": 3}', asked(''))).toBe(true)
    expect(evaluate('resource.evil.admin', asked(''))).toEqual(missing('resource.evil.admin'))
  })

  test('of attributes themselves are no fields', () => {
    const attributes = JSON.parse('{"__proto__":{"level":9}}') as Record<string, unknown>
    for (const path of ['actor.level', 'actor.toString', 'actor.hasOwnProperty'])
      expect(evaluate(`${path} == 9`, question({ actor: { attributes } }))).toEqual(missing(path))
    const inherited = Object.create({ level: 9 }) as Record<string, unknown>
    expect(evaluate('actor.level == 9', question({ actor: { attributes: inherited } }))).toEqual(missing('actor.level'))
  })

  test('an evaluation changes nothing that it was given', () => {
    const attributes = Object.freeze({ list: Object.freeze([3, 1, 2]), map: Object.freeze({ a: Object.freeze([1]) }) })
    const before = JSON.stringify(attributes)
    evaluate(
      'resource.list.map(x, x + 1) == [1] || resource.map.a.exists(x, x == 1)',
      question({ resource: { attributes } }),
    )
    expect(JSON.stringify(attributes)).toBe(before)
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })
})

describe('declared attributes', () => {
  const declared: Record<string, AttributeType> = {
    title: 'string',
    size: 'int',
    price: 'double',
    shared: 'bool',
    tags: 'list',
    due: 'timestamp',
  }
  const reasons = (condition: string) => {
    const checked = checkCondition(condition, declared)
    return checked.ok ? [] : checked.reasons
  }

  test.each([
    'resource.title.startsWith("x") && resource.size > 3 && resource.price < 2',
    'resource.size + 1 > 2 && resource.shared && "a" in resource.tags',
    'timestamp(resource.due) > timestamp("2026-01-01T00:00:00Z")',
    'resource.id == actor.id && resource.type == "doc"',
    'actor.anything == context.anything',
  ])('%s may be saved', (condition) => {
    expect(reasons(condition)).toEqual([])
  })

  test.each([
    ['resource.owner == actor.id', 'The resource type declares no attribute owner.'],
    ['has(resource.owner)', 'The resource type declares no attribute owner.'],
    ['resource["toString"] == 1', 'The resource type declares no attribute toString.'],
    ['resource.title > 1', 'no such overload: string > int'],
    ['resource.title', 'Its result is string, not bool.'],
    ['resource.shared == "yes"', 'no such overload: bool == string'],
    ['resource.title.id == "x"', "Cannot index type 'string'"],
    ['resource.due > timestamp("2026-01-01T00:00:00Z")', 'no such overload: string > google.protobuf.Timestamp'],
  ])('%s is refused', (condition, reason) => {
    expect(reasons(condition)).toEqual([reason])
  })

  test('may have any name', () => {
    const names = ['a-b', '', 'a b', 'toString', 'size', 'get', 'é', '0']
    for (const name of names) {
      const path = `resource[${JSON.stringify(name)}]`
      expect([name, checkCondition(`${path} == "x"`, { [name]: 'string' })]).toEqual([name, { ok: true }])
      expect([name, checkCondition(`${path} > 1`, { [name]: 'string' }).ok]).toEqual([name, false])
    }
  })

  test('without a declaration any attribute may be named', () => {
    expect(checkCondition('resource.owner == actor.id')).toEqual({ ok: true })
    expect(checkCondition('resource.owner == actor.id', {}).ok).toBe(false)
  })
})

describe('hostile conditions', () => {
  test('are many, and each is another one', () => {
    expect(new Set(hostileConditions.map(({ condition }) => condition)).size).toBe(hostileConditions.length)
    expect(hostileConditions.length).toBeGreaterThanOrEqual(150)
  })

  test('are refused with a reason when a rule is saved, and never compiled', () => {
    for (const { condition, outcome } of hostileConditions) {
      if (outcome === 'bounded') continue
      const checked = checkCondition(condition)
      expect([condition, checked.ok, compileCondition(condition)]).toEqual([condition, false, null])
      if (!checked.ok) for (const reason of checked.reasons) expect(reason).toMatch(/\S/)
    }
  })

  test('that are accepted take limited work for the largest values, and end in a boolean or a failure', () => {
    let accepted = 0
    for (const { condition, outcome } of hostileConditions) {
      if (outcome !== 'bounded') continue
      const compiled = compileCondition(condition)
      if (compiled === null) continue
      accepted++
      expect(compiled.stepsFor(hostileQuestion)).toBeLessThanOrEqual(MAX_STEPS)
      const result = compiled.evaluate(hostileQuestion)
      expect([condition, typeof result === 'boolean' || ['missing', 'error'].includes(result.reason)]).toEqual([
        condition,
        true,
      ])
    }
    expect(accepted).toBeGreaterThan(40)
  })

  test('count what + makes: the work grows with the lists and texts that it joins', () => {
    const stepsOf = (condition: string) => compileCondition(condition)?.stepsFor(hostileQuestion) ?? 0
    for (const [before, after] of [
      ['size(', ') == 1'],
      ['1 in ', ''],
      ['', '.lowerAscii() == "a"'],
      ['', ' == [1]'],
    ] as const) {
      const [few, many] = [8, 64].map((count) => stepsOf(`${before}${joined(count, 'resource.list')}${after}`))
      expect([before, after, (many ?? 0) > 8 * (few ?? 0)]).toEqual([before, after, true])
    }
  })

  test('that read one value in a hundred rules copy it once', () => {
    let copied = 0
    const counted = new Proxy({ a: [1, 2] } as Record<string, unknown>, {
      ownKeys(target) {
        copied++
        return Reflect.ownKeys(target)
      },
    })
    const asked = withAttributes({
      counted,
      huge: Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => 1)),
    })
    const [rule, unusable] = [
      compileCondition('size(resource.counted) == 2'),
      compileCondition('size(resource.huge) == 2'),
    ]
    for (let round = 0; round < 100; round++) {
      expect(rule?.evaluate(asked)).toBe(false)
      expect(unusable?.evaluate(asked)).toEqual(error)
    }
    expect(copied).toBe(1)
  })

  test('made of random tokens never throw, and are compiled exactly if they may be saved', () => {
    const tokens = [
      ...'()[]{}.,?:!-+*/%<>"\'`$ \n',
      ...['==', '!=', '&&', '||', ' in ', '.list', '["a"]', '[0]', '""', '1', '2.5', '5u', 'b"x"', 'true', 'null'],
      ...[
        'actor',
        'resource',
        'context',
        'x',
        'has(',
        'size(',
        '.all(x,',
        '.map(x,',
        '.exists(x,',
        '.contains(',
        '.id',
      ],
      ...['resource.list', 'resource.text', 'actor.n', 'resource.map', '== 1', '&& true', 'x == 1)', '__proto__'],
    ]
    let compiledOnes = 0
    const condition = fc.array(fc.constantFrom(...tokens), { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(condition, (text) => {
        const compiled = compileCondition(text)
        expect(checkCondition(text).ok).toBe(compiled !== null)
        const result = compiled?.evaluate(hostileQuestion)
        if (result === undefined) return
        compiledOnes++
        expect(typeof result === 'boolean' || ['missing', 'error'].includes(result.reason)).toBe(true)
      }),
      { numRuns: 250 * Number(process.env.PROPERTY_RUNS ?? 20) },
    )
    expect(compiledOnes).toBeGreaterThan(0)
  })

  test('a reason says what to do', () => {
    expect(checkCondition('resource.text.matches("a") || [1].all(a, [1].all(b, a == b)) || size(actor) > 1')).toEqual({
      ok: false,
      reasons: [
        'matches is not supported: a regular expression can take exponential time.',
        'A macro stands inside another one.',
        'actor alone has no value: name a field of it, such as actor.type.',
      ],
    })
  })

  test('a chain of one logical operator is one level deep', () => {
    const chain = Array.from({ length: 45 }, (_, index) => `actor.a${index}`)
    for (const operator of ['&&', '||']) expect(checkCondition(chain.join(operator))).toEqual({ ok: true })
    expect(checkCondition(`${'!'.repeat(18)}true`)).toEqual({ ok: true })
    expect(checkCondition(`${'!'.repeat(20)}true`).ok).toBe(false)
  })
})
