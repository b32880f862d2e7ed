import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Job } from '../../../src/modules/jobs/schema.ts'
import { expectProblem } from '../../http/support/send.ts'
import { type Call, call, setUpAdmin, signUp } from '../../support/client.ts'
import { deadJob, queueOne, storedJob, UNHANDLED } from '../../support/jobs.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

interface Page {
  items: Job[]
  nextCursor: string | null
}

let t: TestApp
let token: string
beforeEach(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
  await t.deps.db.$client.execute('DELETE FROM jobs') // what setting up may have queued
})
afterEach(() => t.close())

const list = async (query = ''): Promise<Page> => (await call<Page>(t, `GET /v1/jobs${query}`, { token })).body
const act = (id: string, verb: 'retry' | 'discard', asked: Call = {}) =>
  call<Job & { code?: string }>(t, `POST /v1/jobs/${id}/${verb}`, { token, ...asked })
const events = async (type: string) =>
  (
    await call<{ items: { userId: string | null; actorId: string | null; data: object }[] }>(
      t,
      `GET /v1/audit-events?type=${type}`,
      { token },
    )
  ).body.items
const UNKNOWN = `job_${'0'.repeat(32)}`

describe('GET /v1/jobs', () => {
  test('shows jobs newest first, page by page, each once, and never what they carry', async () => {
    const ids: string[] = []
    for (let job = 0; job < 5; job++) {
      ids.unshift(await queueOne(t, UNHANDLED, { code: 'canary-code' }))
      t.clock.advance(1)
    }
    const first = await call<Page>(t, 'GET /v1/jobs?limit=2', { token })
    expect(first.body.items[0]).toEqual({
      id: ids[0] ?? '',
      kind: UNHANDLED,
      userId: null,
      state: 'pending',
      attempts: 0,
      runAt: expect.stringMatching(/Z$/),
      lastError: null,
      createdAt: expect.stringMatching(/Z$/),
      finishedAt: null,
    })
    const stored = await storedJob(t, ids[0] ?? '')
    expect(first.text).not.toContain('canary-code')
    expect(first.text).not.toContain(stored.payload ?? 'absent')
    const seen = first.body.items.map(({ id }) => id)
    for (let cursor = first.body.nextCursor; cursor !== null; ) {
      const page = await list(`?limit=2&cursor=${cursor}`)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    expect(seen).toEqual(ids)
  })

  test('filters by state, kind and whom it concerns', async () => {
    const { user } = await signUp(t, 'ada@example.com')
    await t.deps.db.$client.execute('DELETE FROM jobs')
    const dead = await deadJob(t, user.id)
    const pending = await queueOne(t, 'other')
    const ids = async (query: string) => (await list(query)).items.map(({ id }) => id)
    expect(await ids('?state=dead')).toEqual([dead])
    expect(await ids('?state=done')).toEqual([])
    expect(await ids('?kind=other')).toEqual([pending])
    expect(await ids(`?userId=${user.id}`)).toEqual([dead])
    expect(await ids(`?userId=${user.id}&kind=other`)).toEqual([])
  })

  test('refuses filters that no job can match, and cursors of other lists', async () => {
    for (const query of ['state=failed', 'limit=0', 'limit=101', 'kind=', 'cursor=nonsense', 'payload=1']) {
      const answer = await call(t, `GET /v1/jobs?${query}`, { token })
      expect([query, answer.status]).toEqual([query, 422])
    }
  })
})

describe('POST /v1/jobs/:id/retry', () => {
  test('makes a dead job due now, with what it carried and all its attempts, and says so in the audit log', async () => {
    const { user } = await signUp(t, 'ada@example.com')
    const id = await deadJob(t, user.id)
    const { payload } = await storedJob(t, id)
    t.clock.advance(60_000)
    const { status, body } = await act(id, 'retry')
    const runAt = new Date(t.clock.now()).toISOString()
    expect([status, body]).toMatchObject([200, { id, state: 'pending', attempts: 0, runAt, finishedAt: null }])
    expect((await storedJob(t, id)).payload).toBe(payload)
    expect(await events('job.retried')).toMatchObject([
      { userId: user.id, actorId: expect.stringMatching(/^usr_/), data: { job: id } },
    ])
  })

  test('wakes the worker', async () => {
    let woken = 0
    const id = await deadJob(t)
    const awake = await createTestApp({
      deps: { ...t.deps, queue: { wake: () => void woken++, idle: async () => {} } },
    })
    await call(awake, `POST /v1/jobs/${id}/retry`, { token })
    await call(awake, `POST /v1/jobs/${UNKNOWN}/retry`, { token })
    await awake.close()
    expect(woken).toBe(1)
  })

  test('under one Idempotency-Key takes effect once, also when the job changes in between', async () => {
    const id = await deadJob(t)
    const headers = { 'idempotency-key': 'once' }
    expect((await act(id, 'retry', { headers })).status).toBe(200)
    await act(id, 'discard')
    const again = await act(id, 'retry', { headers })
    expect([again.status, again.body.state]).toEqual([200, 'discarded'])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await events('job.retried')).length).toBe(1)
    expectProblemCode(await act(UNKNOWN, 'retry', { headers }), 'idempotency.key_reused')
  })

  test('asked fifty times at once changes one job fifty times at most, and never fails', async () => {
    const id = await deadJob(t)
    const answers = await Promise.all(Array.from({ length: 50 }, () => act(id, 'retry')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})

describe('POST /v1/jobs/retry', () => {
  const retry = (ids: readonly string[]) =>
    call<{ retried: string[] }>(t, 'POST /v1/jobs/retry', { token, body: { ids: [...ids] } })

  test('takes each job once', async () => {
    const id = await deadJob(t)
    expect((await retry([id, id])).status).toBe(422)
    expect(await events('job.retried')).toEqual([])
  })

  test('makes those due that can be, in one batch, with an event each', async () => {
    const [first, second, ended] = [await deadJob(t), await deadJob(t), await deadJob(t)]
    await act(ended, 'discard')
    const { status, body } = await retry([first, ended, second, UNKNOWN])
    expect([status, body]).toEqual([200, { retried: [first, second] }])
    expect((await list('?state=pending')).items.map(({ id, attempts }) => [id, attempts])).toEqual([
      [second, 0],
      [first, 0],
    ])
    expect((await events('job.retried')).map(({ data }) => data)).toEqual([{ job: second }, { job: first }])
    expect((await retry([ended])).body).toEqual({ retried: [] })
  })

  test('takes at most a hundred, and at least one', async () => {
    for (const ids of [[], Array.from({ length: 101 }, () => UNKNOWN), ['job_1']])
      expect((await retry(ids)).status).toBe(422)
  })
})

test('GET /v1/jobs/:id shows one job as the list does', async () => {
  const id = await deadJob(t)
  const [listed] = (await list()).items
  const { body } = await call<Job>(t, `GET /v1/jobs/${id}`, { token })
  expect(body).toEqual(listed as Job)
  expectProblemCode(await call<Job & { code?: string }>(t, `GET /v1/jobs/${UNKNOWN}`, { token }), 'job.not_found')
})

describe('POST /v1/jobs/:id/discard', () => {
  test('forgets what the job carried; repeating it changes nothing', async () => {
    const id = await deadJob(t)
    const first = await act(id, 'discard')
    t.clock.advance(60_000)
    const second = await act(id, 'discard')
    expect([first.status, second.status]).toEqual([200, 200])
    expect(second.body).toEqual(first.body)
    expect(first.body.state).toBe('discarded')
    expect((await storedJob(t, id)).payload).toBeNull()
    expect((await events('job.discarded')).length).toBe(1)
  })
})

test('an ended job is 409, an unknown id is 404 and an invalid id is 422', async () => {
  const id = await deadJob(t)
  await act(id, 'discard')
  expectProblemCode(await act(id, 'retry'), 'job.finished')
  const done = await queueOne(t, UNHANDLED)
  await t.deps.db.$client.execute(`UPDATE jobs SET state = 'done', payload = NULL WHERE id = '${done}'`)
  for (const verb of ['retry', 'discard'] as const) {
    expectProblemCode(await act(done, verb), 'job.finished')
    expectProblemCode(await act(UNKNOWN, verb), 'job.not_found')
    expectProblemCode(await act('job_1', verb), 'request.invalid')
  }
  expect(await events('job.retried')).toEqual([])
})

function expectProblemCode(answer: Awaited<ReturnType<typeof act>>, code: string): void {
  expect(expectProblem(answer).code as string).toBe(code)
}
