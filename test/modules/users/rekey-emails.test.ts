/** Accounts of a release that kept domains as they were typed: they get the new key, and accounts that share a mailbox are reported and not merged. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { formerEmailKey } from '../../../src/lib/email.ts'
import { runJobs } from '../../../src/jobs.ts'
import { type Collision, findCollisions } from '../../../src/modules/users/rekey-emails.ts'
import { mayNeedRekeying } from '../../../src/modules/users/rekey-queries.ts'
import { call, PASSWORD, type Session, signUp } from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { deliver, proofFor, requestProof } from '../proofs/support/mail.ts'

const sqldTest = testWith(await hasSqld(), 'sqld (test/parts)')

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const rows = async (sql: string, ...args: (string | number)[]) =>
  (await t.deps.db.$client.execute({ sql, args })).rows.map((row) => ({ ...row }))
const run = async () => (await runJobs(t.deps, 'rekey-emails')).jobs[0]
const keyOf = async (id: string) => (await rows('SELECT email_key FROM users WHERE id = ?', id))[0]?.email_key
const signIn = (email: string) =>
  call<Session & { code?: string }>(t, 'POST /v1/auth/sign-in', { body: { email, password: PASSWORD } })

let people = 0
/** An account as a release before this one made it: the spelling as it was typed, the key without UTS 46. */
async function former(email: string, { verified = false } = {}): Promise<string> {
  const { user } = await signUp(t, `former${people++}@example.com`)
  await deliver(t)
  await rows(
    'UPDATE users SET email = ?, email_key = ?, email_verified = ? WHERE id = ?',
    email,
    formerEmailKey(email),
    verified ? 1 : 0,
    user.id,
  )
  return user.id
}

async function collisions(): Promise<Collision[]> {
  const found = []
  for await (const collision of findCollisions(t.deps)) found.push(collision)
  return found
}

test('an account with an international domain gets the key of its mailbox, and is taken in every spelling', async () => {
  const id = await former('max@müller.example')
  expect((await signIn('max@müller.example')).body.user.id).toBe(id) // before, as well
  expect((await run())?.counts).toEqual({ addresses: 1 })
  expect(await keyOf(id)).toBe('max@xn--mller-kva.example')
  for (const email of ['max@müller.example', 'MAX@XN--MLLER-KVA.example', 'max@mu\u0308ller。example']) {
    expect((await signIn(email)).body.user.id).toBe(id)
    const answer = await call(t, 'POST /v1/auth/sign-up', { body: { email, password: PASSWORD } })
    expect(answer.body.code).toBe('user.email_taken')
  }
  expect(t.logged.filter(({ level }) => level === 'warning')).toEqual([])
  expect(await collisions()).toEqual([])
})

test('two accounts that share a mailbox both stay, sign in as before, get their own mails, and are reported', async () => {
  const plain = await former('max@xn--mller-kva.example')
  const typed = await former('max@müller.example')
  const before = await rows('SELECT * FROM users ORDER BY id')
  expect((await run())?.counts).toEqual({ addresses: 0 })
  expect(await rows('SELECT * FROM users ORDER BY id')).toEqual(before)
  expect((await signIn('max@xn--mller-kva.example')).body.user.id).toBe(plain)
  expect((await signIn('max@müller.example')).body.user.id).toBe(typed)
  const { code } = await requestProof(t, 'email-code', 'max@müller.example')
  const body = { email: 'MAX@müller.example', code }
  expect((await call<Session>(t, 'POST /v1/auth/email-code/verify', { body })).body.user.id).toBe(typed)
  expect(t.logged.filter(({ level }) => level === 'warning').map(({ fields }) => fields)).toEqual([{ accounts: 1 }])
  expect(await collisions()).toEqual([
    { id: typed, email: 'max@müller.example', emailVerified: true, issue: 'shared', otherId: plain },
  ])
})

test('of three accounts, the first gets the key; after its deletion the next one does', async () => {
  const first = await former('eve@bücher.example')
  const second = await former('eve@bü\u034fcher.example')
  const third = await former('eve@Bücher。example')
  await run()
  expect([await keyOf(first), await keyOf(third)]).toEqual(['eve@xn--bcher-kva.example', 'eve@bücher。example'])
  expect((await collisions()).map(({ id, issue, otherId }) => [id, issue, otherId])).toEqual([
    [second, 'refused', first],
    [third, 'shared', first],
  ])
  expect((await signIn('eve@bü\u034fcher.example')).body.user.id).toBe(second)
  await rows('DELETE FROM users WHERE id = ?', first)
  await run()
  expect(await keyOf(third)).toBe('eve@xn--bcher-kva.example')
})

test('an unproved spelling becomes the one that an owner types; a proved one stays and is reported', async () => {
  const squatted = await former('ｏwner@example.com')
  const proved = await former('ｐroved@example.com', { verified: true })
  expect((await run())?.counts).toEqual({ addresses: 1 })
  const spellings = await rows('SELECT email FROM users WHERE id IN (?, ?) ORDER BY id', squatted, proved)
  expect(spellings.map(({ email }) => email)).toEqual(['owner@example.com', 'ｐroved@example.com'])
  expect(await collisions()).toEqual([
    { id: proved, email: 'ｐroved@example.com', emailVerified: true, issue: 'spelling', otherId: null },
  ])
})

test('a link that was sent before stays valid', async () => {
  const id = await former('link@müller.example')
  await rows("UPDATE users SET email_key = 'link@müller.example' WHERE id = ?", id)
  await call(t, 'POST /v1/auth/forgot-password', { body: { email: 'link@müller.example' } })
  const { token } = await proofFor(t, 'link@müller.example')
  await run()
  expect(await keyOf(id)).toBe('link@xn--mller-kva.example')
  const body = { token, password: 'a quiet walk in the rain' }
  expect((await call(t, 'POST /v1/auth/reset-password', { body })).status).toBe(200)
})

sqldTest(
  'beside a remote database it is the same',
  async () => {
    const server = await startSqld()
    try {
      await t.close()
      t = await createTestApp({ env: { DATABASE_URL: server.url } })
      const id = await former('max@müller.example')
      const [plain, typed] = [await former('eve@xn--mller-kva.example'), await former('eve@müller.example')]
      expect((await run())?.counts).toEqual({ addresses: 1 })
      expect(await keyOf(id)).toBe('max@xn--mller-kva.example')
      expect((await collisions()).map(({ id, otherId }) => [id, otherId])).toEqual([[typed, plain]])
    } finally {
      await t.close()
      await server.stop()
      t = await createTestApp()
    }
  },
  300_000,
)

describe('a pass', () => {
  test('is repeated without a change, and looks at none of the accounts in ASCII', async () => {
    await former('max@müller.example')
    await former('ada@example.org')
    await run()
    const before = await rows('SELECT * FROM users ORDER BY id')
    expect((await run())?.counts).toEqual({ addresses: 0 })
    expect(await rows('SELECT * FROM users ORDER BY id')).toEqual(before)
    const { sql } = mayNeedRekeying(t.deps.db, '', 250).toSQL()
    const plan = (await rows(`EXPLAIN QUERY PLAN ${sql}`, '', 250)).map(({ detail }) => String(detail))
    expect(plan).toEqual([expect.stringContaining('USING INDEX users_unicode_email')])
  })

  test('goes through more accounts than a page has', async () => {
    const insert =
      'INSERT INTO users (id, email, email_key, email_verified, name, status, version, created_at, updated_at)'
    await t.deps.db.$client.batch(
      Array.from({ length: 600 }, (_, index) => {
        const email = `many${index}@müller.example`
        const id = `usr_${index.toString(16).padStart(32, '0')}`
        return { sql: `${insert} VALUES (?, ?, ?, 0, '', 'active', 1, 0, 0)`, args: [id, email, formerEmailKey(email)] }
      }),
    )
    expect((await run())?.counts).toEqual({ addresses: 600 })
    const [keyed] = await rows("SELECT count(*) AS n FROM users WHERE email_key LIKE 'many%@xn--mller-kva.example'")
    expect(keyed?.n).toBe(600)
  })

  test('that fails is in the log, and the next one does what is left', async () => {
    const id = await former('max@müller.example')
    const broken = {
      ...t.deps,
      db: new Proxy(t.deps.db, {
        get: () => {
          throw new Error('away')
        },
      }),
    }
    await expect(runJobs(broken, 'rekey-emails')).rejects.toThrow('away')
    expect(t.logged.map(({ message }) => message)).toContain('job failed')
    await run()
    expect(await keyOf(id)).toBe('max@xn--mller-kva.example')
  })
})
