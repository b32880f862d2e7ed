import { expect, test } from 'bun:test'
import { type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { t } from 'elysia'
import { closestErrors, expectation } from '../../src/lib/expectations.ts'

test.each([
  [Type.Union([Type.Literal('a'), Type.Literal('b')]), 'canary', 'Expected one of a, b'],
  [
    Type.Union([Type.Union([Type.Literal('a'), Type.Literal('b')]), Type.Null()]),
    'canary',
    'Expected one of a, b, null',
  ],
  [Type.Union([Type.Literal('a'), Type.Null()]), 'canary', 'Expected one of a, null'],
  [Type.Union([Type.Union([Type.Literal('a'), Type.String()]), Type.Null()]), 5, 'Expected union value'],
  [t.Integer({ minimum: 1, maximum: 100 }), 'canary', 'Expected an integer from 1 to 100'],
  [t.Integer({ minimum: 1 }), 'canary', 'Expected an integer of at least 1'],
  [t.Integer({ maximum: 9 }), 'canary', 'Expected an integer of at most 9'],
  [Type.String(), 5, 'Expected string'],
  [
    Type.String({ pattern: '^evt_[0-9a-f]{32}$' }),
    'canary',
    'Expected text in the form of evt_0190a5e0c5f87d3cb3a4c1f2e5d60718',
  ],
  [Type.String({ pattern: '^evt_[0-9a-f]{32}$', examples: ['evt_1'] }), 'canary', 'Expected text in the form of evt_1'],
  [Type.Union([Type.String(), Type.Null()]), 5, 'Expected union value'],
  [
    Type.Union([Type.Array(Type.Literal('a')), Type.Null()], { 'x-expected': 'null, or a list of a' }),
    ['b'],
    'Expected null, or a list of a',
  ],
])('%#: the message names what is accepted and not what was sent', (schema, value, message) => {
  const [error] = [...Value.Errors(schema, value)]
  expect(error && expectation(error)).toBe(message)
})

test('for a union of objects, the message names the missing field of the closest shape', () => {
  const byLink = Type.Object({ token: Type.String() }, { additionalProperties: false })
  const byCode = Type.Object({ email: Type.String(), code: Type.String() }, { additionalProperties: false })
  const told = (value: unknown) =>
    [...Value.Errors(Type.Union([byLink, byCode]), value)].flatMap(closestErrors).map(({ path }) => path)
  expect(told({ email: 'a', code: 5 })).toEqual(['/code'])
  expect(new Set(told({ token: 5 }))).toEqual(new Set(['/token']))
  expect(told([])).toEqual([''])
  expect([...Value.Errors(Type.Union([Type.Literal(1), Type.Literal(2)]), 3)].flatMap(closestErrors).length).toBe(1)
})

test('for an object or a list that may be null, the message names what is wrong in it', () => {
  const keys = Type.Union([Type.Object({ keys: Type.Array(Type.String(), { minItems: 1 }) }), Type.Null()])
  const told = (schema: TSchema, value: unknown) =>
    [...Value.Errors(schema, value)].flatMap(closestErrors).map(({ path, message }) => `${path}: ${message}`)
  expect(told(keys, { keys: [] })).toEqual(['/keys: Expected array length to be greater or equal to 1'])
  expect(told(Type.Union([Type.Null(), Type.Array(Type.String())]), ['a', 5])).toEqual(['/1: Expected string'])
  expect(told(keys, 'a')).toEqual([': Expected union value'])
})
