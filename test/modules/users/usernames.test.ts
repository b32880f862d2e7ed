import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { lookalikesText } from '../../../src/build/lookalikes.ts'
import { LOOKALIKES } from '../../../src/modules/users/lookalikes.generated.ts'
import { usernameLetters } from '../../../src/modules/users/username-letters.ts'
import { readUsername, skeletonOf, spellUsername } from '../../../src/modules/users/usernames.ts'
import { call, type ManagedUser, type Session, setUpAdmin, signUp, type User } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
})
afterAll(() => t.close())

let made = 0
const person = () => signUp(t, `named${++made}@example.com`)
const claim = (bearer: string, username: unknown, headers = {}) =>
  call<User & { code: string; errors: unknown }>(t, 'PATCH /v1/me', { token: bearer, body: { username }, headers })
const create = (username: unknown) =>
  call<ManagedUser & { code: string }>(t, 'POST /v1/users', {
    token,
    body: { email: `made${++made}@example.com`, username },
  })

describe('which names are accepted', () => {
  test.each([
    ['Ada', 'ada'],
    ['ada_lovelace-1815.x', 'ada_lovelace-1815.x'],
    ['  ａｄａ２  ', 'ada2'], // full-width, as some input methods type it
    ['4711', '4711'],
    ['Zoë', 'zoë'],
    ['Straße', 'straße'],
    ['ДАРЬЯ', 'дарья'],
    ['Νίκος', 'νίκος'],
    ['田中さん', '田中さん'],
    ['김철수', '김철수'],
    ['अर्जुन', 'अर्जुन'],
    ['ผู้ใช้', 'ผู้ใช้'],
    ['محمد', 'محمد'],
    ['a'.repeat(32), 'a'.repeat(32)],
    ['abc', 'abc'],
  ])('%j is stored as %j', async (typed, stored) => {
    expect((await readUsername(typed)).username).toBe(stored)
  })

  test.each([
    ['two characters', 'ab'],
    ['33 characters', 'a'.repeat(33)],
    ['an address', 'ada@example.com'],
    ['a blank inside', 'ada lovelace'],
    ['two signs', 'ada..l'],
    ['a sign in front', '.ada'],
    ['a sign at the end', 'ada_'],
    ['no letter', '---'],
    ['a path', '../../etc'],
    ['markup', '<b>ada</b>'],
    ['a zero-width space', 'a\u200bda'],
    ['a bidirectional override', '\u202eada'],
    ['a variation selector', 'ada\ufe0f'],
    ['a tag character', 'ada\u{e0061}'],
    ['an emoji', 'ada🦊'],
    ['a combining mark without a base', '\u0301ada'],
    ['marks upon marks', `a${'\u0323\u0301'.repeat(5)}`],
    ['a mark twice', 'กั\u0e31น'],
    ['four marks on one letter', 'ก\u0e34\u0e35\u0e36\u0e37น'],
    ['a capital that no lower case replaces', 'İstanbul'],
    ['Cyrillic in Latin', 'pаypal'],
    ['Greek in Latin', 'gοοgle'],
    ['Latin in Cyrillic', 'дaрья'],
    ['Latin in Han', '田中ada'],
    ['digits of another script', 'ada٣'],
    ['a phonetic letter', 'ɑda'],
    ['a historic script', '𐌀𐌃𐌀'],
    ['mathematical letters of a reserved name', '𝖆𝖉𝖒𝖎𝖓'],
    ['a reserved name', 'Admin'],
    ['a reserved name with a look-alike', 'r00t'],
    ['a reserved name with another look-alike', 'signup'.replace('i', 'ı')],
    ['a reserved name in another script', 'ѕеlf'],
  ])('%s is refused', async (_, username) => {
    const answer = await create(username)
    expect([answer.status, answer.body.code]).toEqual([422, 'user.username_refused'])
    expect(JSON.stringify({ ...answer.body, requestId: '' })).not.toContain(username) // an id may have these letters
  })

  test.each([
    ['an empty text', ''],
    ['a number', 5],
    ['a list', ['ada']],
    ['129 characters', 'a'.repeat(129)],
  ])('%s is not valid', async (_, username) => {
    expect([(await create(username)).body.code]).toEqual(['request.invalid'])
  })

  test('any text is accepted or refused with the reason, and the spelling of a spelling is itself', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom(...usernameLetters().slice(0, 600), 'A', 'İ', 'ß', 'ſ', 'ﬁ', '.', '0'),
        maxLength: 12,
      }),
    )
    await fc.assert(
      fc.asyncProperty(text, async (typed) => {
        const spelled = spellUsername(typed)
        expect(spellUsername(spelled)).toBe(spelled)
        const read = await readUsername(typed).catch((error) => error)
        if (read instanceof Error) return expect((read as { code?: string }).code).toBe('user.username_refused')
        expect(read.username).toBe(spelled)
        expect(read.username).toBe(read.username.normalize('NFC'))
        expect(await readUsername(read.username)).toEqual(read)
      }),
      { numRuns: 400, examples: [['˘'], ['˘a'], ['abc˘']] }, // NFKC makes a space of these
    )
  })
})

describe('which names look alike', () => {
  test.each([
    ['paypal', 'paypaI'.toLowerCase().replace('i', '1')], // one
    ['google', 'g00gle'],
    ['modern', 'modem'],
    ['scope', 'ѕсоре'], // all Cyrillic
    ['ooo', 'οοο'], // all Greek
    ['oxo', 'охо'],
    ['strasse', 'straße'],
    ['istanbul', 'ıstanbul'],
    ['νίκος', 'νίκοσ'],
    ['loop', '1oop'],
    ['ニニニ', '二二二'],
  ])('%s and %s: the second is refused while the first is taken, in either order', async (one, other) => {
    expect(one).not.toBe(other)
    for (const [first, second] of [
      [one, other],
      [other, one],
    ]) {
      const holder = await create(first)
      expect(holder.status).toBe(201)
      const refused = await create(second)
      expect([refused.status, refused.body.code]).toEqual([409, 'user.username_taken'])
      const { accessToken } = await person()
      expect((await claim(accessToken, second)).body.code).toBe('user.username_taken')
      expect((await claim(accessToken, first)).body.code).toBe('user.username_taken')
      await call(t, `PATCH /v1/users/${holder.body.id}`, { token, body: { username: null } })
    }
  })

  test('every letter of the corpus that looks like another one has its skeleton', async () => {
    expect(LOOKALIKES.size).toBeGreaterThan(400)
    for (const [character, prototype] of LOOKALIKES)
      expect(await skeletonOf(character)).toBe(prototype.normalize('NFD').toLowerCase())
    // Single letters of other scripts that imitate a Latin one.
    for (const [letter, imitation] of [
      'aа',
      'oо',
      'cс',
      'eе',
      'pр',
      'xх',
      'yу',
      'iі',
      'jј',
      'sѕ',
      'hһ',
      'oο',
      'oօ',
    ].map((pair) => [...pair]))
      expect(await skeletonOf(`${imitation}`)).toBe(await skeletonOf(`${letter}`))
  })

  test('the table is the one of the library', () => {
    const pairs = [...LOOKALIKES].map(([character, prototype]) => character + prototype).join(' ')
    expect(pairs, 'run `bun run lookalikes`').toBe(lookalikesText())
  })
})

test('two people claim one username, and two that look alike: one of them gets it', async () => {
  for (const names of [
    ['wanted', 'WANTED'],
    ['look10', 'lookl0'],
  ]) {
    const people = await Promise.all(names.map(person))
    const answers = await Promise.all(people.map(({ accessToken }, index) => claim(accessToken, names[index])))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const me = await Promise.all(people.map(({ accessToken }) => call<User>(t, 'GET /v1/me', { token: accessToken })))
    expect(me.filter(({ body }) => body.username !== null)).toHaveLength(1)
  }
})

test('a person keeps, changes and removes the username; the name is free afterwards', async () => {
  const { accessToken, user } = await person()
  expect(user.username).toBeNull()
  expect((await claim(accessToken, 'Grace.Hopper')).body.username).toBe('grace.hopper')
  expect((await claim(accessToken, 'grace.hopper')).status).toBe(200)
  expect((await claim(accessToken, 'grace.h0pper')).body.username).toBe('grace.h0pper') // looks like her own
  expect((await call<User>(t, 'GET /v1/me', { token: accessToken })).body.username).toBe('grace.h0pper')
  expect((await claim(accessToken, null)).body.username).toBeNull()
  const other = await person()
  expect((await claim(other.accessToken, 'grace.hopper')).status).toBe(200)
  await call(t, `DELETE /v1/users/${other.user.id}`, { token })
  expect((await create('grace.hopper')).status).toBe(201)
})

test('the owner is told by mail, and the audit log names the field and not the name', async () => {
  const { accessToken, user } = await person()
  await claim(accessToken, 'canary.early') // a stranger may have signed up with the address
  await t.work()
  expect(t.mails.filter(({ to, subject }) => to === user.email && subject.includes('username'))).toEqual([])
  await call(t, `PATCH /v1/users/${user.id}`, { token, body: { emailVerified: true } })
  await claim(accessToken, 'canary.name')
  await call(t, `PATCH /v1/users/${user.id}`, { token, body: { username: 'canary.other' } })
  await t.work()
  const told = t.mails.filter(({ to, subject }) => to === user.email && subject.includes('username'))
  expect(told).toHaveLength(2)
  expect(JSON.stringify(told)).not.toContain('canary')
  const { rows } = await t.deps.db.$client.execute({
    sql: "SELECT data FROM events WHERE user_id = ? AND type = 'user.updated'",
    args: [user.id],
  })
  expect(rows.map(({ data }) => JSON.parse(String(data)).fields)).toEqual([
    ['username'],
    ['emailVerified'],
    ['username'],
    ['username'],
  ])
  expect(JSON.stringify(rows)).not.toContain('canary')
})

test('a change requires a fresh session, and a refused one changes nothing', async () => {
  const own = await createTestApp()
  try {
    const { refreshToken } = await signUp(own, 'stale@example.com')
    own.clock.advance(11 * 60_000)
    const refreshed = await call<Session>(own, 'POST /v1/auth/refresh', { body: { refreshToken } })
    const change = (body: unknown) => call<User>(own, 'PATCH /v1/me', { token: refreshed.body.accessToken, body })
    for (const body of [{ username: 'stale.name' }, { username: null }, { name: 'X', username: 'stale.name' }]) {
      const { status, body: refused } = await change(body)
      expect([status, refused]).toMatchObject([403, { code: 'auth.fresh_session_required' }])
    }
    expect((await change({ name: 'Y' })).body).toMatchObject({ name: 'Y', username: null })
  } finally {
    await own.close()
  }
})

test('GET /v1/users?username= finds exactly the user with the name, in any case', async () => {
  const { body } = await create('Findable.One')
  const found = async (query: string) =>
    (await call<{ items: User[] }>(t, `GET /v1/users?${query}`, { token })).body.items.map(({ id }) => id)
  expect(await found('username=FINDABLE.one')).toEqual([body.id])
  expect(await found('username=FINDABLE.one&sort=email&status=active&role=user')).toEqual([body.id])
  for (const query of [
    'username=findable',
    'username=findable.0ne',
    'username=findable.one&status=disabled',
    'username=%25',
  ])
    expect(await found(query)).toEqual([])
})

test('an account asks for at most ten usernames in an hour', async () => {
  const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  try {
    const { accessToken } = await signUp(limited, 'asks@example.com')
    const ask = (username: string | null) => call(limited, 'PATCH /v1/me', { token: accessToken, body: { username } })
    for (let index = 0; index < 10; index++) expect((await ask(`name${index}x`)).status).toBe(200)
    const refused = await ask('name10x')
    expect([refused.status, refused.body.code]).toEqual([429, 'request.rate_limited'])
    expect((await call(limited, 'PATCH /v1/me', { token: accessToken, body: { name: 'Free' } })).status).toBe(200)
  } finally {
    await limited.close()
  }
})
