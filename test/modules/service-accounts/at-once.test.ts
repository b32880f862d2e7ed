/** Who loses a role in the same moment changes no service account with it. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { makeAccount } from '../api-keys/support/keys.ts'
import { connect, makeClient } from '../token/support/oauth.ts'
import { beforeWrite } from '../../support/before-write.ts'
import { call, PASSWORD, type Session, setUpAdmin, signIn, type User } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let first: Session
let administrators = 0
beforeAll(async () => {
  t = await createTestApp()
  first = await setUpAdmin(t)
})
afterAll(() => t.close())

const stored = async () => {
  const { rows } = await t.deps.db.$client.execute(
    "SELECT a.*, (SELECT group_concat(role) FROM service_account_roles WHERE service_account_id = a.id) AS roles, (SELECT count(*) FROM events WHERE type LIKE 'service_account.%') AS events FROM service_accounts AS a ORDER BY id",
  )
  return rows.map((row) => ({ ...row }))
}

async function newAdministrator(): Promise<Session> {
  const email = `second-${++administrators}@example.com`
  const body = { email, password: PASSWORD, roles: ['admin'] }
  const made = await call<User>(t, 'POST /v1/users', { token: first.accessToken, body })
  expect(made.status, made.text).toBe(201)
  return signIn(t, email)
}

/** The token of a client that acts for the person. */
async function clientOf({ user, accessToken }: Session): Promise<string> {
  const { rows } = await t.deps.db.$client.execute({
    sql: 'SELECT id FROM sessions WHERE user_id = ?',
    args: [user.id],
  })
  const who = { userId: user.id, sessionId: String(rows[0]?.id), cookie: '', accessToken }
  const { tokens } = await connect(t, await makeClient(t), { [ORIGIN]: ['service-accounts:write'] }, who)
  return tokens.access_token
}

const writes: [string, string, object | undefined][] = [
  ['POST /v1/service-accounts', 'service_accounts', { name: 'Left behind', roles: ['user'] }],
  ['PATCH /v1/service-accounts/:id', 'service_accounts', { status: 'active' }],
  ['PATCH /v1/service-accounts/:id', 'service_accounts', { roles: ['user'] }],
  ['DELETE /v1/service-accounts/:id', 'service_accounts', undefined],
]

for (const [kind, tokenOf] of [
  ['an administrator', async ({ accessToken }: Session) => accessToken],
  ['a client of theirs', clientOf],
] as const)
  test.each(writes)(`${kind} writes nothing after the demotion: %s`, async (route, table, body) => {
    const { id } = await makeAccount(t, first.accessToken, { roles: [] })
    const off = { token: first.accessToken, body: { status: 'disabled' } }
    expect((await call(t, `PATCH /v1/service-accounts/${id}`, off)).status).toBe(200)
    const person = await newAdministrator()
    const token = await tokenOf(person)
    const before = await stored()
    beforeWrite(t, table, async () => {
      const demotion = { token: first.accessToken, body: { roles: [] } }
      const demoted = await call(t, `PATCH /v1/users/${person.user.id}`, demotion)
      expect(demoted.status, demoted.text).toBe(200)
    })
    const refused = await call(t, route.replace(':id', id), { token, body })
    expect(refused.body.code, refused.text).toBe('session.expired')
    expect(await stored()).toEqual(before)
  })
