import { afterAll, beforeAll, expect, test } from 'bun:test'
import { parseArgon2id } from '../../../src/lib/phc.ts'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { bunPasswordFunctions } from '../../../src/platform/passwords/passwords.bun.ts'
import { createPasswords } from '../../../src/platform/passwords/passwords.ts'
import { realPasswords } from '../../support/passwords.ts'
import { executeOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let admin: Session
const verified: string[] = []
beforeAll(async () => {
  // A copy: what a test replaces here concerns no other file.
  t = await createTestApp({ deps: { passwords: { ...realPasswords } } })
  const { verify } = t.deps.passwords
  t.deps.passwords.verify = (password, phc) => {
    verified.push(phc)
    return verify(password, phc)
  }
  admin = await setUpAdmin(t)
})
afterAll(() => t.close())

const attempt = (email: string, password: string) => call(t, 'POST /v1/auth/sign-in', { body: { email, password } })
const execute = executeOn(() => t)

/** What an attacker can compare: everything but the request id and the date. */
const visible = ({ status, headers, body }: Awaited<ReturnType<typeof attempt>>) => ({
  status,
  headers: [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'content-length'),
  body: { ...body, requestId: '' },
})

test('sign-in opens a new session each time, for every case of the address', async () => {
  const first = await signUp(t, 'Ada@Example.com')
  const second = await signIn(t, 'ada@example.COM')
  expect(second.user).toEqual(first.user)
  expect(second.refreshToken).not.toBe(first.refreshToken)
  expect((await call(t, 'GET /v1/me', { token: second.accessToken })).status).toBe(200)
})

test('every kind of failure is the same 401, after one hash of the same cost', async () => {
  const disabled = await signUp(t, 'disabled@example.com')
  await signUp(t, 'known@example.com')
  await call(t, 'POST /v1/users', { token: admin.accessToken, body: { email: 'passwordless@example.com' } })
  await call(t, `POST /v1/users/${disabled.user.id}/disable`, { token: admin.accessToken })

  const tries: [string, string][] = [
    ['known@example.com', 'wrong password, wrong'],
    ['unknown@example.com', PASSWORD],
    ['disabled@example.com', PASSWORD],
    ['passwordless@example.com', PASSWORD],
    ['not an address', PASSWORD],
  ]
  verified.length = 0
  const answers = []
  for (const [email, password] of tries) answers.push(visible(await attempt(email, password)))
  for (const answer of answers) expect(answer).toEqual(answers[0] as (typeof answers)[number])
  expect(answers[0]).toMatchObject({ status: 401, body: { code: 'auth.invalid_credentials' } })
  expect(verified).toHaveLength(tries.length)
  const costs = verified.map((phc) => JSON.stringify(parseArgon2id(phc)))
  expect(new Set(costs)).toEqual(new Set([JSON.stringify({ memory: 19_456, time: 2, parallelism: 1 })]))
})

test('a refused sign-in is an event with its reason, and no secret', async () => {
  const { user } = await signUp(t, 'audited@example.com')
  await attempt('audited@example.com', 'canary-password-1234')
  const { rows } = await execute("SELECT * FROM events WHERE user_id = ? AND type = 'auth.failed'", user.id)
  expect(rows[0]).toMatchObject({ result: 'failure', address: '203.0.113.7', data: '{"reason":"wrong_password"}' })
  expect(JSON.stringify(rows)).not.toContain('canary-password')
})

test.each([
  'garbage',
  '$argon2id$v=19$m=19456,t=2,p=1$!!$!!',
  `$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}`,
  '',
])('a stored hash %p counts as a wrong password, is not computed and causes no error', async (hash) => {
  await signUp(t, `corrupt${hash.length}@example.com`)
  await execute('UPDATE users SET password_hash = ? WHERE email = ?', hash, `corrupt${hash.length}@example.com`)
  const { passwords } = t.deps
  const computed: string[] = []
  const counted = Object.entries(bunPasswordFunctions).map(
    ([name, compute]: [string, (...given: never[]) => unknown]) => [
      name,
      (...given: never[]) => {
        computed.push(name) // m=4 GiB would take 17 s
        return compute(...given)
      },
    ],
  )
  t.deps.passwords = createPasswords(Object.fromEntries(counted) as typeof bunPasswordFunctions, {
    concurrency: 1,
    expectedMs: 1,
  })
  const answer = await attempt(`corrupt${hash.length}@example.com`, PASSWORD)
  t.deps.passwords = passwords
  expect(answer.status).toBe(401)
  expect(computed).toEqual([])
})

test('a weak hash is upgraded at sign-in, and both passwords that were never right stay wrong', async () => {
  const { user } = await signUp(t, 'weak@example.com')
  const weak = await Bun.password.hash(PASSWORD, { algorithm: 'argon2id', memoryCost: 4096, timeCost: 1 })
  await execute('UPDATE users SET password_hash = ? WHERE id = ?', weak, user.id)
  await signIn(t, 'weak@example.com')
  const { rows } = await execute('SELECT password_hash FROM users WHERE id = ?', user.id)
  expect(parseArgon2id(String(rows[0]?.password_hash))).toEqual({ memory: 19_456, time: 2, parallelism: 1 })
  expect((await attempt('weak@example.com', 'wrong password, wrong')).status).toBe(401)
  await signIn(t, 'weak@example.com')
})

test('a password changed while it was being verified opens no session', async () => {
  const { user } = await signUp(t, 'race@example.com')
  const { verify } = t.deps.passwords
  t.deps.passwords.verify = async (password, phc) => {
    const matches = await verify(password, phc)
    await execute("UPDATE users SET password_hash = '$changed' WHERE id = ?", user.id)
    return matches
  }
  const answer = await attempt('race@example.com', PASSWORD)
  t.deps.passwords.verify = verify
  expect(answer.status).toBe(401)
  const { rows } = await execute('SELECT count(*) AS n FROM sessions WHERE user_id = ?', user.id)
  expect(rows[0]?.n).toBe(1) // the one of the sign-up
})

test('a password works in any Unicode form of the same keys', async () => {
  const composed = 'contraseña única ñandú'
  await signUp(t, 'unicode@example.com', composed.normalize('NFD'))
  await signIn(t, 'unicode@example.com', composed.normalize('NFC'))
})

test('sign-ins that would wait too long get 503, and all others get the right answer', async () => {
  await signUp(t, 'crowd@example.com')
  const { passwords } = t.deps
  // As on a machine where a hash takes 100 ms, on a clock that stands: of 40 at once the last would wait for two seconds.
  t.deps.passwords = createPasswords(
    bunPasswordFunctions,
    { concurrency: 2, expectedMs: 100 },
    { now: () => 0, after: () => () => {} },
  )
  const answers = await Promise.all(Array.from({ length: 40 }, () => attempt('crowd@example.com', PASSWORD)))
  t.deps.passwords = passwords
  const statuses = Map.groupBy(answers, ({ status }) => status)
  expect([...statuses.keys()].sort()).toEqual([200, 503])
  const busy = statuses.get(503)?.[0]
  expect(busy?.body).toMatchObject({ code: 'server.busy' })
  expect(busy?.headers.get('retry-after')).toBe('1')
  await signIn(t, 'crowd@example.com')
}, 300_000)
