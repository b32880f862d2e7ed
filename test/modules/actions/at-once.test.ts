/** What two requests do to one action at the same moment. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { connect, makeClient } from '../token/support/oauth.ts'
import { beforeWrite } from '../../support/before-write.ts'
import { call, PASSWORD, type Session, signIn, type User } from '../../support/client.ts'
import { ORIGIN, type TestApp } from '../../support/test-app.ts'
import { createWorld, endActions, type MadeAction, makeAction, setUpAdmin } from './support/world.ts'

let t: TestApp
let first: Session
const URL = 'https://127.0.0.1/before'
beforeAll(async () => {
  t = await createWorld()
  first = await setUpAdmin(t)
})
beforeEach(() => endActions(t, first.accessToken))
afterAll(() => t.close())

const stored = async () => (await t.deps.db.$client.execute('SELECT * FROM actions')).rows.map((row) => ({ ...row }))
const eventsOfActions = async () =>
  (await t.deps.db.$client.execute("SELECT count(*) AS n FROM events WHERE type LIKE 'action.%'")).rows[0]?.n

test('of two rotations at once one is refused: the secret that an answer has is the one that signs', async () => {
  const { id } = await makeAction(t, first.accessToken, { url: URL, enabled: false })
  const rotate = () =>
    call<MadeAction & { code?: string }>(t, `POST /v1/actions/${id}/rotate-secret`, {
      token: first.accessToken,
      body: {},
    })
  let other: Awaited<ReturnType<typeof rotate>> | undefined
  beforeWrite(t, 'actions', async () => {
    other = await rotate()
  })
  const late = await rotate()
  expect([other?.status, late.status, late.body.code]).toEqual([200, 409, 'action.already_rotated'])
  expect(late.text).not.toContain('whsec_')
  expect(await stored()).toMatchObject([{ version: 2 }])
  expect((await rotate()).status).toBe(200)
})

let administrators = 0
async function newAdministrator(): Promise<Session> {
  const email = `second-${++administrators}@example.com`
  const body = { email, password: PASSWORD, roles: ['admin'] }
  const made = await call<User>(t, 'POST /v1/users', { token: first.accessToken, body })
  expect(made.status, made.text).toBe(201)
  return signIn(t, email)
}

const writes: [string, object | undefined][] = [
  ['POST /v1/actions', { trigger: 'sign_up', url: URL, enabled: false }],
  ['PATCH /v1/actions/:id', { enabled: true }],
  ['POST /v1/actions/:id/rotate-secret', {}],
  ['DELETE /v1/actions/:id', undefined],
]

test.each(writes)('an administrator who is demoted in the same moment writes nothing: %s', async (route, body) => {
  const { id } = await makeAction(t, first.accessToken, { url: URL, enabled: false })
  const administrator = await newAdministrator()
  const before = [await stored(), await eventsOfActions()]
  const path = `/v1/users/${administrator.user.id}`
  beforeWrite(t, 'actions', async () => {
    const demoted = await call(t, `PATCH ${path}`, { token: first.accessToken, body: { roles: [] } })
    expect(demoted.status, demoted.text).toBe(200)
  })
  const refused = await call(t, route.replace(':id', id), { token: administrator.accessToken, body })
  expect([refused.status, refused.body.code]).toEqual([401, 'session.expired'])
  expect([await stored(), await eventsOfActions()]).toEqual(before)
})

test.each(writes)('nor does a client that acts for them: %s', async (route, body) => {
  const { id } = await makeAction(t, first.accessToken, { url: URL, enabled: false })
  const { user, accessToken } = await newAdministrator()
  const client = await makeClient(t)
  const { rows } = await t.deps.db.$client.execute({
    sql: 'SELECT id FROM sessions WHERE user_id = ?',
    args: [user.id],
  })
  const who = { userId: user.id, sessionId: String(rows[0]?.id), cookie: '', accessToken }
  const { tokens } = await connect(t, client, { [ORIGIN]: ['actions:write'] }, who)
  const before = [await stored(), await eventsOfActions()]
  beforeWrite(t, 'actions', () =>
    call(t, `PATCH /v1/users/${user.id}`, { token: first.accessToken, body: { roles: [] } }),
  )
  const refused = await call(t, route.replace(':id', id), { token: tokens.access_token, body })
  expect([refused.status, refused.body.code]).toEqual([401, 'session.expired'])
  expect([await stored(), await eventsOfActions()]).toEqual(before)
})

test('an action that another request deletes is gone for the one that changes it', async () => {
  for (const [route, body] of writes.slice(1)) {
    const { id } = await makeAction(t, first.accessToken, { url: URL, enabled: false })
    beforeWrite(t, 'actions', () => call(t, `DELETE /v1/actions/${id}`, { token: first.accessToken }))
    const late = await call(t, route.replace(':id', id), { token: first.accessToken, body })
    expect([late.status, late.body.code]).toEqual([404, 'action.not_found'])
  }
})
