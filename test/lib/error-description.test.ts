import { expect, test } from 'bun:test'
import { DrizzleQueryError } from 'drizzle-orm'
import { describeError } from '../../src/lib/error-description.ts'

const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g'

test('the SQL and parameters in an error of drizzle are dropped; the message of the database is kept', () => {
  const cause = Object.assign(new Error('UNIQUE constraint failed: users.email_key'), { code: 'SQLITE_CONSTRAINT' })
  const error = new DrizzleQueryError('insert into users values (?, ?)', [HASH, 'ada@example.com'], cause)
  const described = describeError(error)
  expect(described).toMatchObject({ name: 'Error', message: cause.message, code: 'SQLITE_CONSTRAINT' })
  for (const wrapped of [
    error,
    new Error('outer', { cause: error }),
    new Error('x', { cause: new Error('y', { cause: error }) }),
  ]) {
    const text = JSON.stringify(describeError(wrapped))
    expect(text).not.toContain('argon2id')
    expect(text).not.toContain('ada@example.com')
    expect(text).not.toContain('insert into')
    expect(text).toContain('UNIQUE constraint failed')
  }
})

test('a drizzle error without a cause says nothing', () => {
  const text = JSON.stringify(describeError(new DrizzleQueryError('insert', [HASH])))
  expect(text).not.toContain('argon2id')
})

test('properties an error may carry besides its message are not copied', () => {
  const error = Object.assign(new Error('failed'), { body: 'canary', request: { headers: { cookie: 'canary' } } })
  expect(JSON.stringify(describeError(error))).not.toContain('canary')
})

test('what is not an error is named, not shown', () => {
  for (const thrown of ['canary', { canary: 1 }, null, undefined, 5, Symbol('canary')])
    expect(JSON.stringify(describeError(thrown))).not.toContain('canary')
})

test('the stack is short and keeps the places only', () => {
  const deep = (depth: number): Error => (depth === 0 ? new Error('canary\n  at canary') : deep(depth - 1))
  const { stack = [] } = describeError(deep(20))
  expect(stack.length).toBeLessThanOrEqual(8)
  expect(stack[0]).toStartWith('at ')
})

test('an error that is its own cause ends the description', () => {
  const error = new Error('round')
  error.cause = new Error('and round', { cause: error })
  expect(JSON.stringify(describeError(error))).toContain('round')
})
