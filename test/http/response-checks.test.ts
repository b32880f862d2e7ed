/** Answers are checked against the schemas of their routes in development and in tests; in production the schemas only describe. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { access } from '../../src/http/access.ts'
import { createOpenApiDocument } from '../../src/http/openapi/document.ts'
import { problems } from '../../src/http/problems.ts'
import { requests } from '../../src/http/requests.ts'
import { answersOf } from '../../src/http/response-checks.ts'
import { signUp } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'

const modes = ['test', 'development', 'production'] as const
const apps = {} as Record<(typeof modes)[number], TestApp>

beforeAll(async () => {
  for (const mode of modes)
    apps[mode] = await createTestApp({ env: { NODE_ENV: mode, APP_URL: ORIGIN, EMAIL_VERIFICATION: 'optional' } })
})
afterAll(() => Promise.all(modes.map((mode) => apps[mode].close())))

const ANSWER = Type.Object({ name: Type.String() })

/** Two routes whose handlers answer what their schemas do not allow. */
function wrongAnswers({ deps }: TestApp) {
  const wrong = (): { name: string } => JSON.parse('{"name":5}')
  return new Elysia({ normalize: false })
    .use(problems(deps, () => []))
    .use(requests(deps))
    .use(access(deps))
    .get('/open', wrong, { public: true, response: { 200: ANSWER } })
    .get('/mine', async () => wrong(), { actor: 'session', response: { 200: ANSWER } })
}

describe.each([
  ['test', 500],
  ['development', 500],
  ['production', 200],
] as const)('an answer that does not match its schema, NODE_ENV=%s', (mode, status) => {
  test(`is ${status}`, async () => {
    const t = apps[mode]
    const { accessToken } = await signUp(t, 'ada@example.com')
    for (const path of ['/open', '/mine']) {
      const before = t.logged.length
      const headers = { authorization: `Bearer ${accessToken}` }
      const answer = await wrongAnswers(t).handle(new Request(`${ORIGIN}${path}`, { headers }))
      expect(answer.status).toBe(status)
      const explained = t.logged.slice(before).map(({ fields }) => String(fields.cause))
      expect(explained).toEqual(status === 200 ? [] : [expect.stringContaining('response schema: /name')])
    }
  })
})

test('every route of the app is checked in tests and development, and none in production', async () => {
  for (const mode of modes)
    for (const { method, path, hooks } of (await apps[mode].app.allRoutes()).filter(
      ({ hooks }) => hooks.detail?.operationId,
    ))
      expect(hooks.response !== undefined, `${mode} ${method} ${path}`).toBe(mode !== 'production')
})

test('the answers are documented the same in each mode', async () => {
  const documents: unknown[] = []
  for (const mode of modes) {
    const { app, deps } = apps[mode]
    const routes = await app.allRoutes()
    for (const { hooks } of routes.filter(({ hooks }) => hooks.detail?.operationId))
      expect(Object.keys(answersOf(hooks)).length).toBeGreaterThan(0)
    documents.push(createOpenApiDocument(routes, deps.config))
  }
  expect(JSON.stringify(documents[2])).toBe(JSON.stringify(documents[0]))
  expect(JSON.stringify(documents[1])).toBe(JSON.stringify(documents[0]))
})
