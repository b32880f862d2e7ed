import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let accepting = true
let migrated: () => Promise<boolean> = async () => true
beforeAll(async () => {
  t = await createTestApp({ deps: { accepting: () => accepting, migrated: () => migrated() } })
})
afterAll(() => t.close())

interface NotReady {
  code: string
  errors: { path: string }[]
}
const readyz = () => call<NotReady>(t, 'GET /readyz')
const failing = async () => {
  const { status, body } = await readyz()
  return [status, body.code, body.errors?.map(({ path }) => path)]
}

test('ready when the database answers, is migrated, and the keys open', async () => {
  const answer = await call(t, 'GET /readyz')
  expect([answer.status, answer.body]).toEqual([
    200,
    { status: 'ok', checks: { database: 'ok', migrations: 'ok', keys: 'ok' }, warnings: [] },
  ])
})

test('not ready but alive while stopping', async () => {
  accepting = false
  expect(await failing()).toEqual([503, 'server.not_ready', ['/shutdown']])
  expect((await call(t, 'GET /livez')).status).toBe(200)
  accepting = true
})

test('not ready while a migration is missing', async () => {
  migrated = async () => false
  expect(await failing()).toEqual([503, 'server.not_ready', ['/migrations']])
  migrated = async () => true
})

test('not ready when the database is gone, and the answer names no cause', async () => {
  const lost = await createTestApp()
  lost.deps.db.$client.close()
  const answer = await call<NotReady>(lost, 'GET /readyz')
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(answer.body.errors.map(({ path }) => path)).toContain('/database')
  expect(answer.text).not.toMatch(/CLIENT_CLOSED|sqlite/i)
  expect((await call(lost, 'GET /livez')).status).toBe(200)
  await lost.close()
})
