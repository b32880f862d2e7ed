/** The data that DELETE /v1/me leaves, and the audit log, which still verifies (ADR 0009). */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eraseUser } from '../../../src/modules/erasure/erase-user.ts'
import { call, PASSWORD, setUpAdmin, signUp } from '../../support/client.ts'
import { rowsOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { count, sealAll, tamper, verify } from '../audit-events/support/chain.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const MINUTE = 60_000
const agent = (name: string) => ({ 'user-agent': name })
const rows = rowsOn(() => t)

/** Everything in the database, as text. */
async function everything(): Promise<string> {
  const tables = await rows(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'users_search%' AND name NOT LIKE 'users_words%'`,
  )
  const all = await Promise.all(tables.map(({ name }) => rows(`SELECT * FROM "${String(name)}"`)))
  return JSON.stringify(all.flat().map((row) => Object.values(row)))
}

/** Ada has signed up, signed in and mistyped her password, all with a browser of her own. */
async function ada() {
  const headers = agent('AdasBrowser/1')
  const { body } = await call<{ accessToken: string; user: { id: string } }>(t, 'POST /v1/auth/sign-up', {
    headers,
    body: { email: 'ada@example.com', password: PASSWORD, name: 'Ada Lovelace' },
  })
  await call(t, 'POST /v1/auth/sign-in', { headers, body: { email: 'ada@example.com', password: 'wrong password' } })
  await call(t, 'PATCH /v1/me', { headers, token: body.accessToken, body: { name: 'Countess Lovelace' } })
  return { token: body.accessToken, id: body.user.id, headers }
}

async function erase(): Promise<void> {
  t.clock.advance(MINUTE)
  await t.work()
}

describe('after an account was deleted', () => {
  test('nothing in the database names its owner, neither sealed events nor new ones, and the log verifies', async () => {
    const { token, headers } = await ada()
    t.clock.advance(40_000)
    await sealAll(t)
    expect((await call(t, 'DELETE /v1/me', { token, headers })).status).toBe(204)
    expect(await everything()).toContain('AdasBrowser/1') // otherwise the test is empty
    await erase()
    const left = await everything()
    for (const trace of ['ada@', 'Lovelace', 'AdasBrowser', '203.0.113.7']) expect(left).not.toContain(trace)
    expect(await count(t, `events WHERE type = 'user.deleted'`)).toBe(1)

    await sealAll(t)
    const { result } = await verify(t)
    expect(result).toMatchObject({ findings: 0, events: await count(t, 'events') })
    expect(result.events).toBeGreaterThan(4)
  })

  test('events of others stay as they are, an administrator’s too who dealt with the account', async () => {
    const admin = await setUpAdmin(t)
    const eve = await signUp(t, 'eve@example.com')
    const { id } = await ada()
    const by = { token: admin.accessToken, headers: agent('AdminBrowser/1') }
    await call(t, `POST /v1/users/${id}/disable`, by)
    expect((await call(t, `DELETE /v1/users/${id}`, by)).status).toBe(204)
    await erase()
    const shown = await rows(
      'SELECT type, user_agent AS agent, address FROM events WHERE user_id = ? AND actor_id = ? ORDER BY id',
      id,
      admin.user.id,
    )
    expect(shown.map(({ type, agent: by }) => [type, by])).toEqual([
      ['user.disabled', 'AdminBrowser/1'],
      ['user.deleted', 'AdminBrowser/1'],
    ])
    expect(await count(t, `events WHERE user_id = '${eve.user.id}' AND address IS NULL`)).toBe(0)
    expect(
      await count(
        t,
        `events WHERE user_id = '${id}' AND (actor_id IS NULL OR actor_id = user_id) AND address IS NOT NULL`,
      ),
    ).toBe(0)
  })

  test('a failed guess at its password that was under way is erased too', async () => {
    const { token, id } = await ada()
    await call(t, 'DELETE /v1/me', { token })
    await tamper(
      t,
      `INSERT INTO events (id, type, result, at, user_id, address, user_agent, data) VALUES ('evt_f', 'auth.failed', 'failure', ?, ?, '::1', 'x', '{}')`,
      t.clock.now(),
      id,
    )
    await erase()
    expect(await rows(`SELECT address, user_agent AS agent FROM events WHERE id = 'evt_f'`)).toMatchObject([
      { address: null, agent: null },
    ])
  })

  test('mails that wait for it are discarded and empty, but for the one that says it was deleted', async () => {
    const { token, id } = await ada()
    const insert = (job: string, state: string, eventId: string) =>
      tamper(
        t,
        `INSERT INTO jobs (id, kind, user_id, event_id, payload, state, attempts, run_at, last_error, created_at) VALUES (?, 'mail', ?, ?, 'x', ?, 1, ?, 'ada@example.com refused', 1)`,
        job,
        id,
        eventId,
        state,
        t.clock.now() + 30 * MINUTE,
      )
    await insert('job_1', 'pending', 'evt_x')
    await insert('job_2', 'dead', 'evt_x')
    await call(t, 'DELETE /v1/me', { token })
    const [deletion] = await rows(`SELECT id FROM events WHERE type = 'user.deleted'`)
    await insert('job_3', 'pending', String(deletion?.id))
    await erase()
    const jobs = await rows(
      `SELECT id, state, payload, last_error AS error FROM jobs WHERE id IN ('job_1', 'job_2', 'job_3') ORDER BY id`,
    )
    expect(jobs.map(({ id: job, state, payload, error }) => [job, state, payload, error])).toEqual([
      ['job_1', 'discarded', null, null],
      ['job_2', 'discarded', null, null],
      ['job_3', 'pending', 'x', 'ada@example.com refused'],
    ])
  })

  test('thousands of events are erased in bounded batches, and a second run finds nothing to do', async () => {
    const { token, id } = await ada()
    await tamper(
      t,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO events (id, type, result, at, actor_id, user_id, address, user_agent, data)
        SELECT printf('evt_%032x', i), 'session.refreshed', 'success', ?, ?, ?, '::1', 'x', '{}' FROM n`,
      t.clock.now(),
      id,
      id,
    )
    await call(t, 'DELETE /v1/me', { token })
    await erase()
    expect(await count(t, `events WHERE actor_id = '${id}' AND address IS NOT NULL`)).toBe(0)
    const again = { id: 'job_x', userId: id, payload: { eventId: 'evt_x' }, queuedAt: 0 }
    await eraseUser(t.deps, again)
    expect((await rows(`SELECT state FROM jobs WHERE kind = 'erasure'`))[0]?.state).toBe('done')
  })

  test('cut off in the middle, the next run goes on', async () => {
    const { token, id } = await ada()
    await tamper(
      t,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO events (id, type, result, at, actor_id, user_id, address, data)
        SELECT printf('evt_%032x', i), 'session.refreshed', 'success', ?, ?, ?, '::1', '{}' FROM n`,
      t.clock.now(),
      id,
      id,
    )
    await call(t, 'DELETE /v1/me', { token })
    let asked = 0
    // Each look at the clock is 20 s later than the one before.
    const slow = { ...t.deps, clock: { now: () => t.clock.now() + 20_000 * asked++ } }
    const job = { id: 'job_x', userId: id, payload: { eventId: 'evt_x' }, queuedAt: 0 }
    await expect(eraseUser(slow, job)).rejects.toThrow('more events')
    const left = await count(t, `events WHERE actor_id = '${id}' AND address IS NOT NULL`)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(1000)
    await erase()
    expect(await count(t, `events WHERE actor_id = '${id}' AND address IS NOT NULL`)).toBe(0)
  })
})

test('the owner gets a mail, and then the address is deleted', async () => {
  const { token } = await ada()
  await t.work()
  t.mails.length = 0
  await call(t, 'DELETE /v1/me', { token })
  await t.work()
  expect(t.mails.map(({ to, subject }) => [to, subject])).toEqual([
    ['ada@example.com', 'Your account at Threeger ID was deleted'],
  ])
  await erase()
  expect(t.mails).toHaveLength(1)
  expect(await everything()).not.toContain('ada@example.com')
})

test('the mail that tells of it survives an erasure that comes first', async () => {
  const { token } = await ada()
  await t.work()
  t.mails.length = 0
  t.mailer.fail = () => {
    throw new Error('the server of mails is away')
  }
  await call(t, 'DELETE /v1/me', { token })
  await t.work()
  await erase()
  t.mailer.fail = undefined
  t.clock.advance(30 * MINUTE)
  await t.work()
  expect(t.mails.map(({ to }) => to)).toEqual(['ada@example.com'])
})

test('a refused deletion queues no erasure', async () => {
  const admin = await setUpAdmin(t)
  expect((await call(t, 'DELETE /v1/me', { token: admin.accessToken })).status).toBe(409) // the last one
  expect(
    await count(t, `jobs WHERE kind = 'erasure' OR event_id IN (SELECT id FROM events WHERE type = 'user.deleted')`),
  ).toBe(0)
  await t.work()
  expect(t.mails.filter(({ subject }) => subject.includes('deleted'))).toEqual([])
})

test('an invalid job is given up and not retried for ever', async () => {
  for (const job of [
    { userId: null, payload: { eventId: 'x' } },
    { userId: 'usr_x', payload: {} },
    { userId: 'usr_x', payload: undefined },
  ])
    await expect(eraseUser(t.deps, { id: 'job_x', queuedAt: 0, ...job })).rejects.toThrow('no erasure of ours')
})

test('an event’s data holds no personal data: it is sealed and could not be erased', async () => {
  const admin = await setUpAdmin(t)
  const { id, token } = await ada()
  const by = { token: admin.accessToken }
  await call(t, 'POST /v1/users', { ...by, body: { email: 'grace@example.com', name: 'Grace Hopper' } })
  await call(t, `PATCH /v1/users/${id}`, { ...by, body: { email: 'countess@example.com', name: 'Augusta' } })
  await call(t, 'DELETE /v1/me', { token })
  const data = JSON.stringify(await rows('SELECT data FROM events'))
  for (const trace of ['@', 'Hopper', 'Augusta', 'Lovelace', '203.0.113']) expect(data).not.toContain(trace)
})
