/**
 * No list looks at more than it shows: the plan of each, as the code builds it, walks an index in the order of the page or
 * finds rows by key. A scan of a table, and a sort of what an index could have ordered, is refused.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { SQLWrapper } from 'drizzle-orm'
import { listEvents } from '../../src/core/events/queries.ts'
import { eventTypes } from '../../src/declared.ts'
import { listJobs } from '../../src/modules/jobs/queries.ts'
import { loadSections } from '../../src/modules/export/export-account.ts'
import { nextPage } from '../../src/modules/export/queries.ts'
import { livingSessionsOf } from '../../src/modules/sessions/list-queries.ts'
import { isFiltered, listUsers, parseSort } from '../../src/modules/users/list-queries.ts'
import { userSorts } from '../../src/modules/users/schema.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

setDefaultTimeout(300_000) // some hundred plans, on a machine that runs other tests too

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

interface Step {
  id: number
  parent: number
  detail: string
}
interface Built extends SQLWrapper {
  toSQL(): { sql: string; params: unknown[] }
}

async function planOf(build: (db: TestApp['deps']['db']) => Built): Promise<Step[]> {
  const { sql, params } = build(t.deps.db).toSQL()
  const { rows } = await t.deps.db.$client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: params as string[] }) // as drizzle binds them
  return rows.map(({ id, parent, detail }) => ({ id: Number(id), parent: Number(parent), detail: String(detail) }))
}

const TABLES = /^SCAN (users|user_roles|events|jobs|sessions)\b/
/** In the order of an index and to its end: a list of all users, which the page or the bound of the walk ends. */
const IN_ORDER = /^SCAN (users|events|jobs) USING (COVERING )?INDEX (\w+)$/
const sorts = (steps: readonly Step[]) => steps.filter(({ detail }) => detail.startsWith('USE TEMP B-TREE'))
const scans = (steps: readonly Step[]) => steps.filter(({ detail }) => TABLES.test(detail))

/** Every way to combine values, or to leave them out. */
function combinations<T extends Record<string, readonly unknown[]>>(values: T): { [K in keyof T]: T[K][number] }[] {
  return Object.entries(values).reduce<Record<string, unknown>[]>(
    (some, [name, options]) => some.flatMap((one) => options.map((option) => ({ ...one, [name]: option }))),
    [{}],
  ) as { [K in keyof T]: T[K][number] }[] // one of each name
}

/** The index that orders a page. */
const indexOf = (sort: (typeof userSorts)[number], status: string | undefined): string =>
  ({
    createdAt: status ? 'users_status_created' : 'users_created',
    name: status === 'disabled' ? 'users_inactive_name' : 'users_name',
    email: status === 'disabled' ? 'users_inactive_email' : 'users_email_key',
  })[parseSort(sort).column]

/** Whether the status is the first column of the index. Otherwise the index holds only rows with the status, or few rows lack it. */
const isEntered = (sort: (typeof userSorts)[number], status: string | undefined): boolean =>
  status !== undefined && parseSort(sort).column === 'createdAt'

const cursorOf = (sort: (typeof userSorts)[number]) => ({
  order: sort,
  value: parseSort(sort).column === 'createdAt' ? 5 : 'm',
  id: 'usr_5',
})

describe('GET /v1/users', () => {
  const unfiltered = combinations({
    sort: userSorts,
    status: [undefined, 'active', 'disabled'],
    paged: [false, true],
  } as const)

  test.each(unfiltered)('without a filter, %o: one index in order, nothing sorted', async ({ sort, status, paged }) => {
    const after = paged ? cursorOf(sort) : undefined
    const steps = await planOf((db) => listUsers(db, { sort, status, after, limit: 21 }))
    const [walk] = steps.filter(({ detail }) => / users /.test(detail))
    expect(sorts(steps)).toEqual([])
    expect(walk?.detail).toContain(` INDEX ${indexOf(sort, status)}`)
    // Among many users with one name, a page begins at its id, not at the first of them.
    if (paged && parseSort(sort).column !== 'email')
      expect(walk?.detail).toMatch(/\((status=\? AND )?\(\w+,id\)[<>]\(\?,\?\)\)$/)
    if (!isEntered(sort, status) && !paged) expect(walk?.detail).toMatch(IN_ORDER)
    else expect(scans(steps)).toEqual([])
  })

  const filtered = combinations({
    q: [undefined, 'maria', 'ma', 'maria si', 'андрей ив 🦊', 'maria@example.com'],
    role: [undefined, 'user'],
    metadata: [undefined, { key: 'plan', value: 'pro' }],
    status: [undefined, 'active', 'disabled'],
    sort: userSorts,
    paged: [false, true],
  } as const).filter(isFiltered)

  test('with a filter, each way: rows by key, or a walk between the cursor and its edge', async () => {
    for (const { paged, ...filter } of filtered) {
      const { sort, status } = filter
      const after = paged ? cursorOf(sort) : undefined
      const steps = await planOf((db) => listUsers(db, { ...filter, after, limit: 21 }))
      const about = JSON.stringify({ ...filter, paged })
      const siblings = ({ parent }: Step) => steps.filter((step) => step.parent === parent).map(({ detail }) => detail)
      // The owner of a whole address is looked up besides, by the same index.
      const walks = steps.filter(
        ({ detail }) => / users /.test(detail) && detail.includes(` INDEX ${indexOf(sort, status)}`),
      )
      // The users of a value, and the few who were derived for another key, on each side of it. Never the table.
      const ofMetadata = steps.filter(({ detail }) => / (tagged|stale) /.test(detail)).map(({ detail }) => detail)
      expect([about, ofMetadata.length % 3, ofMetadata.length > 0]).toEqual([about, 0, filter.metadata !== undefined])
      for (const detail of ofMetadata)
        expect(detail).toMatch(
          /^SEARCH (tagged USING COVERING INDEX users_metadata \(metadata_key=\? AND metadata_value=\?\)|stale USING INDEX users_metadata \(metadata_key[<>]\?\))$/,
        )

      // The edge, then the walk to it. The edge of a list of all users begins at its end: LIMIT 1 OFFSET `walk` bounds it.
      expect([about, walks.length]).toEqual([about, 2])
      expect([about, scans(steps).every((step) => walks.includes(step) && IN_ORDER.test(step.detail))]).toEqual([
        about,
        true,
      ])
      expect([about, scans(steps).length]).toEqual([about, isEntered(sort, status) || paged ? 0 : 1])
      for (const step of walks) expect(siblings(step).filter((detail) => /TEMP/.test(detail))).toEqual([])

      // A temporary b-tree sorts the page at last, and what was found by key: `rare` users at most (2,000), or, when the
      // walk came to its edge, all users that share the rarest filter, on `longReads`. Never what an index was walked for.
      const words = filter.q === undefined ? 0 : filter.q.includes(' ') ? 2 : 1
      const others = [filter.role, filter.metadata].filter((value) => value !== undefined).length
      const filters = words + others
      const sorted = sorts(steps).filter((step) => siblings(step).some((detail) => / users /.test(detail)))
      expect([about, sorted.length]).toEqual([about, filters + 1])
      for (const step of sorted)
        expect(siblings(step).filter((detail) => / users /.test(detail))).toEqual([
          expect.stringMatching(
            /^SEARCH users USING (INTEGER PRIMARY KEY \(rowid=\?\)|INDEX users_id \(id=\?\)|COVERING INDEX users_row_(name|email) \(row_key=\?\))$/,
          ),
        ])
      // One search, value or name alone is sorted from what has the columns of the sort and little else.
      const covered = sorted.filter((step) => siblings(step).some((detail) => detail.includes(' INDEX users_row_')))
      const isAlone = filters === 1 && filter.role === undefined && !sort.endsWith('createdAt')
      expect([about, covered.length]).toEqual([about, isAlone ? 1 : 0])
      // Besides, a sort of as many numbers as there are filters: which of them the fewest share.
      expect([about, sorts(steps).length - sorted.length <= 1]).toEqual([about, true])

      // Full text is asked for its words, never read through.
      for (const { detail } of steps.filter(({ detail }) => /users_(search|words)/.test(detail)))
        expect(detail).toMatch(/^SCAN users_(search|words) VIRTUAL TABLE INDEX 0:=?M\d$/)
    }
  })
})

test.each(combinations({ q: [undefined, 'maria'], sort: userSorts, paged: [false, true] } as const))(
  'GET /v1/users?username=, %o: the one row is found by its name',
  async ({ q, sort, paged }) => {
    const after = paged ? cursorOf(sort) : undefined
    const steps = await planOf((db) => listUsers(db, { username: 'maria', q, sort, after, limit: 21 }))
    const named = steps.map(({ detail }) => detail).filter((detail) => / named /.test(detail))
    expect(new Set(named)).toEqual(new Set(['SEARCH named USING COVERING INDEX users_username (username=?)']))
    expect(scans(steps).filter(({ detail }) => !IN_ORDER.test(detail))).toEqual([])
  },
)

describe('GET /v1/audit-events', () => {
  const filters = combinations({
    type: [undefined, eventTypes[0]],
    userId: [undefined, 'usr_1'],
    actorId: [undefined, 'usr_2'],
    before: [undefined, 'evt_5'],
  } as const)
  test.each(filters)('%o: one index in order, nothing sorted', async (filter) => {
    const { type, userId, actorId, before } = filter
    const index = userId
      ? type
        ? 'events_user_type'
        : 'events_user'
      : actorId
        ? type
          ? 'events_actor_type'
          : 'events_actor'
        : type
          ? 'events_type'
          : 'sqlite_autoindex_events_1'
    const [step, ...more] = (await planOf((db) => listEvents(db, filter, 21))).map(({ detail }) => detail)
    expect(more).toEqual([])
    const equals = userId || actorId ? (type ? 2 : 1) : type ? 1 : 0
    if (equals === 0 && !before) expect(step).toBe(`SCAN events USING INDEX ${index}`)
    else {
      expect(step).toStartWith(`SEARCH events USING INDEX ${index} (`)
      expect([step?.match(/=\?/g)?.length ?? 0, step?.includes('id<?') ?? false]).toEqual([
        equals,
        before !== undefined,
      ])
    }
  })
})

describe('GET /v1/audit-events of a time or of an organisation', () => {
  const filters = combinations({
    type: [undefined, eventTypes[0]],
    userId: [undefined, 'usr_1'],
    actorId: [undefined, 'usr_2'],
    orgId: [undefined, 'org_1'],
    from: [undefined, 'evt_3'],
    before: [undefined, 'evt_5'],
  } as const)
  test('each way: between two ids of one index, or one such range of each type of the organisation', async () => {
    for (const filter of filters) {
      const { type, userId, actorId, orgId, from, before } = filter
      const steps = (await planOf((db) => listEvents(db, filter, 21))).map(({ detail }) => detail)
      const about = JSON.stringify(filter)
      const range = `${from ? ' AND id>?' : ''}${before ? ' AND id<?' : ''}`
      if (orgId && !userId && !actorId) {
        const ofOrg = steps.filter((step) => step.includes('events_org'))
        expect([about, ofOrg.length]).toEqual([about, type ? 1 : eventTypes.length])
        expect([about, ...new Set(ofOrg)]).toEqual([
          about,
          `SEARCH events USING COVERING INDEX events_org (org_id=? AND type=?${range})`,
        ])
      } else if (from || before)
        expect([about, steps]).toEqual([about, [expect.stringContaining(range.replace(/^ AND /, ''))]])
      expect([about, steps.filter((step) => TABLES.test(step) && !IN_ORDER.test(step))]).toEqual([about, []])
    }
  })
})

describe('GET /v1/jobs', () => {
  const filters = combinations({
    state: [undefined, 'dead', 'pending', 'discarded', 'done'],
    kind: [undefined, 'mail'],
    userId: [undefined, 'usr_1'],
    before: [undefined, 'job_5'],
  } as const)
  test.each(filters)('%o: one index in order; a kind in all states is four pages that are joined', async (filter) => {
    const { state, kind, userId, before } = filter
    const steps = await planOf((db) => listJobs(db, filter, 21))
    const details = steps.map(({ detail }) => detail).filter((detail) => / jobs /.test(detail))
    if (kind && !state && !userId) {
      const [page, ...each] = details
      expect(page).toContain('SEARCH jobs USING')
      expect(each).toHaveLength(4)
      for (const detail of each)
        expect(detail).toBe(
          `SEARCH jobs USING COVERING INDEX jobs_kind (kind=? AND state=?${before ? ' AND id<?' : ''})`,
        )
      return
    }
    expect(sorts(steps)).toEqual([])
    expect(details).toHaveLength(1)
    const ofUser = state === 'dead' || state === 'discarded' ? 'jobs_user_given_up' : 'jobs_user'
    const index = userId ? ofUser : kind ? 'jobs_kind' : state ? 'jobs_state' : 'sqlite_autoindex_jobs_1'
    expect(details[0]).toMatch(new RegExp(` INDEX ${index}( |$)`))
    if (userId || state || before) expect(details[0]).toStartWith('SEARCH jobs')
    else expect(details[0]).toMatch(IN_ORDER)
  })
})

test('GET /v1/users/:id/sessions: the sessions of one user, in order; 100 at most are sorted', async () => {
  const listing = { userId: 'usr_1', currentId: 'ses_1', now: 1, idleSince: { token: 0, cookie: 0 }, limit: 100 }
  const steps = await planOf((db) => livingSessionsOf(db, listing))
  expect(scans(steps)).toEqual([])
  const newest = steps.find(({ detail }) => detail.includes('sessions_user'))
  expect(newest?.detail).toBe('SEARCH sessions USING INDEX sessions_user (user_id=?)')
  expect(sorts(steps.filter(({ parent }) => parent === newest?.parent))).toEqual([])
})

const sections = await loadSections()
test.each(Object.keys(sections))(
  'GET /v1/me/export, %s: rows of one user alone; they are what is sorted',
  async (name) => {
    const rows = sections[name]
    if (rows === undefined) throw new Error(name)
    const steps = await planOf((db) => nextPage(db, rows, 'usr_1', 'x', 100))
    const read = steps.map(({ detail }) => detail).filter((detail) => /^(SCAN|SEARCH) [a-z_]+ USING/.test(detail))
    expect(read.length).toBeGreaterThan(0)
    for (const detail of read)
      expect(detail).toMatch(/^SEARCH \w+ USING .*\((user_id|actor_id|<expr>|id|org_id=\? AND user_id)=\?/)
    expect(scans(steps)).toEqual([])
  },
)

test('the check sees a scan and a sort, or it would prove nothing', async () => {
  const { db } = t.deps
  const seen = async (sql: string) => {
    const { rows } = await db.$client.execute(`EXPLAIN QUERY PLAN ${sql}`)
    return rows.map(({ id, parent, detail }) => ({ id: Number(id), parent: Number(parent), detail: String(detail) }))
  }
  expect(scans(await seen("SELECT * FROM users WHERE name LIKE '%x%'"))).toHaveLength(1)
  expect(sorts(await seen("SELECT * FROM users WHERE status = 'active' ORDER BY updated_at"))).toHaveLength(1)
})
