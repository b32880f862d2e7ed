/** GET /v1/revocations: what it tells, in which order, and to whom. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { sweepRevocations } from '../../../src/modules/revocations/sweep.ts'
import { call, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { makeAccount, makeKey, makeOrg, makeSigned } from '../api-keys/support/keys.ts'
import { type Following, followApp, hashOf } from './support/follower.ts'

let t: TestApp
let admin: Session
let feed: string
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  feed = (await makeKey(t, admin.accessToken, { scopes: ['revocations:read'] })).key
})
afterAll(() => t.close())

let people = 0
const person = () => signUp(t, `person${++people}@example.com`)
const act = async (route: string, token: string, body?: unknown, status = 200) => {
  const answer = await call(t, route, { token, body })
  expect(answer.status, `${route} ${answer.text}`).toBeOneOf([status, 200, 201, 204])
  return answer.body
}
const following = async (work: (follower: Following) => Promise<void>, options?: Parameters<typeof followApp>[2]) => {
  const follower = await followApp(t, feed, options)
  try {
    await follower.until(() => follower.frames.some(({ event }) => event === 'heartbeat'))
    await work(follower)
  } finally {
    await follower.close()
  }
}

describe('the feed tells', () => {
  test('a sign-out at once, by the hash of the session, and no id of anything', () =>
    following(async (follower) => {
      const session = await person()
      await act('POST /v1/auth/sign-out', session.accessToken)
      const { sid } = claimsOf(session.accessToken)
      await follower.until(() => follower.revokes(sid))
      expect(JSON.stringify(follower.frames)).not.toMatch(/(?:ses|usr|apk|org)_[0-9a-f]{8}/) // a hash may have `ses_`
      expect(follower.frames[0]).toMatchObject({ event: 'stream.open', data: { heartbeatMs: 500 } })
      expect(follower.response.headers.get('content-type')).toBe('text/event-stream')
      expect(follower.response.headers.get('cache-control')).toBe('no-store')
    }))

  test('every session that another one ended', () =>
    following(async (follower) => {
      const first = await person()
      const second = await signIn(t, first.user.email ?? '')
      await act('DELETE /v1/me/sessions', second.accessToken)
      await follower.until(() => follower.revokes(claimsOf(first.accessToken).sid))
      expect(follower.revokes(claimsOf(second.accessToken).sid)).toBe(false)
    }))

  test('an account that is disabled, enabled and deleted', () =>
    following(async (follower) => {
      const { user } = await person()
      await act(`POST /v1/users/${user.id}/disable`, admin.accessToken)
      await follower.until(() => follower.revokes(user.id))
      await act(`POST /v1/users/${user.id}/enable`, admin.accessToken)
      await follower.until(() => !follower.revokes(user.id))
      await act(`DELETE /v1/users/${user.id}`, admin.accessToken)
      await follower.until(() => follower.revokes(user.id))
    }))

  test('a signed API key that was revoked, until it would have expired', () =>
    following(async (follower) => {
      const { id, key, expiresAt } = await makeSigned(t, admin.accessToken, { scopes: ['orgs:read'] })
      await act('POST /v1/api-keys/revoke', '', { key })
      await follower.until(() => follower.revokes(id))
      expect(follower.entries.findLast(({ hash }) => hash === hashOf(id))).toEqual({
        hash: hashOf(id),
        until: expiresAt ?? '',
      })
    }))

  test('from when on a replaced key ends', () =>
    following(async (follower) => {
      const { id, expiresAt } = await makeSigned(t, admin.accessToken, { scopes: ['orgs:read'] })
      await act(`POST /v1/api-keys/${id}/rotate`, admin.accessToken, {})
      await follower.until(() => follower.revokes(id))
      const from = new Date(t.clock.now() + 86_400_000).toISOString()
      const told = follower.entries.findLast(({ hash }) => hash === hashOf(id))
      expect(told).toEqual({ hash: hashOf(id), from, until: expiresAt ?? '' })
    }))

  test('service accounts, organisations and memberships, and that they work again', () =>
    following(async (follower) => {
      const token = (await signIn(t, 'admin@example.com')).accessToken
      const orgId = await makeOrg(t, token, `Org ${++people}`)
      const { id } = await makeAccount(t, token, { orgId, roles: ['member'] })
      await act(`PATCH /v1/service-accounts/${id}`, token, { status: 'disabled' })
      await follower.until(() => follower.revokes(id))
      await act(`PATCH /v1/service-accounts/${id}`, token, { status: 'active' })
      await follower.until(() => !follower.revokes(id))
      const { user } = await person()
      await t.deps.db.run(sql`INSERT INTO org_members (org_id, user_id, joined_at) VALUES (${orgId}, ${user.id}, 1)`)
      await act(`DELETE /v1/orgs/${orgId}/members/${user.id}`, token)
      await follower.until(() => follower.revokes(user.id, orgId))
      await t.deps.db.run(sql`INSERT INTO org_members (org_id, user_id, joined_at) VALUES (${orgId}, ${user.id}, 1)`)
      await act(`DELETE /v1/orgs/${orgId}`, token)
      await follower.until(() => follower.revokes(orgId))
      expect(follower.revokes(user.id, orgId)).toBe(false)
      await act(`POST /v1/orgs/${orgId}/restore`, token)
      await follower.until(() => !follower.revokes(orgId))
    }))

  test('a signing key that was revoked', () =>
    following(async (follower) => {
      const { kid } = headerOf((await person()).accessToken)
      await t.deps.keys.rotate()
      const token = (await signIn(t, 'admin@example.com')).accessToken
      const answer = await call(t, `POST /v1/signing-keys/${kid}/revoke`, { token })
      expect(answer.status, answer.text).toBeOneOf([200, 204])
      await follower.until(() => follower.revokes(kid))
      admin = await signIn(t, 'admin@example.com')
    }))
})

describe('a follower', () => {
  test('who comes back gets what it missed, once, and nothing that it had', async () => {
    const first = await person()
    const second = await person()
    const third = await person()
    let cursor: string | undefined
    await following(async (follower) => {
      await act('POST /v1/auth/sign-out', first.accessToken)
      await follower.until(() => follower.revokes(claimsOf(first.accessToken).sid))
      cursor = follower.lastId()
    })
    await act('POST /v1/auth/sign-out', second.accessToken)
    for (const how of [{ after: cursor }, { lastEventId: cursor ?? '' }])
      await following(async (follower) => {
        expect(follower.frames.find(({ event }) => event === 'start')?.data).toEqual({ known: true })
        expect(follower.revokes(claimsOf(second.accessToken).sid)).toBe(true)
        expect(follower.revokes(claimsOf(first.accessToken).sid)).toBe(false)
        expect(new Set(follower.entries.map(({ hash }) => hash)).size).toBe(follower.entries.length)
      }, how)
    await following(async (follower) => {
      await act('POST /v1/auth/sign-out', third.accessToken)
      await follower.until(() => follower.revokes(claimsOf(third.accessToken).sid))
      expect(follower.revokes(claimsOf(first.accessToken).sid)).toBe(true)
    })
  })
})

describe('who may follow', () => {
  test('has the permission', async () => {
    const { accessToken } = await person()
    const refused = await call(t, 'GET /v1/revocations', { token: accessToken })
    expect([refused.status, refused.body.code]).toEqual([403, 'auth.forbidden'])
    expect((await call(t, 'GET /v1/revocations')).status).toBe(401)
    const other = await makeKey(t, admin.accessToken, { scopes: ['users:read'] })
    expect((await call(t, 'GET /v1/revocations', { token: other.key })).body.code).toBe('auth.forbidden')
    expect((await call(t, 'GET /v1/revocations?after=x', { token: feed })).status).toBe(422)
  })

  test('is no page of another origin', async () => {
    const ask = (headers: Record<string, string>) =>
      call(t, 'GET /v1/revocations?follow=false', { token: feed, headers })
    const evil = await ask({ origin: 'https://evil.example' })
    expect([evil.status, evil.body.code]).toEqual([403, 'request.origin_refused'])
    expect((await ask({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await ask({ origin: 'https://api.test' })).status).toBe(200)
    expect(t.deps.revocations.followers).toBe(0)
  })

  test('is cut off when the key is revoked', async () => {
    const { id, key } = await makeKey(t, admin.accessToken, { scopes: ['revocations:read'] })
    const follower = await followApp(t, key)
    await follower.caughtUp()
    await act(`DELETE /v1/api-keys/${id}`, admin.accessToken)
    expect(await follower.rest()).toMatchObject({ event: 'stream.end', data: { reason: 'credential_ended' } })
  })

  test('is cut off with the session, and when the role is taken away', async () => {
    const second = await signIn(t, 'admin@example.com')
    const bySession = await followApp(t, second.accessToken)
    await bySession.caughtUp()
    await act('POST /v1/auth/sign-out', second.accessToken)
    expect(await bySession.rest()).toMatchObject({ event: 'stream.end', data: { reason: 'credential_ended' } })
    const { user } = await person()
    await act(`PATCH /v1/users/${user.id}`, admin.accessToken, { roles: ['user', 'admin'] })
    const helper = await signIn(t, user.email ?? '')
    const byRole = await followApp(t, helper.accessToken)
    await byRole.caughtUp()
    await act(`PATCH /v1/users/${user.id}`, admin.accessToken, { roles: ['user'] })
    expect(await byRole.rest()).toMatchObject({ event: 'stream.end', data: { reason: 'access_lost' } })
  })

  test('is let in again with its role, also when it is the only one', async () => {
    const { user } = await person()
    const setRoles = (...roles: string[]) => act(`PATCH /v1/users/${user.id}`, admin.accessToken, { roles })
    await setRoles('user', 'admin')
    const { accessToken } = await signIn(t, user.email ?? '')
    const before = await followApp(t, accessToken)
    await before.caughtUp()
    await setRoles('user')
    expect(await before.rest()).toMatchObject({ data: { reason: 'access_lost' } })
    expect(t.deps.revocations.followers).toBe(0)
    await setRoles('user', 'admin')
    const after = await followApp(t, accessToken)
    await after.caughtUp()
    await after.close()
  })

  test('is cut off by a rule that refuses its program, and no other one with the same key', async () => {
    const { key } = await makeKey(t, admin.accessToken, { scopes: ['revocations:read'] })
    const programs = ['good', 'bad', 'good', 'bad']
    const followers = await Promise.all(programs.map((userAgent) => followApp(t, key, { userAgent })))
    for (const follower of followers) await follower.caughtUp()
    const { id } = await act('POST /v1/policies', admin.accessToken, {
      name: 'no bad programs',
      effect: 'deny',
      permissions: ['revocations:read'],
      condition: 'context.userAgent == "bad"',
    })
    for (const [at, follower] of followers.entries())
      if (programs[at] === 'bad') expect(await follower.rest()).toMatchObject({ data: { reason: 'access_lost' } })
      else await follower.caughtUp()
    await Promise.all(followers.map((follower) => follower.close()))
    await act(`DELETE /v1/policies/${id}`, admin.accessToken)
  })

  test('is cut off when the access token expires', async () => {
    const { accessToken } = await signIn(t, 'admin@example.com')
    const follower = await followApp(t, accessToken)
    await follower.caughtUp()
    t.clock.advance(301_000)
    expect(await follower.rest()).toMatchObject({ event: 'stream.end', data: { reason: 'token_expired' } })
    admin = await signIn(t, 'admin@example.com')
  })

  test('asks for the headers alone, and leaves nothing behind', async () => {
    const request = new Request('https://api.test/v1/revocations', {
      method: 'HEAD',
      headers: { authorization: `Bearer ${feed}` },
    })
    const response = await t.app.handle(request)
    await response.body?.cancel()
    expect(response.status).not.toBe(500)
    while (t.deps.revocations.followers > 0) await Bun.sleep(5)
  })

  test('leaves nothing behind when it goes away', async () => {
    while (t.deps.revocations.followers > 0) await Bun.sleep(5) // those of the tests before
    const followers = await Promise.all(Array.from({ length: 20 }, () => followApp(t, feed)))
    for (const follower of followers) await follower.caughtUp()
    expect(t.deps.revocations.followers).toBe(20)
    await Promise.all(followers.map((follower) => follower.close()))
    while (t.deps.revocations.followers > 0) await Bun.sleep(5)
  })
})

const part = (token: string, at: number) =>
  JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString()) as {
    sid: string
    kid: string
    gid: string
  }
const claimsOf = (token: string) => part(token, 1)
const headerOf = (token: string) => part(token, 0)

test('what matters no more is swept, but not the newest row', async () => {
  const own = await createTestApp()
  try {
    const run = (statement: string) => own.deps.db.$client.execute(statement)
    const now = own.clock.now()
    const rows: [subject: string, at: number, lives: number | string][] = [
      ['old', now - 3 * 3_600_000, 'NULL'],
      ['old with a key', now - 3 * 3_600_000, now + 1],
      ['new', now, 'NULL'],
      ['the newest, by number', now - 9 * 3_600_000, 'NULL'],
    ]
    for (const [subject, at, lives] of rows)
      await run(`INSERT INTO revocations (subject, noted_at, lives_until) VALUES ('${subject}', ${at}, ${lives})`)
    expect(await sweepRevocations(own.deps, now, 10)).toEqual({ revocations: 1 })
    expect(await sweepRevocations(own.deps, now, 10)).toEqual({ revocations: 0 })
    const left = await run('SELECT subject FROM revocations ORDER BY seq')
    expect(left.rows.map(({ subject }) => subject)).toEqual(['old with a key', 'new', 'the newest, by number'])
    // A resource whose tokens live for a day keeps what was revoked in that day.
    await run(`INSERT INTO resources (id, audience, name, scopes, detail_types, access_ttl_seconds, version, created_at, updated_at)
      VALUES ('res_1', 'https://api.example', 'API', '[]', '[]', 86400, 1, 0, 0)`)
    await run(
      `INSERT INTO revocations (subject, noted_at) VALUES ('yesterday', ${now - 20 * 3_600_000}), ('last', ${now})`,
    )
    expect(await sweepRevocations(own.deps, now, 10)).toEqual({ revocations: 0 })
  } finally {
    await own.close()
  }
})

test('no trigger scans a table', async () => {
  // An app of its own: after EXPLAIN, the connection goes on to read the state of that moment.
  const own = await createTestApp()
  const { rows } = await own.deps.db.$client.execute(
    `EXPLAIN QUERY PLAN SELECT told.subject, 1, 2, max(told.lives_until) FROM revocations AS told
      WHERE told.subject = 'usr_1' OR told.subject IN (SELECT held.id FROM grants AS held WHERE held.user_id = 'usr_1' AND held.ended_at IS NULL)
      GROUP BY told.subject`,
  )
  expect(rows.map(({ detail }) => String(detail)).filter((detail) => /^SCAN (?!CONSTANT)/.test(detail))).toEqual([])
  await own.close()
})
