/** The audit log for administrators: filters, chains, the export, and what is known of its integrity. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { systemCause } from '../../../src/core/events/new-event.ts'
import { exportEvents } from '../../../src/modules/audit-events/export-events.ts'
import type { AuditVerification } from '../../../src/modules/audit-events/schema.ts'
import { runJobs } from '../../../src/jobs.ts'
import { call, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

setDefaultTimeout(300_000)

interface Event {
  id: string
  type: string
  at: string
  actorId: string | null
  userId: string | null
  orgId: string | null
  actingFor: { kind: string; id: string }[] | null
  data: Record<string, unknown>
}
interface Page {
  items: Event[]
  nextCursor: string | null
}

let t: TestApp
let token: string
beforeEach(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
})
afterEach(() => t.close())

const list = async (query = '') => (await call<Page>(t, `GET /v1/audit-events?limit=100${query}`, { token })).body.items
const iso = (at: number) => new Date(at).toISOString()

describe('GET /v1/audit-events', () => {
  test('of a time: from its first millisecond, and not of its last one, across pages', async () => {
    const times: number[] = []
    for (let n = 0; n < 6; n++) {
      await call(t, 'POST /v1/auth/sign-in', { body: { email: `${n}@example.com`, password: 'wrong' } })
      times.push(t.clock.now())
      t.clock.advance(1000)
    }
    const [, second = 0, , , fifth = 0] = times
    const query = `&type=auth.failed&since=${iso(second)}&until=${iso(fifth)}`
    const whole = await list(query)
    expect(whole.map(({ at }) => at)).toEqual(times.slice(1, 4).map(iso).reverse())
    const paged: Event[] = []
    for (let cursor = ''; ; ) {
      const { body } = await call<Page>(t, `GET /v1/audit-events?limit=1${query}${cursor}`, { token })
      paged.push(...body.items)
      if (body.nextCursor === null) break
      cursor = `&cursor=${body.nextCursor}`
    }
    expect(paged).toEqual(whole)
    for (const wrong of ['since=1', 'until=2026-13-01T00:00:00Z', 'since=now'])
      expect((await call(t, `GET /v1/audit-events?${wrong}`, { token })).status).toBe(422)
  })

  test('of an organisation, alone and with every other filter', async () => {
    const ada = await signUp(t, 'ada@example.com')
    const org = async (name: string, by: string) =>
      (await call<{ id: string }>(t, 'POST /v1/orgs', { token: by, body: { name } })).body.id
    const [acme, other] = [await org('Acme', ada.accessToken), await org('Other', token)]
    t.clock.advance(1000)
    await call(t, `PATCH /v1/orgs/${acme}`, { token: ada.accessToken, body: { name: 'Acme 2' } })
    const ofAcme = await list(`&orgId=${acme}`)
    expect(ofAcme.map(({ type }) => type)).toEqual(['org.updated', 'org.created'])
    for (const event of ofAcme) expect(event.orgId).toBe(acme)
    expect((await list(`&orgId=${other}`)).every(({ orgId }) => orgId === other)).toBe(true)
    const naive = (wanted: (event: Event) => boolean) => ofAcme.filter(wanted).map(({ id }) => id)
    const ids = async (query: string) => (await list(`&orgId=${acme}${query}`)).map(({ id }) => id)
    expect(await ids('&type=org.updated')).toEqual(naive(({ type }) => type === 'org.updated'))
    expect(await ids(`&actorId=${ada.user.id}`)).toEqual(naive(({ actorId }) => actorId === ada.user.id))
    expect(await ids(`&userId=${ada.user.id}`)).toEqual(naive(({ userId }) => userId === ada.user.id))
    expect(await ids(`&since=${iso(t.clock.now())}`)).toEqual(naive(({ at }) => at >= iso(t.clock.now())))
  })

  test('shows who acted for whom, and no chain that this server did not write', async () => {
    const { user } = await signUp(t, 'ada@example.com')
    const { body } = await call<{ accessToken: string }>(t, `POST /v1/users/${user.id}/impersonate`, {
      token,
      body: { reason: 'Ticket 4711' },
    })
    await call(t, 'PATCH /v1/me', { token: body.accessToken, body: { name: 'By support' } })
    const [event] = await list(`&userId=${user.id}&type=user.updated`)
    const { body: me } = await call<{ id: string }>(t, 'GET /v1/me', { token })
    expect(event?.actingFor).toEqual([
      { kind: 'user', id: me.id },
      { kind: 'user', id: user.id },
    ])
    for (const text of ['nonsense', '{}', '[1]', '[{"kind":1,"id":2}]']) {
      await t.deps.db.$client.execute({
        sql: 'UPDATE events SET acting_for = ? WHERE id = ?',
        args: [text, event?.id ?? ''],
      })
      expect((await list(`&userId=${user.id}&type=user.updated`))[0]?.actingFor).toBeNull()
    }
  })
})

describe('GET /v1/audit-events/export', () => {
  const read = async (query = '') => call(t, `GET /v1/audit-events/export${query}`, { token })
  const manyFailures = async () => {
    const values = Array.from({ length: 1_203 }, (_, n) => {
      const id = `evt_${(t.clock.now() - n).toString(16).padStart(12, '0')}7${n.toString(16).padStart(19, '0')}`
      return {
        sql: `INSERT INTO events (id, type, result, at, data) VALUES (?, 'auth.failed', 'failure', ?, '{}')`,
        args: [id, t.clock.now() - n],
      }
    })
    await t.deps.db.$client.batch(values)
  }

  test('has each event of the filter once, over many pages, and itself as the newest', async () => {
    const { rows } = await t.deps.db.$client.execute('SELECT count(*) AS n FROM events')
    await manyFailures()
    const { text, headers } = await read()
    expect(headers.get('content-disposition')).toBe('attachment; filename="audit-events.ndjson"')
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event)
    expect(events).toHaveLength(Number(rows[0]?.n) + 1_203 + 1)
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    expect(events[0]?.type).toBe('audit.exported')
    expect(events.map(({ id }) => id)).toEqual(
      events
        .map(({ id }) => id)
        .sort()
        .reverse(),
    )
    const filtered = (await read('?type=auth.failed')).text.trim().split('\n')
    expect(filtered).toHaveLength(1_203)
    expect((await list('&type=audit.exported'))[0]?.data).toEqual({ format: 'ndjson', filter: { type: 'auth.failed' } })
  })

  test('holds up nobody who writes: its event is written alone, and its pages are read beside', async () => {
    const batches: string[][] = []
    const { db } = t.deps
    const watched = new Proxy(db, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (name !== 'batch') return typeof value === 'function' ? value.bind(target) : value
        return (...given: Parameters<typeof target.batch>) => {
          batches.push(given[0].map((statement) => (statement as unknown as { toSQL(): { sql: string } }).toSQL().sql))
          return target.batch(...given)
        }
      },
    })
    const pages = await exportEvents({ ...t.deps, db: watched }, systemCause, {
      format: 'ndjson',
      type: 'audit.exported',
    })
    await signUp(t, `later${t.clock.now()}@example.com`)
    let text = ''
    for await (const page of pages) text += page
    expect(batches.map((statements) => statements.length)).toEqual([1])
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({ type: 'audit.exported', actorId: null })
  })

  test('asks a copy of the database only for events that are minutes old', async () => {
    const asked = { server: 0, copy: 0 }
    const counting = (name: keyof typeof asked) =>
      new Proxy(t.deps.db, {
        get(target, property) {
          if (property === 'select') asked[name]++
          const value: unknown = Reflect.get(target, property)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    const deps = { ...t.deps, longReads: counting('server'), staleReads: counting('copy') }
    const linesOf = async () => {
      let text = ''
      for await (const page of await exportEvents(deps, systemCause, { format: 'ndjson', type: 'auth.failed' }))
        text += page
      return text.trim().split('\n').length
    }
    await manyFailures()
    const lines = await linesOf()
    expect(lines).toBeGreaterThan(1_000)
    expect(asked.copy).toBe(0)
    const pages = asked.server
    t.clock.advance(5 * 60_000)
    expect(await linesOf()).toBe(lines)
    expect(asked).toEqual({ server: pages + 1, copy: pages - 1 })
  })

  test('refuses ids that no account and no organisation has, and records nothing', async () => {
    const hex = '0'.repeat(32)
    for (const query of [
      'userId=ada@example.com',
      `userId=org_${hex}`,
      'actorId=x',
      `orgId=usr_${hex}`,
      'orgId=org_1',
    ]) {
      expect((await read(`?${query}`)).status, query).toBe(422)
      expect((await call(t, `GET /v1/audit-events?${query}`, { token })).status, query).toBe(422)
    }
    expect((await read(`?actorId=cli_${hex}&userId=usr_${hex}&orgId=org_${hex}`)).status).toBe(200)
    expect(await list('&type=audit.exported')).toHaveLength(1)
  })

  test('as CSV runs no formula in a spreadsheet', async () => {
    const { id } = (await list())[0] ?? {}
    await t.deps.db.$client.execute({
      sql: `UPDATE events SET user_agent = '=HYPERLINK("http://evil")' WHERE id = ?`,
      args: [id ?? ''],
    })
    const { text, headers } = await read('?format=csv')
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(text).toStartWith(
      'id,type,result,at,actorId,userId,sessionId,address,userAgent,requestId,orgId,actingFor,data\r\n',
    )
    expect(text).toContain(`"'=HYPERLINK(""http://evil"")"`)
  })
})

describe('the verification', () => {
  const state = async () => (await call<AuditVerification>(t, 'GET /v1/audit-events/verification', { token })).body
  const ask = async () => (await call<AuditVerification>(t, 'POST /v1/audit-events/verification', { token })).body

  test('begins four times in an hour', async () => {
    const begin = () => call(t, 'POST /v1/audit-events/verification', { token })
    for (let times = 0; times < 4; times++) {
      expect((await begin()).status).toBe(202)
      await t.work()
    }
    const refused = await begin()
    expect([refused.status, refused.body.code]).toEqual([429, 'request.rate_limited'])
    await t.work()
    expect(await list('&type=audit.verified')).toHaveLength(4)
    t.clock.advance(3_600_001)
    token = (await signIn(t, 'admin@example.com')).accessToken
    expect((await begin()).status).toBe(202)
  })

  test('is queued once, done by a job, and known from then on', async () => {
    expect(await state()).toMatchObject({ sealed: null, overdue: 0, running: null, last: null })
    t.clock.advance(60_000)
    await runJobs(t.deps, 'seal-events')
    const sealed = (await state()).sealed
    expect(sealed).toMatchObject({ position: 1, at: iso(t.clock.now()), head: expect.stringMatching(/^1:[\w-]{43}$/) })
    const first = await ask()
    expect(first.running?.since).toBe(iso(t.clock.now()))
    expect((await ask()).running).toEqual(first.running)
    await t.work()
    const { last, running } = await state()
    expect(running).toBeNull()
    expect(last).toMatchObject({ result: 'intact', findings: 0, links: 1, first: [], head: sealed?.head ?? '' })
    const { body: me } = await call<{ id: string }>(t, 'GET /v1/me', { token })
    expect(await list('&type=audit.verified')).toMatchObject([{ actorId: me.id }])
  })

  test('names the event that was changed', async () => {
    const [event] = await list('&type=setup.completed')
    t.clock.advance(60_000)
    await runJobs(t.deps, 'seal-events')
    await t.deps.db.$client.execute({
      sql: `UPDATE events SET type = 'auth.failed' WHERE id = ?`,
      args: [event?.id ?? ''],
    })
    await ask()
    await t.work()
    expect((await state()).last).toMatchObject({
      result: 'changed',
      findings: 1,
      first: [{ kind: 'event.changed', position: 1, eventId: event?.id ?? '' }],
    })
    expect(t.logged.some(({ level, message }) => level === 'error' && message.includes('was changed'))).toBe(true)
  })

  test('says that links were sealed under another secret, and that events wait too long for their seal', async () => {
    t.clock.advance(3_700_000)
    token = (await signIn(t, 'admin@example.com')).accessToken
    const { waiting, overdue } = await state()
    expect(overdue).toBeGreaterThan(0)
    expect(waiting).toBeGreaterThan(overdue)
    await runJobs(t.deps, 'seal-events')
    await t.deps.db.$client.execute(`UPDATE event_seals SET key_id = 'another'`)
    await ask()
    await t.work()
    expect((await state()).last?.result).toBe('key-unknown')
  })
})
