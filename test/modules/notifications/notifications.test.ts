/** Who may send, who gets it, and what a person does with it. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { runJobs } from '../../../src/jobs.ts'
import { call, type Session, setUpAdmin } from '../../support/client.ts'
import { executeOn, rowsOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { join, makeAccount, makeKey, makeOrg } from '../api-keys/support/keys.ts'
import { ask, choose, listOf, type Notification, person, send, sentAs, titlesOf } from './support/send.ts'

let t: TestApp
let admin: Session
let token: string
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  token = admin.accessToken
})
afterAll(() => t.close())
const execute = executeOn(() => t)
const rows = rowsOn(() => t)

/** An organisation with an owner, an administrator and a member. */
async function acme() {
  const [owner, manager, member] = await Promise.all([person(t), person(t), person(t)])
  const orgId = await makeOrg(t, owner.accessToken)
  await join(t, orgId, manager, ['admin'])
  await join(t, orgId, member, ['member'])
  return { orgId, owner, manager, member }
}

const codeOf = async (session: Session, body: object): Promise<unknown> =>
  (await ask(t, session.accessToken, body)).body.code

describe('a notification', () => {
  test('to a person is in the list of that person with the answer, and in no other', async () => {
    const [reader, other] = [await person(t), await person(t)]
    const sent = await send(t, token, {
      to: [{ userId: reader.user.id }],
      kind: 'billing',
      title: 'Your invoice is ready',
      body: 'You can download it now.',
      data: { path: '/invoices/42' },
    })
    expect(sent).toMatchObject({ state: 'sent', recipients: 1, orgId: null, kind: 'billing' })
    expect(sent.finishedAt).toBeString()
    const list = await listOf(t, reader)
    expect(list).toEqual({
      items: [
        {
          id: sent.id,
          kind: 'billing',
          title: 'Your invoice is ready',
          body: 'You can download it now.',
          data: { path: '/invoices/42' },
          orgId: null,
          createdAt: sent.createdAt,
          readAt: null,
        },
      ],
      nextCursor: null,
      unreadCount: 1,
    })
    expect(await titlesOf(t, other)).toEqual([])
    const one = await call(t, `GET /v1/me/notifications/${sent.id}`, { token: other.accessToken })
    expect([one.status, one.body.code]).toEqual([404, 'notification.not_found'])
  })

  test('to organisations and roles reaches each member once, however often they are named', async () => {
    const { orgId, owner, manager, member } = await acme()
    const stranger = await person(t)
    const to = [
      { orgId },
      { orgId, role: 'owner' },
      { orgId, userId: member.user.id },
      { orgId, userId: member.user.id },
    ]
    const sent = await send(t, owner.accessToken, { to, title: 'All hands' })
    expect(sent).toMatchObject({ state: 'sending', orgId, recipients: 1, finishedAt: null })
    await t.work()
    for (const one of [owner, manager, member]) expect(await titlesOf(t, one)).toEqual(['All hands'])
    expect(await titlesOf(t, stranger)).toEqual([])
    expect(await sentAs(t, owner.accessToken, sent.id)).toMatchObject({ state: 'sent', recipients: 3, to })
    const created = await rows(
      `SELECT user_id, org_id, address, data FROM events WHERE type = 'notification.created' AND data ->> '$.notificationId' = ?`,
      sent.id,
    )
    expect(created.map((row) => row.user_id).sort()).toEqual([owner, manager, member].map((one) => one.user.id).sort())
    // Other members do not learn who got it, and the audit log does not keep what it says.
    for (const { org_id, address, data } of created) {
      expect([org_id, address]).toEqual([null, null])
      expect(String(data)).not.toContain('All hands')
    }
  })

  test('to a role of the instance reaches its holders, and one of an organisation those of that organisation alone', async () => {
    const { orgId, owner, member } = await acme()
    const elsewhere = await acme()
    await send(t, token, { to: [{ role: 'admin' }], title: 'To administrators' })
    await send(t, owner.accessToken, { to: [{ orgId, role: 'member' }], title: 'To members' })
    await t.work()
    expect(await titlesOf(t, admin)).toContain('To administrators')
    expect(await titlesOf(t, member)).toEqual(['To members'])
    for (const one of [owner, elsewhere.member, elsewhere.owner]) expect(await titlesOf(t, one)).toEqual([])
  })

  test('to who is no member, to who does not exist, or to an organisation that was deleted reaches nobody', async () => {
    const { orgId, owner } = await acme()
    const stranger = await person(t)
    const sent = await send(t, owner.accessToken, {
      to: [
        { orgId, userId: stranger.user.id },
        { orgId, userId: `usr_${'0'.repeat(32)}` },
      ],
    })
    expect(sent.recipients).toBe(0)
    expect(await titlesOf(t, stranger)).toEqual([])
    const all = await send(t, owner.accessToken, { to: [{ orgId }] })
    await execute('UPDATE organisations SET deleted_at = 1 WHERE id = ?', orgId)
    t.deps.principals.forgetAll()
    await t.work()
    expect(await rows('SELECT state, recipients FROM notifications WHERE id = ?', all.id)).toMatchObject([
      { state: 'stopped', recipients: 0 },
    ])
  })

  test('keeps what is hostile as text, and refuses what is not text', async () => {
    const { user, ...reader } = await person(t)
    const title = "<img src=x onerror=alert(1)> {brand} ‮%s '); DROP TABLE users;--"
    const data = { $ref: '#', nested: { constructor: 1, list: [1, null, true] } }
    await send(t, token, { to: [{ userId: user.id }], title, body: title, data })
    expect((await listOf(t, { user, ...reader })).items[0]).toMatchObject({ title, body: title, data })
    for (const wrong of [
      { title: '' },
      { title: ' \u200b ' },
      { title: 'x'.repeat(201) },
      { body: 'x'.repeat(4001) },
      { data: { x: 'y'.repeat(4096) } },
      { data: [] },
      { kind: '*' },
      { kind: 'Billing' },
      { to: [] },
      { to: [{}] },
      { to: [{ userId: user.id, role: 'admin' }] },
      { to: [{ userId: 'usr_1' }] },
      { to: [{ role: 'no-such-role' }] },
      { to: Array.from({ length: 101 }, () => ({ userId: user.id })) },
      { to: Array.from({ length: 21 }, () => ({ orgId: t.deps.random.id('org') })) },
      { from: 'somebody' },
    ]) {
      const refused = await ask(t, token, { to: [{ userId: user.id }], ...wrong })
      expect([refused.status, refused.body.code], JSON.stringify(wrong)).toEqual([422, 'request.invalid'])
      expect(refused.text).not.toContain('no-such-role')
    }
  })
})

describe('who may send', () => {
  test('to an organisation: who has the permission there. A member has not, and a stranger does not learn that it exists', async () => {
    const { orgId, owner, manager, member } = await acme()
    const stranger = await person(t)
    const to = [{ orgId }]
    expect((await ask(t, manager.accessToken, { to })).status).toBe(201)
    expect((await ask(t, token, { to })).status).toBe(201)
    expect(await codeOf(member, { to })).toBe('auth.forbidden')
    expect(await codeOf(stranger, { to })).toBe('org.not_found')
    expect(await codeOf(stranger, { to: [{ orgId: t.deps.random.id('org') }] })).toBe('org.not_found')
    // Beyond the organisation it takes the permission in the instance.
    const other = await acme()
    for (const beyond of [
      [{ orgId }, { userId: stranger.user.id }],
      [{ userId: member.user.id }],
      [{ orgId }, { role: 'user' }],
      [{ orgId }, { orgId: other.orgId }],
    ])
      expect(await codeOf(owner, { to: beyond })).toBe('auth.forbidden')
  })

  test('an API key with that scope, and none without it', async () => {
    const { orgId, owner, member } = await acme()
    const { id } = await makeAccount(t, owner.accessToken, { orgId, roles: ['admin'] })
    const may = await makeKey(t, owner.accessToken, { serviceAccountId: id, scopes: ['notifications:write'] })
    const mayNot = await makeKey(t, owner.accessToken, { serviceAccountId: id, scopes: ['members:read'] })
    await send(t, may.key, { to: [{ orgId }], title: 'By a program' })
    expect((await ask(t, mayNot.key, { to: [{ orgId }] })).status).toBe(403)
    expect((await call(t, `GET /v1/notifications?orgId=${orgId}`, { token: may.key })).status).toBe(403)
    await t.work()
    expect(await titlesOf(t, member)).toEqual(['By a program'])
  })

  test('what was sent is seen by who may read it there, and by nobody else', async () => {
    const { orgId, owner, manager, member } = await acme()
    const { id } = await send(t, owner.accessToken, { to: [{ orgId }] })
    expect((await sentAs(t, manager.accessToken, id)).id).toBe(id)
    const mine = await call<{ items: { id: string }[] }>(t, `GET /v1/notifications?orgId=${orgId}`, {
      token: manager.accessToken,
    })
    expect(mine.body.items.map((item) => item.id)).toEqual([id])
    for (const method of ['GET', 'DELETE'])
      for (const one of [member, await person(t), (await acme()).owner]) {
        const refused = await call(t, `${method} /v1/notifications/${id}`, { token: one.accessToken })
        expect([refused.status, refused.body.code]).toEqual([404, 'notification.not_found'])
      }
    expect((await call(t, `GET /v1/notifications?orgId=${orgId}`, { token: member.accessToken })).status).toBe(403)
    const instance = await call<{ items: { id: string }[] }>(t, 'GET /v1/notifications?limit=100', { token })
    expect(instance.body.items.map((item) => item.id)).not.toContain(id)
    expect((await sentAs(t, manager.accessToken, id)).state).not.toBe('retracted')
  })

  test('an administrator retracts it wherever it was sent; two at once tell of it once', async () => {
    const { orgId, owner, member } = await acme()
    const there = await send(t, owner.accessToken, { to: [{ orgId }] })
    const here = await send(t, token, { to: [{ userId: member.user.id }] })
    for (const { id } of [there, here]) {
      const answers = await Promise.all([1, 2].map(() => call(t, `DELETE /v1/notifications/${id}`, { token })))
      expect(answers.map(({ status }) => status)).toEqual([204, 204])
    }
    const told = await rows(
      `SELECT org_id FROM events WHERE type = 'notification.retracted' AND data ->> '$.notificationId' IN (?, ?) ORDER BY rowid`,
      there.id,
      here.id,
    )
    expect(told.map((row) => row.org_id)).toEqual([orgId, null])
  })

  test('a sender has 20 under way at most; one that has ended makes room', async () => {
    const { orgId, owner } = await acme()
    const sent = await Promise.all(Array.from({ length: 25 }, () => ask(t, owner.accessToken, { to: [{ orgId }] })))
    expect(sent.filter(({ status }) => status === 201)).toHaveLength(20)
    for (const { status, text } of sent) if (status !== 201) expect(text).toContain('notification.too_many_pending')
    // Another sender is not in the way.
    expect((await ask(t, token, { to: [{ orgId }] })).status).toBe(201)
    await t.work()
    expect((await ask(t, owner.accessToken, { to: [{ orgId }] })).status).toBe(201)
    await t.work()
  })

  test('a sender without points is told when to come back', async () => {
    const own = await createTestApp({ env: { RATE_LIMIT: 'on' } })
    const { accessToken, user } = await setUpAdmin(own)
    const to = [{ userId: user.id }]
    for (let taken = 0; taken < 600; taken++) own.deps.limiter.takeHere('notification:account', user.id)
    const refused = await ask(own, accessToken, { to })
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await listOf(own, { accessToken, user } as Session)).items).toEqual([])
    await own.close()
  })
})

describe('the same request with the same key', () => {
  test('at once and later sends one notification', async () => {
    const { user, ...reader } = await person(t)
    const headers = { 'idempotency-key': `send-${user.id}` }
    const to = [{ userId: user.id }]
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(t, token, { to }, headers)))
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'true')).toHaveLength(4)
    expect((await listOf(t, { user, ...reader })).items).toHaveLength(1)
    const other = await ask(t, token, { to, title: 'Another' }, headers)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency.key_reused'])
  })
})

describe('the list of a person', () => {
  test('has pages, a filter, and the count of all that are unread', async () => {
    const reader = await person(t)
    const to = [{ userId: reader.user.id }]
    for (const title of ['1', '2', '3', '4', '5']) await send(t, token, { to, title })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await listOf(t, reader, `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      expect(page.unreadCount).toBe(5)
      seen.push(...page.items.map(({ title }) => title))
      cursor = page.nextCursor
    }
    expect(seen).toEqual(['5', '4', '3', '2', '1'])
    const own = { token: reader.accessToken }
    const [newest, second] = (await listOf(t, reader)).items
    await call(t, `POST /v1/me/notifications/${newest?.id}/read`, own)
    const unread = await listOf(t, reader, '?unread=true&limit=1')
    expect([unread.items[0]?.id, unread.unreadCount]).toEqual([second?.id, 4])
    expect((await call(t, 'GET /v1/me/notifications?cursor=x', own)).status).toBe(422)
  })

  test('all are read up to the one that was seen; what came later stays unread', async () => {
    const reader = await person(t)
    const to = [{ userId: reader.user.id }]
    await send(t, token, { to, title: 'before' })
    const seen = await send(t, token, { to, title: 'seen' })
    await send(t, token, { to, title: 'later' })
    const own = { token: reader.accessToken }
    const read = await call(t, 'POST /v1/me/notifications/read', { ...own, body: { upTo: seen.id } })
    expect(read.body).toEqual({ unreadCount: 1 })
    expect((await listOf(t, reader, '?unread=true')).items.map(({ title }) => title)).toEqual(['later'])
    await call(t, 'POST /v1/me/notifications/read', { ...own, body: {} })
    expect((await call(t, 'GET /v1/me/notifications/unread-count', own)).body).toEqual({ unreadCount: 0 })
  })

  test('a mark that is repeated at once changes nothing the second time, and is one event', async () => {
    const reader = await person(t)
    const { id } = await send(t, token, { to: [{ userId: reader.user.id }] })
    const own = { token: reader.accessToken }
    const marks = await Promise.all(
      Array.from({ length: 5 }, () => call<Notification>(t, `POST /v1/me/notifications/${id}/read`, own)),
    )
    expect(new Set(marks.map(({ status, body }) => `${status} ${body.readAt}`)).size).toBe(1)
    const events = (type: string) => rows('SELECT id FROM events WHERE type = ? AND user_id = ?', type, reader.user.id)
    expect(await events('notification.read')).toHaveLength(1)
    for (let times = 0; times < 2; times++) await call(t, `POST /v1/me/notifications/${id}/unread`, own)
    expect(await events('notification.unread')).toHaveLength(1)
    expect((await listOf(t, reader)).unreadCount).toBe(1)
  })

  test('what was retracted is gone for its recipients, also while it is being sent', async () => {
    const { orgId, owner, member } = await acme()
    const done = await send(t, owner.accessToken, { to: [{ orgId, userId: member.user.id }] })
    const underWay = await send(t, owner.accessToken, { to: [{ orgId }] })
    const own = { token: member.accessToken }
    for (const { id } of [done, underWay])
      for (let times = 0; times < 2; times++)
        expect((await call(t, `DELETE /v1/notifications/${id}`, { token: owner.accessToken })).status).toBe(204)
    await t.work()
    expect(await listOf(t, member)).toMatchObject({ items: [], unreadCount: 0 })
    for (const act of ['', '/read', '/unread'])
      expect((await call(t, `${act === '' ? 'GET' : 'POST'} /v1/me/notifications/${done.id}${act}`, own)).status).toBe(
        404,
      )
    expect(await sentAs(t, owner.accessToken, underWay.id)).toMatchObject({ state: 'retracted', recipients: 0 })
    expect(
      await rows(`SELECT id FROM events WHERE type = 'notification.retracted' AND org_id = ?`, orgId),
    ).toHaveLength(2)
    await runJobs(t.deps, 'sweep-notifications')
    expect(await rows('SELECT id FROM notifications WHERE org_id = ?', orgId)).toEqual([])
  })
})

describe('the choices of a person', () => {
  test('count for each kind, and the default for the others', async () => {
    const reader = await person(t)
    expect(await choose(t, reader, { default: 'off', kinds: { billing: 'in_app', news: 'mail_digest' } })).toEqual({
      default: 'off',
      kinds: { billing: 'in_app', news: 'mail_digest' },
      received: [],
    })
    const to = [{ userId: reader.user.id }]
    for (const kind of ['billing', 'news', 'other']) await send(t, token, { to, kind, title: kind })
    expect(await titlesOf(t, reader)).toEqual(['news', 'billing'])
    const mails = await rows(
      'SELECT n.kind, r.mail_at IS NOT NULL AS mailed FROM notification_recipients AS r JOIN notifications AS n ON n.id = r.notification_id WHERE r.user_id = ? ORDER BY n.kind',
      reader.user.id,
    )
    expect(mails.map(({ kind, mailed }) => [kind, mailed])).toEqual([
      ['billing', 0],
      ['news', 1],
    ])
    const left = await choose(t, reader, { kinds: { billing: null, constructor: 'off' } })
    expect(JSON.stringify(left.kinds)).toBe('{"constructor":"off","news":"mail_digest"}')
    expect(left.received).toEqual(['billing', 'news'])
  })

  test('are 200 at most, and refuse what is no kind', async () => {
    const reader = await person(t)
    const batch = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`kind.${from + at}`, 'off']))
    const patch = (body: object) =>
      call(t, 'PATCH /v1/me/notifications/preferences', { token: reader.accessToken, body })
    for (const from of [0, 100]) await choose(t, reader, { kinds: batch(from, 100) })
    const refused = await patch({ kinds: batch(200, 1) })
    expect([refused.status, refused.body.code]).toEqual([409, 'notification.too_many_preferences'])
    await choose(t, reader, { kinds: { 'kind.0': null, ...batch(200, 1) } })
    const wrong = [
      {},
      { kinds: { '*': 'off' } },
      { kinds: { news: 'sms' } },
      { default: null },
      { kinds: batch(300, 101) },
    ]
    for (const body of [...wrong, { kinds: { __proto__x: 'off' } }]) expect((await patch(body)).status).toBe(422)
    expect((await patch({ kinds: { billing: 'never' } })).text).toContain(
      'Expected one of mail_digest, in_app, off, or null',
    )
  })

  test('of two windows at once are both kept', async () => {
    const reader = await person(t)
    await Promise.all(['a', 'b', 'c', 'd'].map((kind) => choose(t, reader, { kinds: { [kind]: 'off' } })))
    const { body } = await call(t, 'GET /v1/me/notifications/preferences', { token: reader.accessToken })
    expect(body.kinds).toEqual({ a: 'off', b: 'off', c: 'off', d: 'off' })
  })
})

describe('the data of a person', () => {
  test('the export has what they got and chose', async () => {
    const reader = await person(t)
    await choose(t, reader, { kinds: { news: 'off' } })
    const { id } = await send(t, token, { to: [{ userId: reader.user.id }], title: 'Kept', data: { a: 1 } })
    const { body } = await call(t, 'GET /v1/me/export', { token: reader.accessToken })
    expect(body.notifications).toMatchObject([{ id, title: 'Kept', data: { a: 1 }, body: null, readAt: null }])
    expect(body.notificationPreferences).toEqual([{ kind: 'news', delivery: 'off' }])
  })

  test('the deletion of an account takes what was written to that person alone, and nothing that others have', async () => {
    const [leaving, staying] = [await person(t), await person(t)]
    const alone = await send(t, token, { to: [{ userId: leaving.user.id }], title: 'Dear Ada' })
    const both = await send(t, token, { to: [{ userId: leaving.user.id }, { userId: staying.user.id }], title: 'Both' })
    expect((await call(t, 'DELETE /v1/me', { token: leaving.accessToken })).status).toBe(204)
    await t.work()
    const left = await rows('SELECT id FROM notifications WHERE id IN (?, ?)', alone.id, both.id)
    expect(left.map((row) => row.id)).toEqual([both.id])
    expect(await titlesOf(t, staying)).toEqual(['Both'])
    expect(await rows('SELECT 1 FROM notification_recipients WHERE user_id = ?', leaving.user.id)).toEqual([])
  })

  test('what is 90 days old is not shown, and a sweep deletes it', async () => {
    const own = await createTestApp()
    const { accessToken, user } = await setUpAdmin(own)
    await send(own, accessToken, { to: [{ userId: user.id }] })
    await send(own, accessToken, { to: [{ userId: `usr_${'0'.repeat(32)}` }] })
    await own.deps.db.$client.execute({ sql: 'UPDATE notifications SET expires_at = ?', args: [own.clock.now()] })
    expect(await listOf(own, { accessToken, user } as Session)).toMatchObject({ items: [], unreadCount: 0 })
    await runJobs(own.deps, 'sweep-notifications')
    for (const table of ['notifications', 'notification_recipients'])
      expect((await own.deps.db.$client.execute(`SELECT 1 FROM ${table}`)).rows).toEqual([])
    await own.close()
  })
})
