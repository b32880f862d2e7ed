/** What a person allowed: listed, ended, and ended by whatever ends the trust in it. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { call, PASSWORD, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeResource } from '../authorize/support/browser.ts'
import { proofFor } from '../proofs/support/mail.ts'
import {
  type ClientRow,
  connect,
  makeClient,
  makeGrant,
  makePerson,
  type Person,
  postForm,
} from '../token/support/oauth.ts'

let t: TestApp
let client: ClientRow
let person: Person
beforeEach(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  client = await makeClient(t)
  person = await makePerson(t, 'ada@example.com')
})
afterEach(() => t.close())

interface Grants {
  items: {
    id: string
    client: { id: string; name: string; host: string | null }
    scopes: Record<string, string[]>
    details: unknown[]
    createdAt: string
    updatedAt: string
    lastUsedAt: string | null
  }[]
  nextCursor: string | null
}
const mine = async (token = person.accessToken) => (await call<Grants>(t, 'GET /v1/me/grants', { token })).body
const end = (id: string, token = person.accessToken) => call(t, `DELETE /v1/me/grants/${id}`, { token })
const connected = () => connect(t, client, { [ORIGIN]: ['openid', 'offline_access'] }, person)
const userinfo = async (token: string) =>
  (await t.app.handle(new Request(`${ORIGIN}/oauth/userinfo`, { headers: { authorization: `Bearer ${token}` } })))
    .status
const refreshes = async (token: string) =>
  (await postForm(t, '/oauth/token', { grant_type: 'refresh_token', refresh_token: token }, { client })).status

describe('GET /v1/me/grants', () => {
  test('shows the client with its host, the scopes by resource, and when it was last used', async () => {
    const notes = await makeResource(t)
    const local = await makeClient(t, { name: 'Local', redirect_uris: '["http://127.0.0.1/cb"]' })
    const unused = await makeGrant(t, person, local, { [notes]: ['notes:read'] })
    t.clock.advance(1000)
    const { grantId } = await connected()
    const { items, nextCursor } = await mine()
    expect(nextCursor).toBeNull()
    expect(items.find(({ id }) => id === grantId)).toEqual({
      id: grantId,
      client: { id: client.id, name: 'App', host: 'app.example' },
      scopes: { [ORIGIN]: ['openid', 'offline_access'] },
      details: [],
      createdAt: new Date(t.clock.now()).toISOString(),
      updatedAt: new Date(t.clock.now()).toISOString(),
      lastUsedAt: new Date(t.clock.now()).toISOString(),
    })
    expect(items.find(({ id }) => id === unused)).toMatchObject({
      client: { name: 'Local', host: null },
      scopes: { [notes]: ['notes:read'] },
      lastUsedAt: null,
    })
  })

  test('shows nothing of another person, and nothing that has ended', async () => {
    const other = await makePerson(t)
    await makeGrant(t, other, client)
    const id = await makeGrant(t, person, client)
    expect((await mine()).items.map((grant) => grant.id)).toEqual([id])
    await end(id)
    expect((await mine()).items).toEqual([])
  })

  test('has pages, each grant once', async () => {
    const ids: string[] = []
    for (let made = 0; made < 5; made++) ids.push(await makeGrant(t, person, await makeClient(t)))
    const found: string[] = []
    let path = '/v1/me/grants?limit=2'
    for (;;) {
      const { body } = await call<Grants>(t, `GET ${path}`, { token: person.accessToken })
      found.push(...body.items.map(({ id }) => id))
      if (body.nextCursor === null) break
      path = `/v1/me/grants?limit=2&cursor=${encodeURIComponent(body.nextCursor)}`
    }
    expect(found).toEqual(ids.reverse())
  })

  test('is in the export of the account, without a token', async () => {
    const { grantId, tokens } = await connected()
    const { text, status } = await call(t, 'GET /v1/me/export', { token: person.accessToken })
    expect(status).toBe(200)
    const { grants } = JSON.parse(text) as { grants: { id: string; clientId: string; endedAt: string | null }[] }
    expect(grants).toEqual([expect.objectContaining({ id: grantId, clientId: client.id, endedAt: null })])
    expect(text).not.toContain(tokens.refresh_token)
  })
})

describe('DELETE /v1/me/grants/{id}', () => {
  test('ends every token of the client at once, and writes one event', async () => {
    const first = await connected()
    const second = await connect(t, client, undefined, person).catch(() => undefined)
    expect(second).toBeUndefined() // one living grant
    const { access_token: access, refresh_token: refresh } = first.tokens
    expect(await userinfo(access)).toBe(200)
    expect((await end(first.grantId)).status).toBe(204)
    expect(await userinfo(access)).toBe(401)
    expect(await refreshes(refresh)).toBe(400)
    const { rows } = await t.deps.db.$client.execute(
      `SELECT user_id, actor_id, data FROM events WHERE type = 'grant.ended'`,
    )
    expect(rows.map(({ user_id, actor_id, data }) => [user_id, actor_id, JSON.parse(String(data))])).toEqual([
      [person.userId, person.userId, { grantId: first.grantId }],
    ])
  })

  test('again, of another person, and of no grant are 404, and end nothing', async () => {
    const { grantId, tokens } = await connected()
    const other = await makePerson(t)
    for (const [id, token] of [
      [grantId, other.accessToken],
      [`grt_${'0'.repeat(32)}`, person.accessToken],
    ] as const) {
      const answer = await end(id, token)
      expect([answer.status, answer.body.code]).toEqual([404, 'grant.not_found'])
    }
    expect(await userinfo(tokens.access_token)).toBe(200)
    await end(grantId)
    expect((await end(grantId)).status).toBe(404)
  })

  test('20 at once: one ends it', async () => {
    const { grantId } = await connected()
    const answers = await Promise.all(Array.from({ length: 20 }, () => end(grantId)))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array.from({ length: 19 }, () => 404)])
  })

  test('by a client with a token is refused: it ends nothing for a person', async () => {
    const { grantId, tokens } = await connected()
    expect((await end(grantId, tokens.access_token)).status).toBe(403)
    expect((await mine()).items).toHaveLength(1)
  })
})

describe('administrators', () => {
  test('list and end the grants of others, but not of those with more rights', async () => {
    const admin = await setUpAdmin(t)
    const { grantId, tokens } = await connected()
    const path = `/v1/users/${person.userId}/grants`
    const listed = await call<Grants>(t, `GET ${path}`, { token: admin.accessToken })
    expect(listed.body.items.map(({ id }) => id)).toEqual([grantId])
    expect((await call(t, `GET ${path}`, { token: person.accessToken })).status).toBe(403)
    expect((await call(t, `GET /v1/users/usr_${'0'.repeat(32)}/grants`, { token: admin.accessToken })).body.code).toBe(
      'user.not_found',
    )
    expect((await call(t, `DELETE ${path}/${grantId}`, { token: admin.accessToken })).status).toBe(204)
    expect(await userinfo(tokens.access_token)).toBe(401)
    expect((await call(t, `DELETE ${path}/${grantId}`, { token: admin.accessToken })).body.code).toBe('grant.not_found')
  })
})

describe('a grant ends with', () => {
  test('the account that is disabled, and its tokens do so at once', async () => {
    const admin = await setUpAdmin(t)
    const { tokens } = await connected()
    await call(t, `POST /v1/users/${person.userId}/disable`, { token: admin.accessToken })
    expect(await userinfo(tokens.access_token)).toBe(401)
    expect(await refreshes(tokens.refresh_token)).toBe(400)
  })

  test('the account that is erased', async () => {
    await connected()
    const { status } = await call(t, 'DELETE /v1/me', { token: person.accessToken })
    expect(status).toBe(204)
    const { rows } = await t.deps.db.$client.execute(
      'SELECT (SELECT count(*) FROM grants) + (SELECT count(*) FROM token_families) + (SELECT count(*) FROM family_tokens) AS found',
    )
    expect(rows[0]?.found).toBe(0)
  })

  test('a password that was reset', async () => {
    const { tokens } = await connected()
    await call(t, 'POST /v1/auth/forgot-password', { body: { email: 'ada@example.com' } })
    await t.work()
    const code = /#token=(\S+)/.exec(t.mails.findLast(({ text }) => text.includes('reset-password'))?.text ?? '')?.[1]
    const { status } = await call(t, 'POST /v1/auth/reset-password', {
      body: { token: code, password: `${PASSWORD} two` },
    })
    expect(status).toBeLessThan(300)
    expect(await userinfo(tokens.access_token)).toBe(401)
    expect(await refreshes(tokens.refresh_token)).toBe(400)
    const { rows } = await t.deps.db.$client.execute('SELECT ended_at FROM grants')
    expect(rows.map(({ ended_at }) => ended_at)).toEqual([t.clock.now()])
  })

  test('45: the first proof of the address, because someone else may have signed up with it', async () => {
    const session = await signUp(t, 'victim@example.com')
    const { rows } = await t.deps.db.$client.execute({
      sql: 'SELECT id FROM sessions WHERE user_id = ?',
      args: [session.user.id],
    })
    const early: Person = {
      userId: session.user.id,
      sessionId: String(rows[0]?.id),
      cookie: '',
      accessToken: session.accessToken,
    }
    const { tokens } = await connect(t, client, { [ORIGIN]: ['openid', 'offline_access'] }, early)
    const { token } = await proofFor(t, 'victim@example.com')
    expect((await call(t, 'POST /v1/auth/verify-email', { body: { token } })).status).toBe(200)
    expect(await refreshes(tokens.refresh_token)).toBe(400)
    expect(await userinfo(tokens.access_token)).toBe(401)
  })

  test('the client that is disabled or deleted', async () => {
    const { tokens } = await connected()
    await t.deps.db.$client.execute({
      sql: `UPDATE oauth_clients SET status = 'disabled' WHERE id = ?`,
      args: [client.id],
    })
    t.deps.principals.forgetAll()
    expect(await userinfo(tokens.access_token)).toBe(401)
    await t.deps.db.$client.execute({ sql: 'DELETE FROM oauth_clients WHERE id = ?', args: [client.id] })
    expect((await mine()).items).toEqual([])
  })

  test('the organisation of the client that is deleted', async () => {
    const org = await call<{ id: string }>(t, 'POST /v1/orgs', { token: person.accessToken, body: { name: 'Acme' } })
    const ofOrg = await makeClient(t, { org_id: org.body.id })
    const { tokens } = await connect(t, ofOrg, { [ORIGIN]: ['openid', 'offline_access'] }, person)
    expect(await userinfo(tokens.access_token)).toBe(200)
    const deleted = await call(t, `DELETE /v1/orgs/${org.body.id}`, { token: person.accessToken })
    expect(deleted.status).toBeLessThan(300)
    expect(await userinfo(tokens.access_token)).toBe(401)
  })
})

test('grants that ended 30 days ago are deleted with their families', async () => {
  const { grantId } = await connected()
  await end(grantId)
  const { runJobs } = await import('../../../src/jobs.ts')
  t.clock.advance(29 * 86_400_000)
  await runJobs(t.deps, 'sweep-keys')
  const count = async () => Number((await t.deps.db.$client.execute('SELECT count(*) AS n FROM grants')).rows[0]?.n)
  expect(await count()).toBe(1)
  t.clock.advance(5 * 86_400_000)
  await runJobs(t.deps, 'sweep-sessions')
  await runJobs(t.deps, 'sweep-keys')
  expect(await count()).toBe(0)
})
