/** What the scratch feature adds, asked of the copy it was added to (`scratch-feature.test.ts`). One app, in this order. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import { envExample } from '../src/build/env-example.ts'
import { parseConfig } from '../src/config.ts'
import { catalogue } from '../src/errors.ts'
import type { createOpenApiDocument } from '../src/http/openapi/document.ts'
import { jobNames, runJobs } from '../src/jobs.ts'
import { errorsMarkdown } from '../src/modules/docs/errors-markdown.ts'
import { AccountExport } from '../src/modules/export/schema.ts'
import { call, type Session, setUpAdmin, signIn, signUp } from './support/client.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

let t: TestApp
let admin: Session
let ada: Session
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  ada = await signUp(t, 'ada@example.com')
  await t.work()
})
afterAll(() => t.close())

const award = (token: string | undefined, title: string) =>
  call(t, 'POST /v1/badges', { token, body: { userId: ada.user.id, title } })
const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
  (await t.deps.db.$client.execute(sql)).rows.map((row) => ({ ...row }))

let badgeId: unknown

test('the route answers 401 to a stranger and 403 without the permission', async () => {
  for (const [token, status, code] of [
    [undefined, 401, 'auth.required'],
    [ada.accessToken, 403, 'auth.forbidden'],
  ] as const) {
    const answer = await award(token, 'First login')
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect((await call(t, 'GET /v1/badges', { token })).status).toBe(status)
  }
  expect(await rows('SELECT * FROM badges')).toEqual([])
})

test('the role admin has the permissions, and the route answers 200 with an id of the prefix', async () => {
  const { body } = await call<{ items: { name: string; permissions: string[] }[] }>(t, 'GET /v1/roles', {
    token: admin.accessToken,
  })
  const permissions = (role: string) => body.items.find(({ name }) => name === role)?.permissions
  expect(permissions('admin')).toEqual(expect.arrayContaining(['users:read', 'badges:read', 'badges:write']))
  expect(permissions('user')).toEqual([])
  const awarded = await award(admin.accessToken, 'First login at evil.example')
  expect(awarded.status).toBe(200)
  badgeId = awarded.body.id
  expect(badgeId).toMatch(/^bdg_[0-9a-f]{32}$/)
  const { body: list } = await call(t, 'GET /v1/badges', { token: admin.accessToken })
  expect(list).toEqual({ items: [{ id: badgeId, userId: ada.user.id, title: 'First login at evil.example' }] })
})

test('the event stands in the audit log, which can be filtered by its type', async () => {
  const { status, body } = await call<{ items: Record<string, unknown>[] }>(
    t,
    'GET /v1/audit-events?type=badge.awarded',
    { token: admin.accessToken },
  )
  expect(status).toBe(200)
  expect(body.items).toHaveLength(1)
  expect(body.items[0]).toMatchObject({ actorId: admin.user.id, userId: ada.user.id, data: { badgeId } })
})

test('the mail is delivered in words of its own, and the queued job is done', async () => {
  await t.work()
  const mail = t.mails.at(-1)
  expect(mail).toMatchObject({ to: 'ada@example.com', subject: 'You have a new badge at Threeger ID' })
  expect(mail?.text).toContain('An administrator of Threeger ID has awarded you a badge.')
  expect(mail?.text).toContain('Badge: First login at evil.\u200cexample')
  expect(mail?.html).toContain('You have a new badge')
  expect(
    await rows(
      "SELECT kind, state, last_error AS error FROM jobs WHERE kind IN ('mail', 'engrave-badge') AND state <> 'done'",
    ),
  ).toEqual([])
  expect(await rows('SELECT engraved_at AS at FROM badges')).toEqual([{ at: t.clock.now() }])
})

test('the mail is in Portuguese for who reads Portuguese', async () => {
  await t.deps.db.$client.execute({ sql: "UPDATE users SET locale = 'pt' WHERE id = ?", args: [ada.user.id] })
  expect((await award(admin.accessToken, 'Veterana')).status).toBe(200)
  await t.work()
  expect(t.mails.at(-1)?.subject).toBe('Você tem um novo distintivo em Threeger ID')
})

test('the error is rendered, and stands in the catalogue and in docs/errors', async () => {
  // BADGES_PER_USER is 2.
  const refused = await award(admin.accessToken, 'One too many')
  expect([refused.status, refused.headers.get('content-type')]).toEqual([409, 'application/problem+json'])
  expect(refused.body).toMatchObject({
    type: 'https://api.test/docs/errors#badge.too_many',
    title: 'This person has as many badges as anyone may have.',
    code: 'badge.too_many',
  })
  expect(catalogue['badge.too_many'].status).toBe(409)
  expect(errorsMarkdown()).toContain('`badge.too_many` | 409 |')
  expect((await call(t, 'GET /docs/errors')).text).toContain('id="badge.too_many"')
})

test('the export of the account has its section, as its schema says', async () => {
  const { accessToken } = await signIn(t, 'ada@example.com')
  const { status, body } = await call<{ badges: unknown[] }>(t, 'GET /v1/me/export', { token: accessToken })
  expect(status).toBe(200)
  const engravedAt = new Date(t.clock.now()).toISOString()
  expect(body.badges).toEqual([
    { title: 'First login at evil.example', createdAt: engravedAt, engravedAt },
    { title: 'Veterana', createdAt: engravedAt, engravedAt },
  ])
  expect(Object.keys(AccountExport.properties)).toContain('badges')
  expect([...Value.Errors(AccountExport, body)]).toEqual([])
})

test('the document has the tag, the operations, the permission and the code', async () => {
  const { body } = await call<ReturnType<typeof createOpenApiDocument>>(t, 'GET /openapi.json')
  expect(body.tags).toContainEqual({ name: 'Badges', description: 'What people are honoured with.' })
  const operation = (body.paths['/v1/badges'] as Record<string, Record<string, unknown>> | undefined)?.post
  expect(operation).toMatchObject({ operationId: 'awardBadge', tags: ['Badges'] })
  expect(JSON.stringify(body.components.schemas.Problem)).toContain('"badge.too_many"')
  expect(JSON.stringify(operation)).toContain('badges:write')
  expect(JSON.stringify(body.components.schemas.AccountExport)).toContain('What the person was honoured with.')
})

test('the scheduled job has a name, and deletes what is old', async () => {
  expect(jobNames).toContain('sweep-badges')
  expect((await runJobs(t.deps, 'sweep-badges')).jobs).toMatchObject([{ counts: { badges: 0 }, complete: true }])
  t.clock.advance(31 * 86_400_000)
  expect((await runJobs(t.deps, 'sweep-badges')).jobs).toMatchObject([{ counts: { badges: 2 }, complete: true }])
})

test('the variable is parsed, refused when it is wrong, and stands in .env.example', async () => {
  const secret = { APP_SECRET: 'a secret of more than thirty-two bytes' }
  expect(parseConfig(secret).variables.BADGES_PER_USER).toBe(2)
  expect(parseConfig({ ...secret, BADGES_PER_USER: '7' }).variables.BADGES_PER_USER).toBe(7)
  for (const wrong of ['0', '101', 'two', '1.5'])
    expect(() => parseConfig({ ...secret, BADGES_PER_USER: wrong })).toThrow('BADGES_PER_USER')
  expect(envExample()).toContain('# How many badges one person may have.\n#BADGES_PER_USER=2\n')
})

test('the budget answers 429 once it is spent', async () => {
  const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  try {
    const { accessToken } = await setUpAdmin(limited)
    const statuses: number[] = []
    for (let at = 0; at < 5; at++) {
      const { status, body } = await call(limited, 'POST /v1/badges', {
        token: accessToken,
        body: { userId: 'usr_nobody', title: String(at) },
      })
      statuses.push(status)
      if (status === 429) expect(body.code).toBe('request.rate_limited')
    }
    expect(statuses.slice(0, 4)).not.toContain(429)
    expect(statuses[4]).toBe(429)
  } finally {
    await limited.close()
  }
})
