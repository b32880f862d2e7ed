/** One mailbox is one account, in every spelling and on every route. A text that only looks like an address is refused (UTS 46, UTR 36). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { emailKey, readEmail } from '../../../src/lib/email.ts'
import { runOperation } from '../../../src/operator/operations.ts'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { openBrowser } from '../providers/support/browser.ts'
import { type FakeProvider, startFakeProvider } from '../providers/support/fake-provider.ts'
import { createWorld, outcomeOf, START } from '../providers/support/world.ts'
import { deliver, proofFor } from '../proofs/support/mail.ts'

let fake: FakeProvider
let t: TestApp
let admin: string
beforeAll(async () => {
  fake = await startFakeProvider()
  t = await createWorld(fake.issuer)
  admin = (await setUpAdmin(t)).accessToken
})
afterAll(async () => {
  await t.close()
  fake.stop()
})

/** Has both: a domain beyond ASCII, and an accent in the local part. */
const STORED = 'Zoë.x+a@Bücher.example'
const KEY = 'zoë.x+a@xn--bcher-kva.example'

/** Ways to write the same mailbox down, one on top of the other. */
const spellings: Record<string, (email: string) => string> = {
  capitals: (email) => email.toUpperCase(),
  small: (email) => email.toLowerCase(),
  decomposed: (email) => email.normalize('NFD'),
  composed: (email) => email.normalize('NFC'),
  'full-width': (email) =>
    email.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)),
  'ideographic stops': (email) => email.replace(/(?<=@.*)\./, '\u3002'),
  Punycode: (email) => email.replace(/@b(?:ü|u\u0308)cher/i, '@XN--Bcher-kva'),
  blanks: (email) => `\u3000\t ${email}\u00a0\r\n`,
}
const spelled = fc
  .array(fc.constantFrom(...Object.values(spellings)), { maxLength: 5 })
  .map((ways) => ways.reduce((email, write) => write(email), STORED))

describe('the key', () => {
  test('is the same for every spelling, and the key of a key is the key', () => {
    fc.assert(
      fc.property(spelled, (email) => {
        expect(emailKey(email)).toBe(KEY)
        expect(emailKey(readEmail(email))).toBe(KEY)
        expect(readEmail(readEmail(email))).toBe(readEmail(email))
      }),
      { numRuns: 500 },
    )
    expect(emailKey(KEY)).toBe(KEY)
  })

  test('of any text is the key of itself, and no text fails', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
    const address = fc.tuple(text, text).map(([local, domain]) => `${local}@${domain}.example`)
    fc.assert(
      fc.property(fc.oneof(text, address, fc.emailAddress()), (email) => {
        expect(emailKey(emailKey(email))).toBe(emailKey(email))
      }),
      { numRuns: 3000 },
    )
  })

  test('keeps apart what mail keeps apart', () => {
    const apart = ['straße@x.example', 'strasse@x.example', 'a.b@x.example', 'ab@x.example', 'ab+t@x.example']
    apart.push('a@straße.example', 'a@strasse.example', 'a@b-c.example', 'a@bc.example')
    expect(new Set(apart.map(emailKey)).size).toBe(apart.length)
  })
})

const signUpWith = (email: string) => call(t, 'POST /v1/auth/sign-up', { body: { email, password: PASSWORD } })
const signInWith = (email: string) => call<Session>(t, 'POST /v1/auth/sign-in', { body: { email, password: PASSWORD } })
const importWith = (email: string) =>
  call<{ items: { status: string; id?: string; errors?: { path: string }[] }[] }>(t, 'POST /v1/users/import', {
    token: admin,
    body: { users: [{ email }] },
  })
const createWith = (email: string) => call(t, 'POST /v1/users', { token: admin, body: { email } })

async function byCommand(name: 'users.create' | 'users.set-status', input: unknown): Promise<unknown> {
  try {
    for await (const reply of runOperation(t.deps, name, input)) if ('item' in reply) return reply.item
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}

async function byProvider(email: string): Promise<string> {
  fake.lies = { claims: { sub: `sub-${crypto.randomUUID()}`, email, email_verified: true } }
  return outcomeOf(await openBrowser(t).go(START))
}

const users = async () =>
  (await t.deps.db.$client.execute("SELECT id, email, email_key FROM users WHERE email_key LIKE 'zoë%'")).rows

describe('the account', () => {
  let id: string
  beforeEach(async () => {
    await t.deps.db.$client.execute("DELETE FROM users WHERE email_key LIKE 'zoë%'")
    id = (await signUp(t, STORED)).user.id
    await deliver(t)
  })

  test('is found, and counts as taken, in every spelling on every route', async () => {
    await fc.assert(
      fc.asyncProperty(spelled, async (email) => {
        expect((await signUpWith(email)).body.code, JSON.stringify(email)).toBe('user.email_taken')
        expect((await signInWith(email)).body.user.id).toBe(id)
        const [row] = (await importWith(email)).body.items
        expect([row?.status, row?.id]).toEqual(['exists', id])
        expect((await createWith(email)).body.code).toBe('user.email_taken')
        expect(await byCommand('users.create', { email, generatePassword: true })).toBe('user.email_taken')
        expect(await byCommand('users.set-status', { user: email, status: 'active' })).toMatchObject({ id })
        expect(await byProvider(email)).toBe('identity.email_in_use')
        const found = await call<{ items: { id: string }[] }>(t, `GET /v1/users?q=${encodeURIComponent(email)}`, {
          token: admin,
        })
        expect(found.body.items.map((user) => user.id)).toEqual([id])
        expect(await users()).toHaveLength(1)
      }),
      { numRuns: 12, examples: [[STORED], [KEY]] },
    )
  }, 300_000)

  test('gets its mails in every spelling, at the one that is stored, and takes the code with any other', async () => {
    const later = await createTestApp()
    try {
      const { user } = await signUp(later, STORED)
      await deliver(later)
      for (const [index, write] of Object.values(spellings).entries()) {
        later.clock.advance(2 * 3_600_000)
        expect((await call(later, 'POST /v1/auth/email-code', { body: { email: write(STORED) } })).status).toBe(202)
        const { code } = await proofFor(later, STORED)
        const another = Object.values(spellings).at(-1 - index) ?? write
        const body = { email: another(STORED), code }
        const answer = await call<Session>(later, 'POST /v1/auth/email-code/verify', { body })
        expect(answer.body.user?.id, another(STORED)).toBe(user.id)
      }
    } finally {
      await later.close()
    }
  })

  test('cannot become the address of another account, in any spelling', async () => {
    const { accessToken: token } = await signUp(t, `mover-${crypto.randomUUID()}@example.com`)
    await deliver(t)
    for (const write of Object.values(spellings)) {
      const moved = await call(t, 'POST /v1/me/email', { token, body: { email: write(STORED) } })
      expect(moved.status).toBe(202)
      expect(await deliver(t)).toEqual([])
    }
    const anonymous = await call<Session>(t, 'POST /v1/auth/anonymous', { body: {} })
    const body = { email: spellings['full-width']?.(STORED), password: PASSWORD }
    const upgraded = await call(t, 'POST /v1/me/upgrade', { token: anonymous.body.accessToken, body })
    expect(upgraded.body.code).toBe('user.email_taken')
  })

  test('counts the guesses of all spellings together', async () => {
    const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
    try {
      const statuses: number[] = []
      for (const write of Object.values(spellings).slice(0, 6)) {
        const body = { email: write(STORED), password: 'wrong wrong wrong' }
        statuses.push((await call(limited, 'POST /v1/auth/sign-in', { body })).status)
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    } finally {
      await limited.close()
    }
  })
})

describe('a stranger who signs up in another form of the characters', () => {
  test('does not occupy the address: the mail goes to the mailbox that the owner types', async () => {
    const squatted = await signUpWith('ｖictim@mail.example')
    expect(squatted.status).toBe(201)
    expect((squatted.body as { user: { email: string } }).user.email).toBe('victim@mail.example')
    await call(t, 'POST /v1/auth/forgot-password', { body: { email: 'victim@mail.example' } })
    expect(new Set((await deliver(t)).map(({ to }) => to))).toEqual(new Set(['victim@mail.example']))
  })

  test('squatted nothing before either: an unproved spelling of an earlier release is not written to', async () => {
    await signUp(t, 'owner@mail.example')
    await deliver(t)
    await t.deps.db.$client.execute(
      "UPDATE users SET email = 'ｏwner@mail.example' WHERE email_key = 'owner@mail.example'",
    )
    await call(t, 'POST /v1/auth/forgot-password', { body: { email: 'owner@mail.example' } })
    expect((await deliver(t)).map(({ to }) => to)).toEqual(['owner@mail.example'])
  })
})

/** With what no reader sees, or sees as something else. */
const hostile: string[] = [
  ...['\u200b', '\u00ad', '\u2060', '\u034f', '\u115f', '\u3164', '\ufe0f', '\u{e0061}', '\u{e0100}', '\u180e'],
  ...['\u202e', '\u2066', '\u200e', '\u061c', '\u0001', '\u007f', '\u0085', '\u2028', '\ufffd', '\ufffc', '\ufffe'],
  ...['\u{1fffe}', '\ue000', '\u{f0000}', '\u0378', '\u{e0fff}', '\u200c', '\u200d', '\u2800'],
].flatMap((character) => [`vi${character}ctim@example.com`, `victim@exa${character}mple.com`])
hostile.push(
  'x@anonymous.invalid',
  'x@ａnonymous.invalid',
  'x@ANONYMOUS。invalid',
  'x@anonymous.invalid.',
  'x@anonymous.\u00adinvalid',
  'x@xn--anonymous-.invalid',
  'a@1.2.3',
  'a@0x7f.1',
  'a@127.0.0.1',
  'a@[127.0.0.1]',
  'a@b.c%6fm',
  'a@b％2e.com',
  'a@example.com.',
  'a@example。',
  'a@.example.com',
  'a@b..example.com',
  'a@b／c.example.com',
  'a@b：80.example.com',
  'a﹫b@example.com',
  'a（b@example.com',
  'a\u00a8b@example.com',
  '\u0301a@example.com',
  'a@\u0301b.example.com',
  'a@xn--a.example.com',
  'a@xn--.example.com',
  'a@xn--1ug.example.com',
  `a@${'ü'.repeat(60)}.example.com`,
  `a@${'b'.repeat(64)}.com`,
  `${'a'.repeat(65)}@example.com`,
  `a@${'üü.'.repeat(40)}example.com`,
)

describe('what only looks like an address', () => {
  test.each(hostile)('%j is refused on every route, with a message that does not repeat it', async (email) => {
    const before = await t.deps.db.$client.execute('SELECT count(*) AS n FROM users')
    const { accessToken: token } = await signIn(t, 'admin@example.com')
    const bodies: [string, Record<string, unknown>][] = [
      ['POST /v1/auth/sign-up', { email, password: PASSWORD }],
      ['POST /v1/auth/passkey/sign-up/options', { email }],
      ['POST /v1/users', { email }],
      ['POST /v1/me/email', { email }],
      ['POST /v1/setup', { token: 'x', email, password: PASSWORD, name: '' }],
    ]
    for (const [door, body] of bodies) {
      const answer = await call<{ code: string; errors: { path: string; message: string }[] }>(t, door, { token, body })
      expect([door, answer.status, answer.body.errors?.map(({ path }) => path)]).toEqual([door, 422, ['/email']])
      expect(answer.body.errors[0]?.message).toMatch(/^[A-Z][\w ,.:@()-]+$/)
      expect(answer.text).not.toContain(email)
    }
    const [row] = (await importWith(email)).body.items
    expect([row?.status, row?.errors?.map(({ path }) => path)]).toEqual(['refused', ['/email']])
    expect(await byCommand('users.create', { email, generatePassword: true })).toBe('request.invalid')
    expect((await signInWith(email)).body).toMatchObject({ code: 'auth.invalid_credentials' })
    const after = await t.deps.db.$client.execute('SELECT count(*) AS n FROM users')
    expect(after.rows).toEqual(before.rows)
  })

  test.each(['x@ａnonymous.invalid', 'vi\u200bctim@example.com', 'a@127.0.0.1'])(
    '%j from a provider is no e-mail',
    async (email) => {
      expect(await byProvider(email)).toBe('identity.email_unverified')
    },
  )
})
