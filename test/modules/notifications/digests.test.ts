/** Mails about unread notifications: to whom, when, how often, and what they say. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { runJobs } from '../../../src/jobs.ts'
import { call, type Session, setUpAdmin } from '../../support/client.ts'
import { executeOn, rowsOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { choose, person, send } from './support/send.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let t: TestApp
let token: string
let reader: Session
beforeEach(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
  reader = await person(t)
  await execute('UPDATE users SET email_verified = 1')
  t.deps.principals.forgetAll()
  await t.work() // the mails of the sign-ups
  t.mails.length = 0
})
afterEach(() => t.close())
const execute = executeOn(() => t)
const rows = rowsOn(() => t)

const notify = (title: string, kind = 'general') => send(t, token, { to: [{ userId: reader.user.id }], title, kind })
/** Lets the time pass, and the jobs run. Returns the new mails. */
async function after(ms: number) {
  const before = t.mails.length
  t.clock.advance(ms)
  await runJobs(t.deps, 'send-digests')
  await t.work()
  return t.mails.slice(before)
}
/** An administrator whose token has expired by then signs in again. */
async function signedInAgain() {
  const body = { email: 'admin@example.com', password: 'correct horse battery staple' }
  token = (await call<Session>(t, 'POST /v1/auth/sign-in', { body })).body.accessToken
}

describe('a digest', () => {
  test('names what is unread, the newest first, to a person who is away', async () => {
    await notify('The first')
    await notify('See https://evil.example <b>now</b>')
    expect(await after(59 * MINUTE)).toEqual([])
    const [mail, ...others] = await after(2 * MINUTE)
    expect(others).toEqual([])
    expect(mail?.to).toBe(reader.user.email)
    const text = mail?.text ?? ''
    expect(text.indexOf('The first')).toBeGreaterThan(text.indexOf('evil'))
    // No mail program makes a link of it, and no markup is left.
    expect(text).not.toContain('https://evil.example')
    expect(mail?.html).not.toContain('<b>now')
    expect(await rows("SELECT user_id, data FROM events WHERE type = 'notification.digest_sent'")).toMatchObject([
      { user_id: reader.user.id, data: '{"count":2}' },
    ])
    expect(await after(48 * HOUR)).toEqual([])
  })

  test('is one in a day at most, with all that came meanwhile', async () => {
    await notify('Monday')
    expect(await after(61 * MINUTE)).toHaveLength(1)
    await signedInAgain()
    for (const title of ['Tuesday 1', 'Tuesday 2']) await notify(title)
    expect(await after(2 * HOUR)).toEqual([])
    const [mail, ...others] = await after(23 * HOUR)
    expect(others).toEqual([])
    expect(mail?.text).toContain('Tuesday 1')
    expect(mail?.text).toContain('Tuesday 2')
    expect(mail?.text).not.toContain('Monday')
  })

  test('names ten, and says how many more there are', async () => {
    for (let n = 1; n <= 13; n++) await notify(`Number ${n}.`)
    const [mail] = await after(61 * MINUTE)
    expect(mail?.text.match(/Number \d+/g)).toHaveLength(10)
    expect(mail?.text).toContain('And 3 more.')
    expect(mail?.text).toContain('Number 13')
  })

  test('is in the language of its reader', async () => {
    const headings = {
      en: 'Unread notifications',
      pt: 'Notificações não lidas',
      de: 'Ungelesene Mitteilungen',
      fr: 'Notifications non lues',
      es: 'Notificaciones sin leer',
      ja: '未読の通知',
    }
    const readers = await Promise.all(Object.keys(headings).map(async (locale) => ({ locale, ...(await person(t)) })))
    for (const { locale, user } of readers)
      await execute('UPDATE users SET email_verified = 1, locale = ? WHERE id = ?', locale, user.id)
    await t.work()
    await send(t, token, { to: readers.map(({ user }) => ({ userId: user.id })) })
    const mails = await after(61 * MINUTE)
    const found = readers.map(({ locale, user }) => {
      const html = mails.find(({ to }) => to === user.email)?.html ?? ''
      return [locale, Object.values(headings).filter((heading) => html.includes(heading))]
    })
    expect(found).toEqual(Object.entries(headings).map(([locale, heading]) => [locale, [heading]]))
  })

  test('of two runs at once is one mail', async () => {
    await notify('Once')
    t.clock.advance(61 * MINUTE)
    await Promise.all(Array.from({ length: 4 }, () => runJobs(t.deps, 'send-digests')))
    await t.work()
    expect(t.mails).toHaveLength(1)
  })

  test('goes to many people in one run', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => person(t)))
    await execute('UPDATE users SET email_verified = 1')
    await t.work()
    await send(t, token, { to: people.map(({ user }) => ({ userId: user.id })) })
    const mails = await after(61 * MINUTE)
    expect(mails.map(({ to }) => to).sort()).toEqual(people.map(({ user }) => user.email).sort())
  })
})

describe('no digest', () => {
  test('for what was read, retracted, or wanted in the app alone', async () => {
    const own = { token: reader.accessToken }
    const read = await notify('read')
    await call(t, `POST /v1/me/notifications/${read.id}/read`, own)
    const retracted = await notify('retracted')
    await call(t, `DELETE /v1/notifications/${retracted.id}`, { token })
    await choose(t, reader, { kinds: { quiet: 'in_app' } })
    await notify('quiet', 'quiet')
    expect(await after(25 * HOUR)).toEqual([])
  })

  test('for what was marked as unread again: the person has seen it', async () => {
    const { id } = await notify('seen')
    for (const mark of ['read', 'unread'])
      await call(t, `POST /v1/me/notifications/${id}/${mark}`, { token: reader.accessToken })
    expect(await after(25 * HOUR)).toEqual([])
  })

  test('while the person is here; one when they have gone', async () => {
    await notify('Hello')
    t.clock.advance(61 * MINUTE)
    await execute('UPDATE sessions SET last_seen_at = ? WHERE user_id = ?', t.clock.now(), reader.user.id)
    expect(await after(0)).toEqual([])
    expect(await after(14 * MINUTE)).toEqual([])
    expect(await after(2 * MINUTE)).toHaveLength(1)
  })

  test('an administrator who uses the account is not the person', async () => {
    await notify('Hello')
    t.clock.advance(61 * MINUTE)
    await execute(
      'UPDATE sessions SET last_seen_at = ?, impersonator_id = ? WHERE user_id = ?',
      t.clock.now(),
      'usr_of_an_administrator',
      reader.user.id,
    )
    expect(await after(0)).toHaveLength(1)
  })

  test.each([
    ['disabled', "status = 'disabled'"],
    ['without a proved address', 'email_verified = 0'],
    ['anonymous', 'anonymous = 1'],
  ])('to an account that is %s', async (_, state) => {
    await notify('Hello')
    await execute(`UPDATE users SET ${state} WHERE id = ?`, reader.user.id)
    expect(await after(61 * MINUTE)).toEqual([])
    // It does not wait either, so no later run looks at it again.
    expect(await rows('SELECT 1 FROM notification_recipients WHERE mail_at IS NOT NULL')).toEqual([])
  })

  test('where NOTIFICATION_DIGEST_MINUTES is 0', async () => {
    const own = await createTestApp({ env: { NOTIFICATION_DIGEST_MINUTES: '0' } })
    const { accessToken, user } = await setUpAdmin(own)
    await own.deps.db.$client.execute('UPDATE users SET email_verified = 1')
    await send(own, accessToken, { to: [{ userId: user.id }] })
    own.clock.advance(48 * HOUR)
    await runJobs(own.deps, 'send-digests')
    await own.work()
    expect(own.mails.filter(({ subject }) => subject.includes('notification'))).toEqual([])
    await own.close()
  })
})
