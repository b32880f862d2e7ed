/** What is kept, and for how long (docs/operations.md, "Scheduled work"). */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type JobName, runJobs } from '../../src/jobs.ts'
import { sealEvents } from '../../src/modules/audit-events/seal-events.ts'
import { deleteExpiredProofs } from '../../src/modules/proofs/queries.ts'
import { deleteUnseenDevices } from '../../src/modules/sessions/known-device-queries.ts'
import { count, headOf, insertEvents, sealAll, tamper, verify } from '../modules/audit-events/support/chain.ts'
import { signUp } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const DAY = 86_400_000

let t: TestApp
beforeEach(async () => {
  t = await createTestApp({ env: { AUDIT_RETENTION_DAYS: '100' } })
})
afterEach(() => t.close())

const run = async (name: JobName) => (await runJobs(t.deps, name)).jobs[0]

describe('prune-events', () => {
  /** Links of ten events on day 0, day 50 and day 99. */
  async function threeLinks(): Promise<void> {
    for (const [index, days] of [0, 50, 49].entries()) {
      t.clock.advance(days * DAY)
      await insertEvents(t, 10, 1 + index * 10)
      await sealAll(t)
    }
  }

  test('removes events link by link once they are too old, and the log still verifies', async () => {
    await threeLinks()
    const noted = headOf((await verify(t)).result)
    expect(await run('prune-events')).toMatchObject({ counts: { events: 0, links: 0 }, complete: true })
    t.clock.advance(2 * DAY) // day 101
    expect(await run('prune-events')).toMatchObject({ counts: { events: 10, links: 1 }, complete: true })
    expect([await count(t, 'events'), await count(t, 'event_seals')]).toEqual([20, 3])
    expect(await verify(t, noted)).toMatchObject({
      findings: [],
      result: { events: 20, links: 3, pruned: 1, head: `${noted.position}:${noted.hash}` },
    })
    t.clock.advance(100 * DAY)
    expect(await run('prune-events')).toMatchObject({ counts: { events: 20, links: 2 } })
    expect((await verify(t, noted)).result).toMatchObject({ findings: 0, pruned: 3, events: 0 })

    await insertEvents(t, 10, 100)
    await sealAll(t)
    expect((await verify(t, noted)).result).toMatchObject({ findings: 0, links: 4, events: 10 })
  })

  test('keeps the link of its events no larger than it must', async () => {
    await threeLinks()
    t.clock.advance(2 * DAY)
    await run('prune-events')
    const { rows } = await t.deps.db.$client.execute('SELECT length(digest) AS size FROM event_seals ORDER BY position')
    expect(rows.map(({ size }) => size)).toEqual([163 + '.record'.length, 430, 430])
  })

  test('never removes an unsealed event: it is sealed first at any age, and kept as long as the others', async () => {
    await insertEvents(t, 5)
    t.clock.advance(101 * DAY)
    await insertEvents(t, 5, 10)
    expect(await run('prune-events')).toMatchObject({ counts: { events: 0, links: 0 } })
    expect(await count(t, 'events')).toBe(10)
    expect(await sealEvents(t.deps, t.clock.now(), 100)).toEqual({ events: 10, links: 1 })
    expect(await run('prune-events')).toMatchObject({ counts: { events: 0, links: 0 } })
    t.clock.advance(101 * DAY)
    expect(await run('prune-events')).toMatchObject({ counts: { events: 10, links: 1 } })
  })

  test('twice at once, and cut off in the middle, removes each link once', async () => {
    await threeLinks()
    t.clock.advance(101 * DAY)
    let asked = 0
    const cut = { ...t.deps, accepting: () => ++asked <= 1 }
    expect((await runJobs(cut, 'prune-events')).jobs[0]).toMatchObject({ counts: { links: 1 }, complete: false })
    const both = await Promise.all([run('prune-events'), run('prune-events')])
    expect(both.reduce((sum, job) => sum + (job?.counts.links ?? 0), 0)).toBe(2)
    expect((await verify(t)).result).toMatchObject({ findings: 0, pruned: 3 })
  })

  test('while the log is verified is no finding', async () => {
    await insertEvents(t, 400)
    await sealAll(t, 5)
    t.clock.advance(101 * DAY)
    const [{ findings }] = await Promise.all([verify(t), run('prune-events')])
    expect(findings).toEqual([])
  })

  test('does not hide a deletion: events deleted directly in the database do not count as pruned', async () => {
    await threeLinks()
    await tamper(t, 'DELETE FROM events WHERE seal IN (1, 2)')
    await run('prune-events')
    expect((await verify(t)).findings).toHaveLength(20)
    await tamper(t, 'UPDATE event_seals SET sealed_at = 1')
    await run('prune-events')
    expect((await verify(t)).findings.map(({ kind, position }) => [kind, position])).toEqual([
      ['link.changed', 1],
      ['link.changed', 2],
      ['link.changed', 3],
    ])
  })

  test('an event put back into a pruned link is found', async () => {
    await threeLinks()
    t.clock.advance(2 * DAY)
    await run('prune-events')
    await tamper(
      t,
      `INSERT INTO events (id, type, result, at, data, seal) VALUES ('evt_x', 'x', 'success', 1, '{}', 1)`,
    )
    expect((await verify(t)).findings).toEqual([{ kind: 'event.stray', position: 1, eventId: 'evt_x' }])
  })

  describe('events of a link that are deleted directly in the database are found', () => {
    /** As the job does it, without its key: the mark is copied from link 1, or invented. */
    const empty = async (position: number, mark: string) => {
      await tamper(t, 'DELETE FROM events WHERE seal = ?', position)
      const root = new Bun.CryptoHasher('sha256')
      const { rows } = await t.deps.db.$client.execute({
        sql: 'SELECT digest FROM event_seals WHERE position = ?',
        args: [position],
      })
      const digest = root.update(String(rows[0]?.digest)).digest('base64url')
      await tamper(
        t,
        'UPDATE event_seals SET pruned_at = ?, digest = ? WHERE position = ?',
        t.clock.now(),
        `${digest}${mark}`,
        position,
      )
    }

    test.each([
      ['without a mark', () => ''],
      ['with a mark of nothing', (keyId: string) => `.${keyId}.${'A'.repeat(86)}`],
      ['with the mark of another link', (_: string, mark: string) => mark],
    ])('%s', async (_, forge) => {
      await threeLinks()
      t.clock.advance(2 * DAY)
      await run('prune-events')
      const { rows } = await t.deps.db.$client.execute(
        'SELECT digest, key_id AS keyId FROM event_seals WHERE position = 1',
      )
      const [, ...mark] = String(rows[0]?.digest).split('.')
      await empty(2, forge(String(rows[0]?.keyId), `.${mark.join('.')}`))
      expect((await verify(t)).findings).toEqual([{ kind: 'link.emptied', position: 2 }])
      await empty(3, '.x.y')
      expect((await verify(t)).findings.map(({ kind }) => kind)).toEqual(['key.unknown'])
    })
  })
})

describe('sweep-proofs', () => {
  test('removes links and codes a day after they expired, used or not', async () => {
    const { user } = await signUp(t, 'ada@example.com')
    await t.deps.db.$client.execute('DELETE FROM one_time_tokens')
    const now = t.clock.now()
    for (const [id, expiresAt, usedAt] of [
      ['ott_old', now - DAY - 1, null],
      ['ott_used', now - DAY - 1, now - DAY - 2],
      ['ott_late', now - DAY, null],
      ['ott_good', now + 1000, null],
    ] as const)
      await tamper(
        t,
        `INSERT INTO one_time_tokens VALUES (?, ?, 'sign-in', 'a', 'a', ?, NULL, 0, 1, ?, ?, 0, 'a', NULL, NULL)`,
        id,
        user.id,
        id,
        expiresAt,
        usedAt,
      )
    expect(await run('sweep-proofs')).toMatchObject({ counts: { linksAndCodes: 2 }, complete: true })
    const { rows } = await t.deps.db.$client.execute('SELECT id FROM one_time_tokens ORDER BY id')
    expect(rows.map(({ id }) => id)).toEqual(['ott_good', 'ott_late'])
  })
})

describe('sweep-devices', () => {
  test('forgets a device that was not seen for 180 days, thousands in bounded batches', async () => {
    const { user } = await signUp(t, 'ada@example.com')
    await t.deps.db.$client.execute('DELETE FROM known_devices')
    await tamper(
      t,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO known_devices SELECT ?, 'Device ' || i, 'x', 1, ? - CASE WHEN i > 990 THEN 0 ELSE 1 END FROM n`,
      user.id,
      t.clock.now() - 180 * DAY,
    )
    expect(await run('sweep-devices')).toMatchObject({ counts: { devices: 990 }, complete: true })
    expect(await count(t, 'known_devices')).toBe(10)
  })
})

test('every sweep of these finds its rows by index', async () => {
  for (const [statement, index] of [
    [deleteExpiredProofs(t.deps.db, 1, 10), 'one_time_tokens_expires'],
    [deleteUnseenDevices(t.deps.db, 1, 10), 'known_devices_seen'],
  ] as const) {
    const { sql, params } = statement.toSQL()
    const plan = await t.deps.db.$client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: params as number[] }) // a time and a limit
    const steps = plan.rows.map(({ detail }) => String(detail))
    expect(steps.join('\n')).toContain(`INDEX ${index}`)
    expect(steps.filter((step) => /^SCAN/.test(step))).toEqual([])
  }
})

test('an event is sealed by the scheduled job, before anything could be pruned', async () => {
  await insertEvents(t, 600)
  expect(await run('seal-events')).toMatchObject({ counts: { events: 600, links: 3 }, complete: true })
  expect((await verify(t)).result).toMatchObject({ events: 600, findings: 0 })
})
