/** Known devices, and the mail to the owner of an account that was signed in to with another one (security.md 21). */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { runJobs } from '../../../src/jobs.ts'
import { call, PASSWORD, setUpAdmin } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

setDefaultTimeout(300_000) // many password hashes, on a machine that runs other tests too

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'
const HOME = '203.0.113.7'
const DAY = 86_400_000

let t: TestApp
let address = HOME
let n = 0
beforeEach(async () => {
  address = HOME
  t = await createTestApp({ deps: { peerAddress: () => address } })
  await setUpAdmin(t)
})
afterEach(() => t.close())

interface From {
  from?: string
  with?: string
  password?: string
  useCookie?: boolean
}

const signInFrom = async (
  email: string,
  { from = HOME, with: agent = FIREFOX, password = PASSWORD, useCookie }: From,
) => {
  address = from
  const body = { email, password, ...(useCookie === undefined ? {} : { useCookie }) }
  return call(t, 'POST /v1/auth/sign-in', { body, headers: { 'user-agent': agent, origin: ORIGIN } })
}

/** A user who signed up at home with Firefox. */
async function newcomer(): Promise<string> {
  const email = `device${n++}@example.com`
  const body = { email, password: PASSWORD }
  await call(t, 'POST /v1/auth/sign-up', { body, headers: { 'user-agent': FIREFOX } })
  return email
}

const noticesTo = async (email: string) => {
  await t.work()
  return t.mails.filter(({ to, subject }) => to === email && /new sign-in/i.test(subject))
}
const devicesOf = async (email: string) =>
  (
    await t.deps.db.$client.execute({
      sql: 'SELECT device, network FROM known_devices WHERE user_id = (SELECT id FROM users WHERE email = ?) ORDER BY first_seen_at, device, network',
      args: [email],
    })
  ).rows.map(({ device, network }) => `${device} ${network}`)

test('the first device of an account is known without a notice, and so is what is known already', async () => {
  const email = await newcomer()
  for (let time = 0; time < 3; time++) expect((await signInFrom(email, {})).status).toBe(200)
  expect((await signInFrom(email, { from: '203.0.113.200' })).status).toBe(200) // the same network
  expect(await noticesTo(email)).toEqual([])
  expect(await devicesOf(email)).toEqual(['Firefox on Linux 203.0.113.0/24'])
})

test('a sign-in from another network or device sends one mail with its device and address', async () => {
  const email = await newcomer()
  await signInFrom(email, { from: '198.51.100.9' })
  const [moved, ...more] = await noticesTo(email)
  expect(more).toEqual([])
  expect(moved?.text).toContain('Firefox on Linux')
  expect(moved?.text).toContain('198.51.100.9')
  await signInFrom(email, { from: '198.51.100.9' })
  await signInFrom(email, { from: '198.51.100.77' })
  expect(await noticesTo(email)).toHaveLength(1)
  await signInFrom(email, { with: CHROME, useCookie: true })
  expect((await noticesTo(email)).at(-1)?.text).toContain('Chrome on Windows')
  await signInFrom(email, { from: '2001:db8:0:1::1' })
  await signInFrom(email, { from: '2001:db8:0:1:ffff::2' }) // the same household
  expect(await noticesTo(email)).toHaveLength(3)
  expect(await devicesOf(email)).toHaveLength(4)
})

test('every sign-in method records the device and sends a mail for a new one', async () => {
  const email = await newcomer()
  expect(await devicesOf('admin@example.com')).toHaveLength(1) // by set-up
  const { accessToken: token } = (await signInFrom(email, {})).body
  address = '198.51.100.9'
  await call(t, 'POST /v1/auth/step-up', { token: String(token), body: { password: PASSWORD } })
  expect(await noticesTo(email)).toHaveLength(1)
  await call(t, 'POST /v1/auth/email-code', { body: { email } })
  await t.work()
  const code = /\b\d{6}\b/.exec(t.mails.findLast(({ to }) => to === email)?.text ?? '')?.[0]
  address = '192.0.2.44'
  const answer = await call(t, 'POST /v1/auth/email-code/verify', { body: { email, code } })
  expect(answer.status, answer.text).toBe(200)
  expect((await noticesTo(email)).at(-1)?.text).toContain('192.0.2.44')
  expect(await devicesOf(email)).toHaveLength(3)
})

test('a wrong password does not make a device known and sends no mail; a later sign-in from there sends one', async () => {
  const email = await newcomer()
  expect((await signInFrom(email, { from: '198.51.100.9', password: 'wrong password, wrong' })).status).toBe(401)
  expect(await noticesTo(email)).toEqual([])
  expect(await devicesOf(email)).toHaveLength(1)
  await signInFrom(email, { from: '198.51.100.9' })
  expect(await noticesTo(email)).toHaveLength(1)
})

test('a device that one account knows is new for another account', async () => {
  const [one, two] = [await newcomer(), await newcomer()]
  await signInFrom(one, { from: '198.51.100.9' })
  await signInFrom(two, { from: '198.51.100.9' })
  expect([(await noticesTo(one)).length, (await noticesTo(two)).length]).toEqual([1, 1])
})

test('ten sign-ins at once from a new network send one notice', async () => {
  const email = await newcomer()
  address = '198.51.100.9'
  const body = { email, password: PASSWORD }
  const headers = { 'user-agent': FIREFOX }
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => call(t, 'POST /v1/auth/sign-in', { body, headers })),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(await noticesTo(email)).toHaveLength(1)
})

test('sign-ins from many networks send at most 5 notices a day', async () => {
  const email = await newcomer()
  t.clock.advance(DAY + 1)
  for (let net = 1; net <= 9; net++) expect((await signInFrom(email, { from: `198.18.${net}.1` })).status).toBe(200)
  expect(await noticesTo(email)).toHaveLength(5)
  expect(await devicesOf(email)).toHaveLength(10)
  t.clock.advance(DAY + 1)
  await signInFrom(email, { from: '198.18.9.1' }) // came while no notices were sent, and is known all the same
  await signInFrom(email, { from: '198.18.10.1' })
  expect(await noticesTo(email)).toHaveLength(6)
})

test('a hostile User-Agent writes nothing into the mail', async () => {
  const email = await newcomer()
  await signInFrom(email, { with: 'Your account is closed, call +1 900 555/1.0 (<b>now</b>) Subject: x' })
  const [mail] = await noticesTo(email)
  expect(mail?.text).toContain('Unknown device')
  for (const part of [mail?.subject, mail?.text, mail?.html]) expect(part).not.toMatch(/900|closed|<b>now/)
})

test('without an address the mail says that it is unknown', async () => {
  const email = await newcomer()
  address = 'not an address'
  await call(t, 'POST /v1/auth/sign-in', { body: { email, password: PASSWORD }, headers: { 'user-agent': FIREFOX } })
  expect((await noticesTo(email))[0]?.text).toContain('unknown')
  expect(await devicesOf(email)).toContain('Firefox on Linux unknown')
})

test('an account from before devices were known is not told of its first one', async () => {
  const email = await newcomer()
  await t.deps.db.$client.execute('DELETE FROM known_devices')
  await signInFrom(email, { from: '198.51.100.9' })
  expect(await noticesTo(email)).toEqual([])
  await signInFrom(email, {})
  expect(await noticesTo(email)).toHaveLength(1)
})

test('an account whose devices were deleted after long inactivity gets a notice', async () => {
  const email = await newcomer()
  t.clock.advance(181 * DAY)
  await runJobs(t.deps, 'sweep-devices')
  expect(await devicesOf(email)).toEqual([])
  await signInFrom(email, { from: '198.51.100.9' })
  expect(await noticesTo(email)).toHaveLength(1)
})

test('a sign-in that queues no mail wakes no worker, and one that does wakes it once', async () => {
  const email = await newcomer()
  const { wake } = t.deps.queue
  let woken = 0
  t.deps.queue.wake = () => void woken++
  for (let time = 0; time < 3; time++) await signInFrom(email, {})
  expect(woken).toBe(0)
  await signInFrom(email, { from: '198.51.100.9' })
  expect(woken).toBe(1)
  t.deps.queue.wake = wake
})

test('without a session no notice is queued', async () => {
  const email = await newcomer()
  const { verify } = t.deps.passwords
  t.deps.passwords.verify = async (password, phc) => {
    const matches = await verify(password, phc)
    await t.deps.db.$client.execute({
      sql: "UPDATE users SET password_hash = '$changed' WHERE email = ?",
      args: [email],
    })
    return matches
  }
  const answer = await signInFrom(email, { from: '198.51.100.9' })
  t.deps.passwords.verify = verify
  expect(answer.status).toBe(401)
  expect(await noticesTo(email)).toEqual([])
  expect(await devicesOf(email)).toHaveLength(1)
})
