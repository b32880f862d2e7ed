import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, PASSWORD, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
  for (let index = 0; index < 12; index++)
    await call(t, 'POST /v1/users', { token, body: { email: `p${index}@example.com` } })
})
afterAll(() => t.close())

interface Page {
  items: {
    id: string
    type: string
    result: string
    at: string
    actorId: string | null
    userId: string | null
    data: Record<string, unknown>
  }[]
  nextCursor: string | null
}
const list = (query: string) => call<Page>(t, `GET /v1/audit-events?${query}`, { token })

test('newest first, and pages of any size join without gap or repeat', async () => {
  const all = (await list('limit=100')).body.items.map(({ id }) => id)
  expect(all).toEqual([...all].sort().reverse())
  const walked: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const answer: Awaited<ReturnType<typeof list>> = await list(`limit=3${cursor && `&cursor=${cursor}`}`)
    walked.push(...answer.body.items.map(({ id }) => id))
    cursor = answer.body.nextCursor
  }
  expect(walked).toEqual(all)
})

test('an event says who, what, where and with what result', async () => {
  await call(t, 'POST /v1/auth/sign-in', {
    body: { email: 'nobody@example.com', password: PASSWORD },
    headers: { 'user-agent': 'curl/8', 'x-request-id': 'my-request-1' },
  })
  const [event] = (await list('type=auth.failed')).body.items
  expect(event).toMatchObject({
    type: 'auth.failed',
    result: 'failure',
    actorId: null,
    userId: null,
    address: '203.0.113.7',
    userAgent: 'curl/8',
    requestId: 'my-request-1',
    data: { reason: 'unknown_email' },
    at: new Date(t.clock.now()).toISOString(),
  } as object)
})

test('filters narrow by type, actor and subject', async () => {
  const session = await signUp(t, 'ada@example.com')
  const own = (await list(`userId=${session.user.id}`)).body.items
  expect(own.map(({ type }) => type)).toEqual(['session.created', 'auth.mail_requested', 'user.created'])
  expect((await list(`actorId=${session.user.id}&type=user.created`)).body.items).toHaveLength(1)
  expect((await list('type=no.such')).status).toBe(422)
  expect((await list('cursor=x')).status).toBe(422)
})

test('users do not read the audit log', async () => {
  const session = await signUp(t, 'curious@example.com')
  expect((await call(t, 'GET /v1/audit-events', { token: session.accessToken })).status).toBe(403)
})
