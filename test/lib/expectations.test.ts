import { expect, test } from 'bun:test'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { t } from 'elysia'
import { expectation } from '../../src/lib/expectations.ts'

test.each([
  [Type.Union([Type.Literal('a'), Type.Literal('b')]), 'canary', 'Expected one of a, b'],
  [t.Integer({ minimum: 1, maximum: 100 }), 'canary', 'Expected an integer from 1 to 100'],
  [t.Integer({ minimum: 1 }), 'canary', 'Expected an integer of at least 1'],
  [t.Integer({ maximum: 9 }), 'canary', 'Expected an integer of at most 9'],
  [Type.String(), 5, 'Expected string'],
  [Type.Union([Type.String(), Type.Null()]), 5, 'Expected union value'],
])('%#: the message names what is accepted and not what was sent', (schema, value, message) => {
  const [error] = [...Value.Errors(schema, value)]
  expect(error && expectation(error)).toBe(message)
})
