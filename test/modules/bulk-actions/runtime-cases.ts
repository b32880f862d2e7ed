import { expect } from 'bun:test'
import type { BulkAction, DryRun } from '../../../src/modules/bulk-actions/schema.ts'
import { guarantee } from '../../runtime/case.ts'

export const bulkActionCases = [
  guarantee(
    'a bulk action is tried, started once, listed, read and cancelled by an administrator alone',
    ['GET /v1/bulk-actions', 'POST /v1/bulk-actions', 'GET /v1/bulk-actions/:id', 'POST /v1/bulk-actions/:id/cancel'],
    async ({ admin, signUp, call, refused, client }) => {
      const { accessToken: token } = await admin()
      const { user, accessToken: theirs } = await signUp()
      const body = { action: 'disable', filter: { userIds: [user.id] } }
      const id = `blk_${'7'.repeat(32)}`
      await refused('POST /v1/bulk-actions', 'auth.forbidden', { token: theirs, body })
      await refused(`POST /v1/bulk-actions/${id}/cancel`, 'auth.forbidden', { token: theirs })
      await refused('POST /v1/bulk-actions', 'request.invalid', { token, body: { ...body, filter: {} } })
      const tried = await call<DryRun>('POST /v1/bulk-actions', { token, body: { ...body, dryRun: true } })
      expect([tried.status, tried.body]).toEqual([
        200,
        { matched: 1, exact: true, sample: [{ id: user.id, email: user.email }] },
      ])

      const headers = { 'idempotency-key': `bulk-${user.id}` }
      const started = await call<BulkAction>('POST /v1/bulk-actions', { token, body, headers })
      const again = await call<BulkAction>('POST /v1/bulk-actions', { token, body, headers })
      expect([started.status, again.status, again.body.id]).toEqual([202, 202, started.body.id])
      expect(started.headers.get('location')).toBe(`/v1/bulk-actions/${started.body.id}`)
      const read = await call<BulkAction>(`GET /v1/bulk-actions/${started.body.id}`, { token })
      expect(read.body).toMatchObject({ action: 'disable', filteredBy: ['userIds'] })

      // Without a job, so no worker takes it.
      await client.execute({
        sql: `INSERT INTO bulk_actions (id, action, filtered_by, state, turn, cursor, up_to, done, changed, failed, created_at)
          VALUES (?, 'delete', '["q"]', 'running', 'turn', '', '', 5, 3, 1, 0)`,
        args: [id],
      })
      const listed = await call<{ items: BulkAction[] }>('GET /v1/bulk-actions?limit=100', { token })
      const progress = { id, state: 'running', done: 5, changed: 3, skipped: 1, failed: 1 }
      expect(listed.body.items.find((item) => item.id === id)).toMatchObject(progress)
      for (let times = 0; times < 2; times++) {
        const cancelled = await call<BulkAction>(`POST /v1/bulk-actions/${id}/cancel`, { token })
        expect(cancelled.body).toMatchObject({ id, state: 'cancelled', changed: 3 })
      }
      await refused(`GET /v1/bulk-actions/blk_${'0'.repeat(32)}`, 'bulk.not_found', { token })
    },
  ),
]
