import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { call, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { join, makeOrg, makeRole, makeRule, sql } from './support.ts'

let t: TestApp
let admin: string
let user: { token: string; id: string }
let other: { token: string; id: string }

async function person(email: string): Promise<{ token: string; id: string }> {
  const { accessToken, user: made } = await signUp(t, email)
  return { token: accessToken, id: made.id }
}
beforeAll(async () => {
  t = await createTestApp()
  admin = (await setUpAdmin(t)).accessToken
  user = await person('user@example.com')
  other = await person('other@example.com')
})
afterAll(() => t.close())

const explain = (token: string, body: unknown) => call<Explained>(t, 'POST /v1/authz/explain', { token, body })
interface Explained {
  decision: boolean
  decidedBy: Record<string, unknown>
  facts: { path: string; value?: unknown }[]
  change: Record<string, unknown> | null
  code: string
}
/** The decision behind a refusal. */
async function refused(token: string | undefined, methodAndPath: string, body?: unknown): Promise<string> {
  const answer = await call<{ decisionId: string }>(t, methodAndPath, { token, body })
  expect(answer.status, answer.text).toBe(403)
  expect(answer.body.decisionId).toMatch(/^dec_[0-9a-f]{32}$/)
  return answer.body.decisionId
}

describe('a refusal with status 403', () => {
  test('names a decision; its explanation names the role, and with the role the same request passes', async () => {
    const { token, id } = await person('role@example.com')
    const decisionId = await refused(token, 'GET /v1/users')
    const { body } = await explain(token, { decisionId })
    expect(body).toEqual({
      decision: false,
      decidedBy: { kind: 'default' },
      facts: [],
      change: { kind: 'role', role: 'admin', orgId: null },
    } as never)
    expect((await call(t, `PATCH /v1/users/${id}`, { token: admin, body: { roles: ['admin'] } })).status).toBe(200)
    expect((await call(t, 'GET /v1/users', { token })).status).toBe(200)
  })

  test('is explained to who was refused and to holders of authz:explain; to others the decision does not exist', async () => {
    const decisionId = await refused(user.token, 'GET /v1/users')
    expect((await explain(user.token, { decisionId })).status).toBe(200)
    expect((await explain(admin, { decisionId })).status).toBe(200)
    for (const id of [decisionId, 'dec_00000000000000000000000000000000', 'x']) {
      const answer = await explain(other.token, { decisionId: id })
      expect(answer.status).toBe(404)
      expect(answer.body.code).toBe('decision.not_found')
    }
  })

  test('is explained for a day, also by a process that did not decide', async () => {
    const decisionId = await refused(user.token, 'GET /v1/users')
    await t.settle()
    const another = await createTestApp({ env: { DATABASE_URL: `file:${t.file}` } }).catch(() => undefined)
    expect(another).toBeUndefined() // one process owns the file: the row itself is asked below
    const { rows } = await t.deps.db.$client.execute(`SELECT actor_id FROM decisions WHERE id = '${decisionId}'`)
    expect(rows[0]?.actor_id).toBe(user.id)
    t.clock.advance(86_399_000)
    const { accessToken } = await signIn(t, 'user@example.com')
    expect((await explain(accessToken, { decisionId })).status).toBe(200)
    t.clock.advance(1_000)
    expect((await explain(accessToken, { decisionId })).status).toBe(404)
  })
})
