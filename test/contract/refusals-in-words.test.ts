/** No message shows a regular expression: every schema that limits a text states in words what it expects. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { KindGuard, type TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { parseConfig } from '../../src/config.ts'
import { closestErrors, expectation } from '../../src/lib/expectations.ts'
import { ImportUser } from '../../src/modules/users/import-schema.ts'
import { runOperation } from '../../src/operator/operations.ts'
import { call, setUpAdmin } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
})
afterAll(() => t.close())

/** What only a pattern has: anchors, classes, groups, quantifiers, escapes. */
const PATTERN = /\^|\$|\\|\[[^\]]*\]|\(\?|\{\d|\.\*|\]\+/
/** Of no pattern and no format. */
const WRONG = ['', ' ', 'x y', '\u200b', '^[a-z]+$', '!'.repeat(20), '@@', '日本']

/** Every part of a schema, and the names that lead there. */
function* parts(schema: TSchema, path: string): Generator<[string, TSchema]> {
  yield [path, schema]
  for (const [name, property] of Object.entries((schema.properties ?? {}) as Record<string, TSchema>))
    yield* parts(property, `${path}/${name}`)
  for (const branch of (schema.anyOf ?? []) as TSchema[]) yield* parts(branch, path)
  if (schema.items) yield* parts(schema.items as TSchema, `${path}/0`)
}

const bounded = ({ pattern, format, type }: TSchema) =>
  type === 'string' && (pattern !== undefined || format !== undefined)
const isTextInUrl = ({ format }: TSchema) => ['integer', 'numeric', 'boolean'].includes(String(format))

test('every pattern and format of every request says what it expects, for any value that is sent', async () => {
  const looked: string[] = []
  for (const { method, path, hooks } of await t.app.allRoutes())
    for (const place of ['body', 'query', 'params', 'headers', 'cookie'] as const) {
      const schema: unknown = hooks[place]
      if (!KindGuard.IsSchema(schema)) continue
      for (const [name, part] of parts(schema, `${method} ${path} ${place}`)) {
        if (!bounded(part) || isTextInUrl(part)) continue
        looked.push(name)
        for (const wrong of WRONG) {
          const found = [...Value.Errors(part, wrong)].flatMap(closestErrors)
          for (const error of found) {
            expect(expectation(error), name).not.toMatch(PATTERN)
            expect(expectation(error), name).toMatch(/^(?:Expected |The |No )\S/)
          }
        }
      }
    }
  expect(looked.length).toBeGreaterThan(40)
  for (const [name, part] of parts(ImportUser, 'import'))
    for (const wrong of WRONG)
      for (const error of [...Value.Errors(part, wrong)].flatMap(closestErrors))
        expect(expectation(error), name).not.toMatch(PATTERN)
})

test.each([
  ['DATABASE_URL', 'mysql://x'],
  ['MAIL_URL', 'ftp://x'],
  ['BRAND_COLOR', 'red'],
  ['BRAND_NAME', '<b>'],
  ['REDIS_URL', 'http://x'],
])('a start with a wrong %s says in words what is accepted', (name, value) => {
  let message = ''
  try {
    parseConfig({ NODE_ENV: 'test', APP_SECRET: 'a secret of more than thirty-two bytes', [name]: value })
  } catch (error) {
    message = String(error)
  }
  expect(message).toContain(name)
  expect(message).not.toMatch(PATTERN)
})

describe('over HTTP and in commands', () => {
  test.each<[string, Record<string, unknown> | undefined]>([
    ['GET /v1/users/nobody', undefined],
    ['GET /v1/users?limit=ten', undefined],
    ['GET /v1/users?sort=age', undefined],
    ['DELETE /v1/me/mfa/devices/x', undefined],
    ['DELETE /v1/me/sessions/x', undefined],
    ['POST /v1/jobs/x/retry', undefined],
    ['POST /v1/users', { email: 'x' }],
    ['POST /v1/users', { email: 'a@b.example', roles: ['root'] }],
    ['POST /v1/auth/email-code/verify', { email: 'a@b.example', code: '1' }],
    [
      'POST /v1/auth/passkey',
      { challenge: 'x', credential: { id: '!', rawId: '!', type: 'public-key', response: {} } },
    ],
  ])('%s %j', async (request, body) => {
    const answer = await call<{ errors?: { message: string }[] }>(t, request, { token, ...(body ? { body } : {}) })
    const errors = answer.body.errors ?? []
    expect([answer.status, errors.length > 0]).toEqual([422, true])
    for (const { message } of errors) expect(message).not.toMatch(PATTERN)
  })

  test('a header of a wrong form', async () => {
    const response = await t.app.handle(
      new Request('https://api.test/v1/users', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': 'a b' },
        body: JSON.stringify({ email: 'key@example.com' }),
      }),
    )
    expect(response.status).toBe(422)
    expect(JSON.stringify(await response.json())).not.toMatch(/\^|\\\\/)
  })

  test.each<[Parameters<typeof runOperation>[1], unknown]>([
    ['users.create', { email: 'x' }],
    ['jobs.retry', { id: 'x' }],
    ['jobs.discard', { id: 'x' }],
    ['audit.verify', { expected: { position: 0, hash: 'x' } }],
  ])('%s %j', async (name, input) => {
    const failed: unknown = await runOperation(t.deps, name, input)
      .next()
      .catch((error: unknown) => error)
    const errors = (failed as { options: { errors: { message: string }[] } }).options.errors
    expect(errors.length).toBeGreaterThan(0)
    for (const { message } of errors) expect(message).not.toMatch(PATTERN)
  })
})
