import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'

interface Job {
  id: string
  userId: string | null
  state: string
  attempts: number
  lastError: string | null
  finishedAt: string | null
}
interface Page {
  items: Job[]
  nextCursor: string | null
}

export const jobCases = [
  guarantee(
    'a job that was given up is listed without what it carries, retried and discarded by an administrator alone',
    ['GET /v1/jobs', 'GET /v1/jobs/:id', 'POST /v1/jobs/retry', 'POST /v1/jobs/:id/retry', 'POST /v1/jobs/:id/discard'],
    async (tools) => {
      const { accessToken: token } = await tools.admin()
      const { user, accessToken: theirs } = await tools.signUp()
      // Of a kind that no worker takes.
      const id = `job_${'7'.repeat(32)}`
      await tools.client.execute({
        sql: `INSERT INTO jobs (id, kind, user_id, payload, state, attempts, run_at, last_error, created_at, finished_at) VALUES (?, 'suite', ?, 'sealed', 'dead', 78, 0, 'it was down', 0, 0)`,
        args: [id, user.id],
      })
      const listed = `GET /v1/jobs?kind=suite&userId=${user.id}`
      await tools.refused(listed, 'auth.forbidden', { token: theirs })
      await tools.refused(`POST /v1/jobs/${id}/retry`, 'auth.forbidden', { token: theirs })

      const dead = { id, kind: 'suite', userId: user.id, state: 'dead', attempts: 78, lastError: 'it was down' }
      const answer = await tools.call<Page>(listed, { token })
      expect(answer.body).toMatchObject({ items: [dead], nextCursor: null })
      expect(answer.text).not.toContain('sealed')

      expect((await tools.call<Job>(`GET /v1/jobs/${id}`, { token })).body).toMatchObject(dead)
      await tools.refused(`GET /v1/jobs/${id}`, 'auth.forbidden', { token: theirs })
      await tools.refused(`GET /v1/jobs/job_${'0'.repeat(32)}`, 'job.not_found', { token })
      const many = { ids: [id, `job_${'0'.repeat(32)}`] }
      await tools.refused('POST /v1/jobs/retry', 'auth.forbidden', { token: theirs, body: many })
      const together = await tools.call<{ retried: string[] }>('POST /v1/jobs/retry', { token, body: many })
      expect(together.body).toEqual({ retried: [id] })

      const headers = { 'idempotency-key': `retry-${id}` }
      for (const replayed of [null, 'true']) {
        const retried = await tools.call<Job>(`POST /v1/jobs/${id}/retry`, { token, headers })
        expect(retried.body).toMatchObject({ id, state: 'pending', attempts: 0, finishedAt: null })
        expect(retried.headers.get('idempotency-replayed')).toBe(replayed)
      }
      for (let times = 0; times < 2; times++)
        expect((await tools.call<Job>(`POST /v1/jobs/${id}/discard`, { token })).body.state).toBe('discarded')
      await tools.refused(`POST /v1/jobs/${id}/retry`, 'job.finished', { token })
      await tools.refused(`POST /v1/jobs/job_${'0'.repeat(32)}/discard`, 'job.not_found', { token })
    },
  ),
]
