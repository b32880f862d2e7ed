/** The link of a mail that ends mails about notifications (RFC 8058). */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { runJobs } from '../../../src/jobs.ts'
import { unsubscribeUrl } from '../../../src/modules/notifications/unsubscribe-link.ts'
import { call, type Session, setUpAdmin, signIn } from '../../support/client.ts'
import { executeOn, rowsOn } from '../../support/sql.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { choose, listOf, person, type Preferences, send } from '../notifications/support/send.ts'

let t: TestApp
let reader: Session
beforeAll(async () => {
  t = await createTestApp()
  await setUpAdmin(t)
})
beforeEach(async () => {
  reader = await person(t)
  await executeOn(() => t)('UPDATE users SET email_verified = 1')
  t.deps.principals.forgetAll()
  await t.work() // the mails of the sign-ups
})
afterAll(() => t.close())
const rows = rowsOn(() => t)

const ONE_CLICK = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })
const pathOf = (url: string): string => url.slice(ORIGIN.length)
const linkOf = async ({ user }: Session) => pathOf(await unsubscribeUrl(t.deps, user.id))
const notify = async (kind = 'general') => {
  const { accessToken } = await signIn(t, 'admin@example.com')
  return send(t, accessToken, { to: [{ userId: reader.user.id }], title: 'News', kind })
}
async function preferences(): Promise<Preferences> {
  const { accessToken: token } = await signIn(t, reader.user.email)
  return (await call<Preferences>(t, 'GET /v1/me/notifications/preferences', { token })).body
}
/** The mails to the reader of this test, after two days in which nobody was here. */
async function mailsLater() {
  const before = t.mails.length
  t.clock.advance(48 * 3_600_000)
  await runJobs(t.deps, 'send-digests')
  await t.work()
  return t.mails.slice(before).filter(({ to, subject }) => to === reader.user.email && subject.includes('unread'))
}
const changesOf = ({ user }: Session) =>
  rows("SELECT actor_id, data FROM events WHERE type = 'notification.preferences_changed' AND user_id = ?", user.id)

test('a mail about notifications names the link, and a POST to it ends these mails alone', async () => {
  await notify()
  const [mail] = await mailsLater()
  const link = mail?.unsubscribe ?? ''
  expect(link).toStartWith(`${ORIGIN}/unsubscribe?token=`)
  expect(mail?.text.split('\n')).toContain(link)
  expect(mail?.html).toContain(`href="${link}"`)
  const done = await call(t, `POST ${pathOf(link)}`, { body: ONE_CLICK })
  expect([done.status, done.headers.get('location'), done.headers.get('set-cookie')]).toEqual([200, null, null])
  expect(done.text).toContain('These mails have ended')
  expect(await preferences()).toMatchObject({ default: 'in_app', kinds: {} })
  const changes = await changesOf(reader)
  expect(changes).toHaveLength(1)
  expect(changes[0]).toMatchObject({ actor_id: null, data: '{"kinds":["*"],"unsubscribed":true}' })
  await notify()
  expect(await mailsLater()).toEqual([])
  const again = await signIn(t, reader.user.email)
  expect((await listOf(t, again)).items).toHaveLength(2)
  // Other mails go on, and have no such link.
  const reset = t.mails.length
  await call(t, 'POST /v1/auth/forgot-password', { body: { email: reader.user.email } })
  await t.work()
  expect(t.mails.slice(reset).map(({ to, unsubscribe }) => [to, unsubscribe])).toEqual([[reader.user.email, undefined]])
})

test('whoever opens the link, such as a scanner of mails, changes nothing', async () => {
  await notify()
  const path = await linkOf(reader)
  for (const method of ['GET', 'HEAD']) expect((await call(t, `${method} ${path}`)).status).toBe(200)
  for (const body of [undefined, new URLSearchParams(), new URLSearchParams({ 'List-Unsubscribe': 'no' })]) {
    const asked = await call(t, `POST ${path}`, { body })
    expect([asked.status, asked.text.includes('Stop these mails')]).toEqual([200, true])
  }
  expect(await preferences()).toMatchObject({ default: 'mail_digest' })
  expect(await changesOf(reader)).toEqual([])
  expect(await mailsLater()).toHaveLength(1)
})

test('the page asks without a script, in the language of the browser, and its form is the same POST', async () => {
  const path = await linkOf(reader)
  const page = await call(t, `GET ${path}`, { headers: { 'accept-language': 'de' } })
  expect(page.text).toContain('Diese E-Mails beenden')
  expect(page.text).not.toContain('<script')
  expect(page.headers.get('cache-control')).toBe('no-store')
  const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1]
  expect(action).toBe(path)
  expect(page.text).toContain('<input type="hidden" name="List-Unsubscribe" value="One-Click"')
})

test('every choice of mails becomes a choice of the app, other choices stay, and a repeat changes nothing', async () => {
  const kinds = { billing: 'mail_digest', news: 'off', chat: 'in_app' } as const
  await choose(t, reader, { default: 'off', kinds })
  await notify('billing') // it waits for its mail
  const path = await linkOf(reader)
  const ask = () => call(t, `POST ${path}`, { body: ONE_CLICK })
  expect((await Promise.all([ask(), ask(), ask()])).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(await preferences()).toMatchObject({ default: 'off', kinds: { ...kinds, billing: 'in_app' } })
  expect(await changesOf(reader)).toHaveLength(2)
  expect(await mailsLater()).toEqual([])
})

const part = (headers: string, value = 'One-Click', eol = '\r\n') => ['--x', headers, '', value, '--x--', ''].join(eol)
const NAMED = 'Content-Disposition: form-data; name="List-Unsubscribe"'
const programs: [string, string][] = [
  ['alone', part(NAMED)],
  ['with a type', part(`${NAMED}\r\nContent-Type: text/plain; charset=UTF-8`)],
  ['after its type', part(`Content-Type: text/plain\r\n${NAMED}`)],
  [
    'with an encoding',
    part(`${NAMED}\r\nContent-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit`),
  ],
  ['with a length', part(`${NAMED}\r\nContent-Length: 9`)],
  ['without quotes', part('Content-Disposition: form-data; name=List-Unsubscribe')],
  ['with a name of a file', part(`${NAMED}; filename="f"`)],
  ['with bare line feeds', part(`${NAMED}\nContent-Type: text/plain`, 'One-Click', '\n')],
]
const postPart = async (body: string) =>
  t.app.handle(
    new Request(`${ORIGIN}${await linkOf(reader)}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    }),
  )

test.each(programs)('the part of a mail program is understood: %s', async (_name, body) => {
  expect((await postPart(body)).status).toBe(200)
  expect(await preferences()).toMatchObject({ default: 'in_app' })
})

test('another part ends nothing, and a hostile one costs no time', async () => {
  for (const body of [
    part(NAMED, 'Two-Clicks'),
    part('Content-Disposition: form-data; name="other"'),
    `List-Unsubscribe${'\r\na'.repeat(5000)}`,
    'List-Unsubscribe\r\n'.repeat(800),
  ]) {
    const answer = await postPart(body)
    expect([answer.status, (await answer.text()).includes('Stop these mails')]).toEqual([200, true])
  }
  expect(await preferences()).toMatchObject({ default: 'mail_digest' })
})

test('a link that is forged, cut, old, or of an account that is gone ends nothing', async () => {
  const path = await linkOf(reader)
  const token = new URLSearchParams(path.split('?')[1]).get('token') ?? ''
  const [, until, mac = ''] = token.split('.')
  const other = await person(t)
  for (const forged of [
    '',
    token.slice(0, -1),
    `${token}x`,
    `${other.user.id}.${until}.${mac}`,
    `${reader.user.id}.${Number(until) + 1}.${mac}`,
    `${reader.user.id}.${until}.${mac.toLowerCase()}`,
    '<script>alert(1)</script>',
    'x'.repeat(4000),
  ]) {
    for (const method of ['GET', 'POST']) {
      const body = method === 'POST' ? ONE_CLICK : undefined
      const refused = await call(t, `${method} /unsubscribe?token=${encodeURIComponent(forged)}`, { body })
      expect([forged.slice(0, 60), refused.status]).toEqual([forged.slice(0, 60), 400])
      expect(refused.text).not.toContain('alert(1)')
    }
  }
  expect(await changesOf(other)).toEqual([])
  await executeOn(() => t)('DELETE FROM users WHERE id = ?', other.user.id)
  expect((await call(t, `POST ${await linkOf(other)}`, { body: ONE_CLICK })).status).toBe(200)
  expect(await changesOf(other)).toEqual([])
  t.clock.advance(365 * 86_400_000 - 1)
  expect((await call(t, `GET ${path}`)).status).toBe(200)
  t.clock.advance(1)
  expect((await call(t, `POST ${path}`, { body: ONE_CLICK })).status).toBe(400)
  expect(await changesOf(reader)).toEqual([])
})

test('a link survives a change of APP_SECRET while the earlier one is known, and ends with it', async () => {
  const before = await unsubscribeUrl(t.deps, reader.user.id)
  const { accountOfLink } = await import('../../../src/modules/notifications/unsubscribe-link.ts')
  const token = new URL(before).searchParams.get('token') ?? ''
  const { config, clock } = t.deps
  const renewed = { ...config, appSecret: 'another secret of more than thirty-two bytes' }
  expect(await accountOfLink({ config: renewed, clock }, token)).toBeUndefined()
  const both = { ...renewed, appSecretPrevious: config.appSecret }
  expect(await accountOfLink({ config: both, clock }, token)).toBe(reader.user.id)
})
