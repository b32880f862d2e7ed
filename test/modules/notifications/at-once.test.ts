/** Slices beside each other, in processes that die, and while the rights of the sender change. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Deps } from '../../../src/deps.ts'
import { openPayload } from '../../../src/modules/jobs/queue-job.ts'
import { runSlice, SLICE } from '../../../src/modules/notifications/run-slice.ts'
import { call, type Session, setUpAdmin } from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { executeOn, rowsOn } from '../../support/sql.ts'
import { hasSqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { join, makeAccount, makeKey, makeOrg } from '../api-keys/support/keys.ts'
import { connect, makeClient, postForm } from '../token/support/oauth.ts'
import { insertPeople, person, send, sentAs } from './support/send.ts'

let t: TestApp
let admin: Session
let token: string
beforeEach(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  token = admin.accessToken
})
afterEach(() => t.close())
const execute = executeOn(() => t)
const rows = rowsOn(() => t)

/** The payload of the job of the next slice. */
async function nextSlice(deps: Deps = t.deps): Promise<unknown> {
  const { rows: jobs } = await deps.db.$client.execute(
    "SELECT id, payload FROM jobs WHERE kind = 'notification' ORDER BY rowid DESC LIMIT 1",
  )
  return openPayload(deps, { id: String(jobs[0]?.id), payload: String(jobs[0]?.payload) })
}

const run = (payload: unknown, deps: Deps = t.deps) =>
  runSlice(deps, { id: 'job_1', userId: null, payload, queuedAt: 0 })

/** How often each person has the notification, and how many events tell of it. */
async function delivered(id: string, deps: Deps = t.deps) {
  const one = async (sql: string) => Number((await deps.db.$client.execute({ sql, args: [id] })).rows[0]?.count)
  return {
    lists: await one('SELECT count(*) AS count FROM notification_recipients WHERE notification_id = ?'),
    events: await one(
      "SELECT count(*) AS count FROM events WHERE type = 'notification.created' AND data ->> '$.notificationId' = ?",
    ),
    told: await one(
      "SELECT count(DISTINCT user_id) AS count FROM events WHERE type = 'notification.created' AND data ->> '$.notificationId' = ?",
    ),
  }
}

describe('a slice', () => {
  test('that is done again, or by several workers at once, reaches each person once', async () => {
    const people = 2 * SLICE + 7
    await insertPeople(t, people)
    const { id } = await send(t, token, { to: [{ role: 'user' }] })
    for (let round = 0; round < 3; round++) {
      const payload = await nextSlice()
      await Promise.all([run(payload), run(payload), run(payload)])
      await run(payload)
    }
    const holders = Number((await rows("SELECT count(*) AS count FROM user_roles WHERE role = 'user'"))[0]?.count)
    expect(holders).toBeGreaterThanOrEqual(people)
    expect(await delivered(id)).toEqual({ lists: holders, events: holders, told: holders })
    expect(await sentAs(t, token, id)).toMatchObject({ state: 'sent', recipients: holders })
    // One job for each slice, however often it was done.
    expect(await rows("SELECT id FROM jobs WHERE kind = 'notification'")).toHaveLength(3)
  })

  test('is bounded: no statement reaches more people than its limit', async () => {
    await insertPeople(t, 3 * SLICE)
    const { id } = await send(t, token, { to: [{ role: 'user' }] })
    for (let slices = 1; slices <= 3; slices++) {
      await run(await nextSlice())
      expect((await delivered(id)).lists).toBe(slices * SLICE)
    }
  })

  test('whose commit fails leaves nothing behind, and its repetition does all of it', async () => {
    await insertPeople(t, 5)
    const { id } = await send(t, token, { to: [{ role: 'user' }] })
    const payload = await nextSlice()
    const db = new Proxy(t.deps.db, {
      get: (target, name) =>
        name === 'batch' ? () => Promise.reject(new Error('the connection is gone')) : Reflect.get(target, name),
    })
    expect(await run(payload, { ...t.deps, db }).catch(String)).toContain('the connection is gone')
    expect(await delivered(id)).toEqual({ lists: 0, events: 0, told: 0 })
    await run(payload)
    expect((await delivered(id)).lists).toBeGreaterThanOrEqual(5)
  })

  test('that was retracted a moment ago reaches nobody', async () => {
    await insertPeople(t, 5)
    const { id } = await send(t, token, { to: [{ role: 'user' }] })
    const payload = await nextSlice()
    let left = 1
    const db = new Proxy(t.deps.db, {
      get(target, name) {
        if (name !== 'batch') return Reflect.get(target, name)
        return async (statements: Parameters<typeof target.batch>[0]) => {
          // The slice itself, after everything was read.
          if (statements.length > 3 && left-- > 0) await call(t, `DELETE /v1/notifications/${id}`, { token })
          return target.batch(statements)
        }
      },
    })
    await run(payload, { ...t.deps, db })
    expect(left).toBe(0)
    expect(await delivered(id)).toEqual({ lists: 0, events: 0, told: 0 })
  })

  test('reaches who is deleted meanwhile no more, and all others', async () => {
    const ids = await insertPeople(t, 3)
    const { id } = await send(t, token, { to: [{ role: 'user' }] })
    await execute('DELETE FROM users WHERE id = ?', ids[1] ?? '')
    await t.work()
    const has = await rows('SELECT user_id FROM notification_recipients WHERE notification_id = ?', id)
    expect(has.map((row) => row.user_id)).toEqual(expect.arrayContaining([ids[0], ids[2]]))
    expect(has.map((row) => row.user_id)).not.toContain(ids[1])
  })
})

describe('what ends a sender ends what the sender is sending', () => {
  /** Sends to an organisation of 300 members and does one slice; then `ends` happens. */
  async function stoppedBy(sender: string, orgId: string, ends: () => Promise<unknown>) {
    await insertPeople(t, SLICE + 50, orgId)
    const { id } = await send(t, sender, { to: [{ orgId }] })
    await run(await nextSlice())
    await ends()
    t.deps.principals.forgetAll()
    await t.work()
    const [row] = await rows('SELECT state, recipients FROM notifications WHERE id = ?', id)
    expect(row).toMatchObject({ state: 'stopped', recipients: SLICE })
    expect(await delivered(id)).toMatchObject({ events: SLICE, told: SLICE })
    const events = await rows(
      "SELECT result, org_id FROM events WHERE type = 'notification.stopped' AND data ->> '$.notificationId' = ?",
      id,
    )
    expect(events).toMatchObject([{ result: 'failure', org_id: orgId }])
  }

  async function acme() {
    const [owner, manager] = [await person(t), await person(t)]
    const orgId = await makeOrg(t, owner.accessToken)
    await join(t, orgId, manager, ['admin'])
    return { orgId, owner, manager }
  }

  test('an account that is disabled', async () => {
    const { orgId, manager } = await acme()
    await stoppedBy(manager.accessToken, orgId, () => call(t, `POST /v1/users/${manager.user.id}/disable`, { token }))
  })

  test('an account that is deleted', async () => {
    const { orgId, manager } = await acme()
    await stoppedBy(manager.accessToken, orgId, () => call(t, `DELETE /v1/users/${manager.user.id}`, { token }))
  })

  test('a role that is taken away', async () => {
    const { orgId, owner, manager } = await acme()
    await stoppedBy(manager.accessToken, orgId, () =>
      call(t, `PATCH /v1/orgs/${orgId}/members/${manager.user.id}`, {
        token: owner.accessToken,
        body: { roles: ['member'] },
      }),
    )
  })

  test('a key that is revoked', async () => {
    const { orgId, owner } = await acme()
    const { id } = await makeAccount(t, owner.accessToken, { orgId, roles: ['admin'] })
    const key = await makeKey(t, owner.accessToken, { serviceAccountId: id, scopes: ['notifications:write'] })
    await stoppedBy(key.key, orgId, () => call(t, `DELETE /v1/api-keys/${key.id}`, { token: owner.accessToken }))
  })

  test('the owner of a key who is disabled', async () => {
    const { orgId, manager } = await acme()
    const key = await makeKey(t, manager.accessToken, { scopes: ['notifications:write'] })
    await stoppedBy(key.key, orgId, () => call(t, `POST /v1/users/${manager.user.id}/disable`, { token }))
  })

  test('a service account that is disabled', async () => {
    const { orgId, owner } = await acme()
    const { id } = await makeAccount(t, owner.accessToken, { orgId, roles: ['admin'] })
    const key = await makeKey(t, owner.accessToken, { serviceAccountId: id, scopes: ['notifications:write'] })
    await stoppedBy(key.key, orgId, () =>
      call(t, `PATCH /v1/service-accounts/${id}`, { token: owner.accessToken, body: { status: 'disabled' } }),
    )
  })

  /** A client that a person has allowed to send. */
  async function allowed() {
    const { orgId, manager } = await acme()
    const client = await makeClient(t)
    const who = { userId: manager.user.id, sessionId: '', cookie: '', accessToken: manager.accessToken }
    const [session] = await rows('SELECT id FROM sessions WHERE user_id = ?', who.userId)
    const scopes = { [ORIGIN]: ['notifications:write'] }
    const { grantId, tokens } = await connect(t, client, scopes, { ...who, sessionId: String(session?.id) })
    return { orgId, client, manager, grantId, sender: tokens.access_token }
  }

  test('a client whose person takes back what it was allowed', async () => {
    const { orgId, sender, grantId, manager } = await allowed()
    await stoppedBy(sender, orgId, () => call(t, `DELETE /v1/me/grants/${grantId}`, { token: manager.accessToken }))
  })

  test('a client that is disabled, and one that is deleted', async () => {
    const { orgId, sender, client } = await allowed()
    const changed = { token, body: { status: 'disabled' } }
    await stoppedBy(sender, orgId, () => call(t, `PATCH /v1/oauth-clients/${client.id}`, changed))
    const other = await allowed()
    await stoppedBy(other.sender, other.orgId, () => call(t, `DELETE /v1/oauth-clients/${other.client.id}`, { token }))
  })

  test('the client of a service account that is disabled', async () => {
    const { orgId, owner } = await acme()
    const { id } = await makeAccount(t, owner.accessToken, { orgId, roles: ['admin'] })
    const client = await makeClient(t, {
      auth_method: 'client_secret_basic',
      grant_types: '["client_credentials"]',
      service_account_id: id,
      org_id: orgId,
    })
    const scope = { grant_type: 'client_credentials', scope: 'notifications:write' }
    const { body } = await postForm<{ access_token: string }>(t, '/oauth/token', scope, { client })
    await stoppedBy(body.access_token, orgId, () =>
      execute("UPDATE oauth_clients SET status = 'disabled' WHERE id = ?", client.id),
    )
  })

  test('but not a client that goes on', async () => {
    const { orgId, sender } = await allowed()
    await insertPeople(t, SLICE + 50, orgId)
    const { id } = await send(t, sender, { to: [{ orgId }] })
    await t.work()
    expect(await sentAs(t, token, id)).toMatchObject({ state: 'sent', recipients: SLICE + 52 })
  })

  test('an organisation that is deleted', async () => {
    const { orgId, owner, manager } = await acme()
    await stoppedBy(manager.accessToken, orgId, () => call(t, `DELETE /v1/orgs/${orgId}`, { token: owner.accessToken }))
  })
})

testWith(await hasSqld(), 'sqld')('two processes on one sqld reach each person once', async () => {
  const sqld = await startSqld()
  const env = { DATABASE_URL: sqld.url }
  const [one, two] = [await createTestApp({ env }), await createTestApp({ env })]
  try {
    const { accessToken } = await setUpAdmin(one)
    await insertPeople(one, SLICE + 20)
    const { id } = await send(one, accessToken, { to: [{ role: 'user' }, { role: 'admin' }] })
    for (let round = 0; round < 3; round++) {
      const payload = await nextSlice(one.deps)
      await Promise.all([run(payload, one.deps), run(payload, two.deps)])
    }
    const { lists, events, told } = await delivered(id, one.deps)
    expect(lists).toBeGreaterThanOrEqual(SLICE + 20)
    expect([events, told]).toEqual([lists, lists])
    expect(await sentAs(two, accessToken, id)).toMatchObject({ state: 'sent', recipients: lists })
  } finally {
    await one.close()
    await two.close()
    await sqld.stop()
  }
})
