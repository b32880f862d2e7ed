import { expect } from 'bun:test'
import { PASSWORD } from '../../support/client.ts'
import { guarantee } from '../../runtime/case.ts'

interface AuditEvent {
  id: string
  type: string
  result: string
  actorId: string | null
  requestId: string | null
  userAgent: string | null
}
interface Page {
  items: AuditEvent[]
  nextCursor: string | null
}

export const auditEventCases = [
  guarantee(
    'what happened to a user stands in the audit log, newest first, with its request',
    ['GET /v1/audit-events'],
    async (tools) => {
      const { accessToken: token, user: admin } = await tools.admin()
      const { user } = await tools.signUp()
      const headers = { 'x-request-id': `audit-${user.id}`, 'user-agent': 'suite/1.0' }
      await tools.call(`PATCH /v1/users/${user.id}`, { token, headers, body: { name: 'Seen' } })
      const wrong = { email: user.email, password: `${PASSWORD}!` }
      await tools.refused('POST /v1/auth/sign-in', 'auth.invalid_credentials', { body: wrong })

      const { body } = await tools.call<Page>(`GET /v1/audit-events?userId=${user.id}`, { token })
      expect(body.items.map(({ type, result }) => [type, result])).toEqual([
        ['auth.failed', 'failure'],
        ['user.updated', 'success'],
        ['session.created', 'success'],
        ['auth.mail_requested', 'success'],
        ['user.created', 'success'],
      ])
      const { 'x-request-id': requestId, 'user-agent': userAgent } = headers
      expect(body.items[1]).toMatchObject({ actorId: admin.id, requestId, userAgent })
      expect(JSON.stringify(body)).not.toContain(PASSWORD)

      const first = (await tools.call<Page>('GET /v1/audit-events?limit=1', { token })).body
      const next = await tools.call<Page>(`GET /v1/audit-events?limit=1&cursor=${first.nextCursor}`, { token })
      expect(Number(first.items[0]?.id.localeCompare(next.body.items[0]?.id ?? ''))).toBe(1)
    },
  ),

  guarantee(
    'the audit log is exported with the filters of the list, and its state is known',
    ['GET /v1/audit-events/export', 'GET /v1/audit-events/verification', 'POST /v1/audit-events/verification'],
    async ({ admin, signUp, call, refused }) => {
      const { accessToken: token } = await admin()
      const { accessToken: theirs, user } = await signUp()
      for (const route of [
        'GET /v1/audit-events/export',
        'GET /v1/audit-events/verification',
        'POST /v1/audit-events/verification',
      ])
        await refused(route, 'auth.forbidden', { token: theirs })
      const listed = await call<Page>(`GET /v1/audit-events?userId=${user.id}`, { token })
      const exported = await call(`GET /v1/audit-events/export?userId=${user.id}`, { token })
      expect(exported.headers.get('content-type')).toBe('application/x-ndjson')
      expect(
        exported.text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ).toEqual(listed.body.items)
      await refused('GET /v1/audit-events?since=yesterday', 'request.invalid', { token })
      const state = { sealed: null, waiting: 0, overdue: 0, running: null, last: null }
      const asked = await call('POST /v1/audit-events/verification', { token })
      expect([asked.status, Object.keys(asked.body)]).toEqual([202, Object.keys(state)])
      expect((await call<typeof state>('GET /v1/audit-events/verification', { token })).body.waiting).toBeNumber()
    },
  ),
]
