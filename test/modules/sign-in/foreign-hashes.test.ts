/** Users of another system sign in with their old password, and their hash is replaced by ours. */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { needsUpgrade } from '../../../src/lib/phc.ts'
import { call, setUpAdmin, signIn } from '../../support/client.ts'
import { publishedHashes, refusedHashes } from '../../support/foreign-hashes.ts'
import { cheapPasswords, realPasswords } from '../../support/passwords.ts'
import { executeOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'off' }, deps: { passwords: { ...realPasswords } } })
  await setUpAdmin(t)
})
afterEach(() => void Object.assign(t.deps.passwords, realPasswords))
afterAll(() => t.close())

const execute = executeOn(() => t)
const attempt = (email: string, password: string) => call(t, 'POST /v1/auth/sign-in', { body: { email, password } })
const storedHash = async (email: string) =>
  String((await execute('SELECT password_hash FROM users WHERE email = ?', email)).rows[0]?.password_hash)

let people = 0
/** A user whose password was hashed by another system. */
async function newPerson(hash: string): Promise<string> {
  const email = `person${people++}@example.com`
  const id = t.deps.random.id('usr')
  await execute(
    "INSERT INTO users (id, email, email_key, email_verified, name, status, password_hash, version, created_at, updated_at) VALUES (?, ?, ?, 1, '', 'active', ?, 1, 0, 0)",
    id,
    email,
    email,
    hash,
  )
  return email
}

test.each(publishedHashes)(
  'a hash of $from ($made) opens a session once and is then replaced by our own hash',
  async ({ password, hash, made }) => {
    // The functions of other systems are the real ones here too, and ours is cheap.
    Object.assign(t.deps.passwords, cheapPasswords)
    const email = await newPerson(hash)
    expect((await attempt(email, `x${password}`)).status).toBe(401)
    expect(await storedHash(email)).toBe(hash)

    await signIn(t, email, password)
    const after = await storedHash(email)
    // An argon2id that is no weaker than ours stays, unless a name of another system stands before it.
    if (made === 'argon2id' && hash.startsWith('$')) expect(after).toBe(hash)
    else {
      expect(after).not.toBe(hash)
      expect(needsUpgrade(after)).toBeFalse()
    }
    await signIn(t, email, password)
    expect(await storedHash(email)).toBe(after)
    expect((await attempt(email, `x${password}`)).status).toBe(401)
  },
  300_000,
)

test.each(refusedHashes)(
  'a stored hash of $what is a wrong password: 401, and nothing is replaced',
  async ({ hash }) => {
    Object.assign(t.deps.passwords, cheapPasswords)
    const email = await newPerson(hash)
    const answer = await attempt(email, 'my password')
    expect(answer.status).toBe(401)
    expect(answer.body.code).toBe('auth.invalid_credentials')
    expect(await storedHash(email)).toBe(hash)
  },
)

test('the part of a password that bcrypt cut off counts from the first sign-in on', async () => {
  const long = `${'a'.repeat(72)} and more`
  const email = await newPerson(await Bun.password.hash('a'.repeat(72), { algorithm: 'bcrypt', cost: 4 }))
  await signIn(t, email, long)
  expect((await attempt(email, 'a'.repeat(72))).status).toBe(401)
  await signIn(t, email, long)
})

test('a password with accents, hashed as it was typed there, works in both forms afterwards', async () => {
  const [composed, decomposed] = ['contraseña única', 'contraseña única'.normalize('NFD')]
  const email = await newPerson(await Bun.password.hash(decomposed, { algorithm: 'bcrypt', cost: 4 }))
  expect((await attempt(email, composed)).status).toBe(401) // docs/import.md
  await signIn(t, email, decomposed)
  await signIn(t, email, composed)
  await signIn(t, email, decomposed)
})

test('50 sign-ins at once with one foreign hash all succeed or get 503, and the hash is replaced once', async () => {
  const password = 'the old password'
  const hash = await Bun.password.hash(password, { algorithm: 'bcrypt', cost: 4 })
  const email = await newPerson(hash)
  const replaced: string[] = []
  const seen = t.deps.db.$client.batch.bind(t.deps.db.$client)
  t.deps.db.$client.batch = async (...given: Parameters<typeof seen>) => {
    const before = await storedHash(email)
    const results = await seen(...given)
    const after = await storedHash(email)
    if (before === hash && after !== hash) replaced.push(after)
    return results
  }
  const answers = await Promise.all(Array.from({ length: 50 }, () => attempt(email, password)))
  t.deps.db.$client.batch = seen
  const statuses = answers.map(({ status }) => status)
  expect([...new Set(statuses)].filter((status) => status !== 200 && status !== 503)).toEqual([])
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0)
  const after = await storedHash(email)
  expect(needsUpgrade(after)).toBeFalse()
  expect(new Set(replaced)).toEqual(new Set([after])) // only the first replacement was stored
  const { rows } = await execute(
    'SELECT count(*) AS n FROM sessions JOIN users ON users.id = sessions.user_id WHERE users.email = ?',
    email,
  )
  expect(rows[0]?.n).toBe(statuses.filter((status) => status === 200).length)
  await signIn(t, email, password)
}, 300_000)

test('a password changed while a foreign hash was being verified opens no session', async () => {
  const email = await newPerson(await Bun.password.hash('the old password', { algorithm: 'bcrypt', cost: 4 }))
  const changed = await t.deps.passwords.hash('the new password')
  const { verify } = t.deps.passwords
  t.deps.passwords.verify = async (password, stored) => {
    const matches = await verify(password, stored)
    await execute('UPDATE users SET password_hash = ? WHERE email = ?', changed, email)
    return matches
  }
  const answer = await attempt(email, 'the old password')
  t.deps.passwords.verify = verify
  expect(answer.status).toBe(401)
  expect(await storedHash(email)).toBe(changed)
  const { rows } = await execute(
    'SELECT count(*) AS n FROM sessions JOIN users ON users.id = sessions.user_id WHERE users.email = ?',
    email,
  )
  expect(rows[0]?.n).toBe(0)
})
