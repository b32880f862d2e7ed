/** Bulk actions do what the single acts do, by the same rules, to the accounts of a filter and to no other. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { bulk, eventsOf, insertPeople, insertRole, progressOf, query, statusesOf } from './support/people.ts'

let t: TestApp
let admin: Session
let token: string
beforeEach(async () => {
  t = await createTestApp({ env: { METADATA_FILTER_KEY: 'plan' } })
  admin = await setUpAdmin(t)
  token = admin.accessToken
})
afterEach(() => t.close())

/** Starts it and does it. */
async function doBulk(body: object, by = token) {
  const started = await bulk(t, by, body)
  expect(started.status, started.text).toBe(202)
  await t.work()
  return progressOf(t, token, started.body.id)
}
const all = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)
const counts = (changed: number, skipped = 0, failed = 0) => ({
  state: 'done',
  reason: null,
  done: changed + skipped + failed,
  changed,
  skipped,
  failed,
})

/** An active administrator besides the first. */
async function secondAdmin(email = 'second@example.com'): Promise<Session> {
  await call(t, 'POST /v1/users', { token, body: { email, password: PASSWORD, roles: ['admin'] } })
  return signIn(t, email)
}

describe('a dry run', () => {
  test('counts who matches, shows ten of them, and changes nothing', async () => {
    const ids = await insertPeople(t, 25)
    const { status, body } = await bulk(t, token, { action: 'disable', filter: { q: 'Bulk' }, dryRun: true })
    expect([status, body.matched, body.exact]).toEqual([200, 25, true])
    expect(body.sample.map(({ id }) => id)).toEqual(ids.slice(0, 10))
    expect(body.sample[0]?.email).toMatch(/^bulk\d+@example\.com$/)
    await t.work()
    expect(await statusesOf(t, ids)).toEqual(all(25, 'active'))
    expect(await query(t, 'SELECT * FROM bulk_actions')).toEqual([])
  })

  test('never has the caller among them', async () => {
    const { body } = await bulk(t, token, { action: 'disable', filter: { all: true }, dryRun: true })
    expect(body).toEqual({ matched: 0, exact: true, sample: [] } as never)
  })
})

describe('a filter', () => {
  test('means the users whom GET /v1/users lists with it, and every criterion must hold', async () => {
    const ids = await insertPeople(t, 6)
    const [one = '', two = '', three = ''] = ids
    await insertRole(t, 'temp', [])
    await query(t, `INSERT INTO user_roles (user_id, role) VALUES (?, 'temp'), (?, 'temp')`, [one, two])
    const patch = (id: string, body: object) => call(t, `PATCH /v1/users/${id}`, { token, body })
    await patch(one, { name: 'Zoë Quartz', username: 'zoe_q', publicMetadata: { plan: 'pro' } })
    await call(t, `POST /v1/users/${two}/disable`, { token })
    const matched = async (filter: object) =>
      (await bulk(t, token, { action: 'disable', filter, dryRun: true })).body.sample?.map(({ id }) => id)
    for (const filter of [
      { q: 'zoe' },
      { q: 'no such person' },
      { q: '!' },
      { status: 'disabled' },
      { role: 'temp' },
      { role: 'temp', status: 'active' },
      { username: 'ZOE_Q' },
      { metadata: 'pro' },
      { metadata: 'free' },
    ]) {
      const listed = await call<{ items: { id: string }[] }>(
        t,
        `GET /v1/users?sort=createdAt&${new URLSearchParams(filter as never)}`,
        { token },
      )
      expect([filter, await matched(filter)]).toEqual([filter, listed.body.items.map(({ id }) => id).sort()])
    }
    expect(await matched({ userIds: [three, two], role: 'temp' })).toEqual([two])
    expect(await matched({ userIds: [] })).toEqual([])
    t.clock.advance(1000)
    const createdBefore = new Date(t.clock.now()).toISOString()
    const [late = ''] = await insertPeople(t, 1)
    expect(await matched({ q: 'Bulk', createdBefore })).toEqual(ids)
    expect(await matched({ userIds: [late], createdBefore })).toEqual([])
  })

  test('without a criterion is refused, unless it says all', async () => {
    await insertPeople(t, 3)
    for (const filter of [{}, { q: ' \t' }, { all: false }, { all: true, status: 'active' }, { name: 'x' }, null]) {
      const answer = await bulk(t, token, { action: 'delete', filter })
      expect([filter, answer.status]).toEqual([filter, 422])
    }
    await t.work()
    expect(await query(t, 'SELECT id FROM users')).toHaveLength(4)
    expect(await doBulk({ action: 'disable', filter: { all: true } })).toMatchObject(counts(3))
  })

  test('that is malformed is refused without a trace', async () => {
    const ids = await insertPeople(t, 2)
    const filter = { userIds: ids }
    for (const body of [
      { action: 'explode', filter },
      { action: 'disable' },
      { action: 'disable', filter, role: 'user' },
      { action: 'add_role', filter },
      { action: 'add_role', filter, role: 'no_such_role' },
      { action: 'add_role', filter, role: `'; DROP TABLE users` },
      { action: 'disable', filter: { userIds: [`usr_${'0'.repeat(31)}`] } },
      { action: 'disable', filter: { userIds: [ids[0], ids[0]] } },
      { action: 'disable', filter: { userIds: Array.from({ length: 1001 }, () => t.deps.random.id('usr')) } },
      { action: 'disable', filter: { createdBefore: 'yesterday' } },
      { action: 'disable', filter: { createdBefore: '2026-02-31T25:00:00Z' } },
      { action: 'disable', filter, actorId: 'usr_1' },
      { action: 'disable', filter, dryRun: 'yes' },
    ]) {
      const answer = await bulk(t, token, body)
      expect([body, answer.status]).toEqual([body, 422])
      expect(answer.text).not.toContain('no_such_role')
    }
    expect(await query(t, 'SELECT * FROM bulk_actions')).toEqual([])
    expect(await query(t, `SELECT * FROM jobs WHERE kind = 'bulk-action'`)).toEqual([])
  })

  test('of a thousand ids fits into a request', async () => {
    const ids = await insertPeople(t, 1000)
    expect(await doBulk({ action: 'disable', filter: { userIds: ids } })).toMatchObject({
      ...counts(1000),
      total: 1000,
    })
  })
})

describe('an act', () => {
  test('disables many, ends their sessions, and writes the event of each once', async () => {
    const person = await signUp(t, 'ada@example.com')
    const ids = [person.user.id, ...(await insertPeople(t, 250))]
    const started = await bulk(t, token, { action: 'disable', filter: { all: true } })
    expect(started.headers.get('location')).toBe(`/v1/bulk-actions/${started.body.id}`)
    expect(started.body).toMatchObject({ state: 'pending', total: null, done: 0, startedBy: admin.user.id })
    expect((await call(t, 'GET /v1/me', { token: person.accessToken })).status).toBe(200)
    await t.work()
    const { id } = started.body
    expect(await progressOf(t, token, id)).toMatchObject({ ...counts(251), total: 251, filteredBy: ['all'] })
    expect((await call(t, 'GET /v1/me', { token: person.accessToken })).status).toBe(401)
    expect(await statusesOf(t, ids)).toEqual(all(251, 'disabled'))
    expect(await eventsOf(t, 'user.disabled', ids)).toEqual(all(251, 1))
    const [event] = await query<{ actor_id: string; data: string; address: null }>(
      t,
      `SELECT actor_id, data, address FROM events WHERE type = 'user.disabled' AND user_id = ?`,
      [ids[9] ?? ''],
    )
    expect(event).toEqual({ actor_id: admin.user.id, data: JSON.stringify({ bulkAction: id }), address: null })
    const own = await query<{ type: string; data: string; result: string }>(
      t,
      `SELECT type, data, result FROM events WHERE type LIKE 'bulk_action.%' ORDER BY id`,
    )
    expect(own.map(({ type, data, result }) => [type, result, JSON.parse(data)])).toEqual([
      ['bulk_action.started', 'success', { bulkAction: id, action: 'disable', filteredBy: ['all'] }],
      ['bulk_action.finished', 'success', { bulkAction: id, done: 251, changed: 251, failed: 0, reason: null }],
    ])
    expect((await call(t, 'GET /v1/me', { token })).status).toBe(200)
  })

  test('that finds nothing to do skips', async () => {
    const ids = await insertPeople(t, 5)
    const filter = { userIds: ids }
    await call(t, `POST /v1/users/${ids[1]}/disable`, { token })
    expect(await doBulk({ action: 'disable', filter })).toMatchObject(counts(4, 1))
    expect(await doBulk({ action: 'disable', filter })).toMatchObject(counts(0, 5))
    expect(await doBulk({ action: 'enable', filter })).toMatchObject(counts(5))
    expect(await statusesOf(t, ids)).toEqual(all(5, 'active'))
    expect(await doBulk({ action: 'end_sessions', filter })).toMatchObject(counts(0, 5))
    expect(await doBulk({ action: 'reset_factors', filter })).toMatchObject(counts(0, 5))
    expect(t.mails.filter(({ to }) => to.startsWith('bulk'))).toEqual([])
  })

  test('ends the sessions of many', async () => {
    const one = await signUp(t, 'one@example.com')
    const two = await signUp(t, 'two@example.com')
    expect(await doBulk({ action: 'end_sessions', filter: { role: 'user' } })).toMatchObject(counts(2))
    for (const { accessToken } of [one, two])
      expect((await call(t, 'GET /v1/me', { token: accessToken })).status).toBe(401)
  })

  test('resets the factors of those who have some, and tells each of them', async () => {
    const person = await signUp(t, 'factor@example.com')
    const [without = ''] = await insertPeople(t, 1)
    await query(
      t,
      `INSERT INTO passkeys (id, user_id, credential_id, public_key, sign_count, transports, aaguid, backed_up, name, created_at, trust_epoch)
       VALUES ('pky_1', ?, 'credential', 'key', 0, '[]', '', 0, 'key', 0, 0)`,
      [person.user.id],
    )
    await t.work()
    t.mails.length = 0
    const filter = { userIds: [person.user.id, without] }
    expect(await doBulk({ action: 'reset_factors', filter })).toMatchObject(counts(1, 1))
    expect(await query(t, 'SELECT id FROM passkeys')).toEqual([])
    expect(t.mails.map(({ to }) => to)).toEqual(['factor@example.com'])
  })

  test('deletes many, tells each address, and erases', async () => {
    const ids = await insertPeople(t, 120)
    await t.work()
    t.mails.length = 0
    expect(await doBulk({ action: 'delete', filter: { q: 'bulk' } })).toMatchObject(counts(120))
    expect(await statusesOf(t, ids)).toEqual(all(120, 'gone'))
    expect(new Set(t.mails.map(({ to }) => to)).size).toBe(120)
    expect(await query(t, `SELECT id FROM jobs WHERE kind = 'erasure'`)).toHaveLength(120)
  })

  test('gives a role and takes it away, and the event has the roles that are left', async () => {
    await insertRole(t, 'temp', ['users:read'])
    const ids = await insertPeople(t, 3)
    const filter = { userIds: ids }
    expect(await doBulk({ action: 'add_role', role: 'temp', filter })).toMatchObject(counts(3))
    expect(await doBulk({ action: 'add_role', role: 'temp', filter })).toMatchObject(counts(0, 3))
    const rolesOf = async (id = '') => (await call<{ roles: string[] }>(t, `GET /v1/users/${id}`, { token })).body.roles
    expect(await rolesOf(ids[2])).toEqual(['temp', 'user'])
    expect(await doBulk({ action: 'remove_role', role: 'temp', filter: { role: 'temp' } })).toMatchObject(counts(3))
    expect(await rolesOf(ids[2])).toEqual(['user'])
    const events = await query<{ data: string }>(
      t,
      `SELECT data FROM events WHERE type = 'user.updated' AND user_id = ? ORDER BY id`,
      [ids[0] ?? ''],
    )
    expect(events.map(({ data }) => JSON.parse(data))).toMatchObject([
      { fields: ['roles'], roles: ['temp', 'user'] },
      { fields: ['roles'], roles: ['user'] },
    ])
  })
})

describe('a rule of the single act', () => {
  test('keeps the last administrator', async () => {
    const { user } = await secondAdmin()
    for (const action of ['disable', 'delete'] as const) {
      expect(await doBulk({ action, filter: { role: 'admin' } })).toMatchObject(counts(1))
      expect((await call(t, 'GET /v1/me', { token })).status).toBe(200)
      expect(await statusesOf(t, [user.id])).toEqual([action === 'disable' ? 'disabled' : 'gone'])
    }
  })

  test('keeps the last owner of an organisation', async () => {
    const owner = await signUp(t, 'owner@example.com')
    const made = await call(t, 'POST /v1/orgs', { token: owner.accessToken, body: { name: 'Acme', slug: 'acme' } })
    expect(made.status, made.text).toBe(201)
    const ids = [owner.user.id, ...(await insertPeople(t, 2))]
    expect(await doBulk({ action: 'delete', filter: { userIds: ids } })).toMatchObject(counts(2, 0, 1))
    expect(await statusesOf(t, [owner.user.id])).toEqual(['active'])
  })

  test('gives no power over accounts with more rights, also through a role', async () => {
    await insertRole(t, 'helper', ['users:read', 'users:write'])
    await insertRole(t, 'auditor', ['events:read'])
    const helper = await signUp(t, 'helper@example.com')
    await query(t, `INSERT INTO user_roles (user_id, role) VALUES (?, 'helper')`, [helper.user.id])
    t.deps.principals.forgetAll()
    const [auditor = ''] = await insertPeople(t, 1, ['user', 'auditor'])
    const [plain = ''] = await insertPeople(t, 1)
    const by = helper.accessToken
    expect(await doBulk({ action: 'disable', filter: { all: true } }, by)).toMatchObject(counts(1, 0, 2))
    expect(await statusesOf(t, [admin.user.id, auditor, plain])).toEqual(['active', 'active', 'disabled'])
    for (const role of ['admin', 'auditor']) {
      const answer = await bulk(t, by, { action: 'add_role', role, filter: { userIds: [plain] } })
      expect([answer.status, answer.body.code]).toEqual([403, 'role.exceeds_own'])
    }
  })

  test('asks for a fresh session, and the permissions to see and to change users', async () => {
    const ids = await insertPeople(t, 1)
    const body = { action: 'disable', filter: { userIds: ids } }
    await insertRole(t, 'blind', ['users:write'])
    await insertRole(t, 'reader', ['users:read'])
    for (const role of ['blind', 'reader']) {
      const { user, accessToken } = await signUp(t, `${role}@example.com`)
      await query(t, 'INSERT INTO user_roles (user_id, role) VALUES (?, ?)', [user.id, role])
      t.deps.principals.forgetAll()
      for (const dryRun of [true, false]) {
        const answer = await bulk(t, accessToken, { ...body, dryRun })
        expect([role, answer.status, answer.body.code]).toEqual([role, 403, 'auth.forbidden'])
      }
    }
    t.clock.advance(11 * 60_000)
    const { refreshToken } = admin
    const renewed = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
    const answer = await bulk(t, renewed.body.accessToken, body)
    expect([answer.status, answer.body.code]).toEqual([403, 'auth.fresh_session_required'])
    expect((await bulk(t, renewed.body.accessToken, { ...body, dryRun: true })).status).toBe(200)
    expect(await query(t, 'SELECT * FROM bulk_actions')).toEqual([])
  })
})

describe('what is kept', () => {
  test('names nobody, and is deleted thirty days after the end', async () => {
    const [id = ''] = await insertPeople(t, 1)
    const email = (await query<{ email: string }>(t, 'SELECT email FROM users WHERE id = ?', [id]))[0]?.email ?? ''
    const { id: blk } = await doBulk({ action: 'disable', filter: { q: email } })
    const [row] = await query(t, 'SELECT * FROM bulk_actions')
    expect(JSON.stringify(row)).not.toContain(email)
    const events = await query<{ data: string }>(t, `SELECT data FROM events WHERE type LIKE 'bulk_action.%'`)
    expect(JSON.stringify(events)).not.toContain(email)
    expect(await query(t, `SELECT payload FROM jobs WHERE kind = 'bulk-action' AND payload IS NOT NULL`)).toEqual([])
    const { sweep } = await import('../../../src/modules/bulk-actions/sweep.ts')
    const { commit } = await import('../../../src/core/events/commit.ts')
    const sweepAt = (days: number) =>
      commit(t.deps, Object.values(sweep(t.deps.db, t.clock.now() + days * 86_400_000, 10)))
    const running = await bulk(t, token, { action: 'disable', filter: { userIds: [id] } })
    await sweepAt(29)
    expect((await progressOf(t, token, blk)).id).toBe(blk)
    await sweepAt(31)
    const gone = await call(t, `GET /v1/bulk-actions/${blk}`, { token })
    expect([gone.status, gone.body.code]).toEqual([404, 'bulk.not_found'])
    expect((await progressOf(t, token, running.body.id)).state).toBe('pending')
  })

  test('is listed, newest first, each once', async () => {
    const ids: string[] = []
    for (let n = 0; n < 5; n++) {
      ids.unshift((await bulk(t, token, { action: 'disable', filter: { userIds: [] } })).body.id)
      t.clock.advance(1)
    }
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { body: { items: { id: string }[]; nextCursor: string | null } } = await call(
        t,
        `GET /v1/bulk-actions?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
        { token },
      )
      seen.push(...page.body.items.map(({ id }) => id))
      cursor = page.body.nextCursor
    }
    expect(seen).toEqual(ids)
  })
})
