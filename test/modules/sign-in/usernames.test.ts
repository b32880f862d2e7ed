/** Sign-in with a username: the same answers, costs and limits as with the e-mail. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { parseArgon2id } from '../../../src/lib/phc.ts'
import { type Answer, call, PASSWORD, setUpAdmin, signUp } from '../../support/client.ts'
import { realPasswords } from '../../support/passwords.ts'
import { ownerComesByMail } from '../users/support/planter.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

async function newPerson(t: TestApp, email: string, username: string) {
  const { user, accessToken } = await signUp(t, email)
  const named = await call(t, 'PATCH /v1/me', { token: accessToken, body: { username } })
  if (named.status !== 200) throw new Error(named.text)
  return user
}

describe('without limits', () => {
  let t: TestApp
  let admin: string
  const verified: string[] = []
  beforeAll(async () => {
    t = await createTestApp({ deps: { passwords: { ...realPasswords } } })
    const { verify } = t.deps.passwords
    t.deps.passwords.verify = (password, phc) => {
      verified.push(phc)
      return verify(password, phc)
    }
    admin = (await setUpAdmin(t)).accessToken
    await newPerson(t, 'known@example.com', 'known.name')
  })
  afterAll(() => t.close())
  const attempt = (body: Record<string, unknown>) => call(t, 'POST /v1/auth/sign-in', { body })

  test('a username opens a session in every case and form, and the e-mail still does', async () => {
    for (const body of [
      { username: 'known.name' },
      { username: ' Known.NAME ' },
      { username: 'ｋｎｏｗｎ.name' },
      { email: 'known@example.com' },
    ])
      expect((await attempt({ ...body, password: PASSWORD })).status).toBe(200)
  })

  test('every kind of failure is the same 401, after one hash of the same cost', async () => {
    const disabled = await newPerson(t, 'disabled@example.com', 'disabled.name')
    await call(t, `POST /v1/users/${disabled.id}/disable`, { token: admin })
    const body = { email: 'bare@example.com', username: 'passwordless' }
    expect((await call(t, 'POST /v1/users', { token: admin, body })).status).toBe(201)
    const tries = [
      { username: 'known.name', password: 'wrong password, wrong' },
      { username: 'kn0wn.name', password: PASSWORD }, // looks like it, and is another name
      { username: 'unknown.name', password: PASSWORD },
      { username: 'disabled.name', password: PASSWORD },
      { username: 'passwordless', password: PASSWORD },
      { username: 'known@example.com', password: PASSWORD }, // an address is no username
      { email: 'known.name', password: PASSWORD },
      { username: '\u202e', password: PASSWORD },
    ]
    verified.length = 0
    const answers = []
    for (const one of tries) {
      const { status, headers, body } = await attempt(one)
      const shown = [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'content-length')
      answers.push({ status, shown, body: { ...body, requestId: '' } })
    }
    for (const answer of answers) expect(answer).toEqual(answers[0] as (typeof answers)[number])
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'auth.invalid_credentials' } })
    expect(verified).toHaveLength(tries.length)
    const costs = verified.map((phc) => JSON.stringify(parseArgon2id(phc)))
    expect(new Set(costs)).toEqual(new Set([JSON.stringify({ memory: 19_456, time: 2, parallelism: 1 })]))
  })

  test.each([
    ['both names', { email: 'known@example.com', username: 'known.name', password: PASSWORD }],
    ['no name', { password: PASSWORD }],
    ['an empty username', { username: '', password: PASSWORD }],
    ['a username that is not a text', { username: 5, password: PASSWORD }],
    ['null beside the e-mail', { email: 'known@example.com', username: null, password: PASSWORD }],
    ['an unknown field', { username: 'known.name', password: PASSWORD, name: 'x' }],
  ])('%s is 422', async (_, body) => {
    const { status, body: answer } = await attempt(body)
    expect([status, answer.code]).toEqual([422, 'request.invalid'])
  })

  test('a username that was changed or removed opens nothing any more', async () => {
    const { id } = await newPerson(t, 'renamed@example.com', 'first.name')
    await call(t, `PATCH /v1/users/${id}`, { token: admin, body: { username: 'second.name' } })
    expect((await attempt({ username: 'first.name', password: PASSWORD })).status).toBe(401)
    expect((await attempt({ username: 'second.name', password: PASSWORD })).status).toBe(200)
    await call(t, `PATCH /v1/users/${id}`, { token: admin, body: { username: null } })
    expect((await attempt({ username: 'second.name', password: PASSWORD })).status).toBe(401)
  })

  test('a username that a stranger set before the owner came opens nothing afterwards', async () => {
    const email = 'victim@example.com'
    const planted = 'the planter knows this one'
    const { accessToken } = await signUp(t, email, planted)
    await call(t, 'PATCH /v1/me', { token: accessToken, body: { username: 'planted.name' } })
    expect((await attempt({ username: 'planted.name', password: planted })).status).toBe(200)
    await t.work() // so that the mail of the sign-up is not the newest one
    const owner = await ownerComesByMail(t, email)
    expect([owner.status, owner.body.user.username]).toEqual([200, 'planted.name'])
    expect((await attempt({ username: 'planted.name', password: planted })).status).toBe(401)
    const change = { token: owner.body.accessToken, body: { username: null } }
    expect((await call(t, 'PATCH /v1/me', change)).status).toBe(200)
  })

  test('a failure is an event with its reason', async () => {
    await attempt({ username: 'nobody.here', password: 'canary-password-1234' })
    const { rows } = await t.deps.db.$client.execute(
      "SELECT data FROM events WHERE type = 'auth.failed' ORDER BY id DESC LIMIT 1",
    )
    expect(rows.map(({ data }) => data)).toEqual(['{"reason":"unknown_username"}'])
  })
})

describe('the limits of guesses', () => {
  const HOME = '198.51.100.20'
  let t: TestApp
  let hashed = 0
  beforeEach(async () => {
    hashed = 0
    t = await createTestApp({
      env: { RATE_LIMIT: 'on' },
      deps: {
        peerAddress: ({ headers }) => headers.get('test-peer') ?? HOME,
        passwords: {
          hash: async (password) => `plain ${password}`,
          verify: async (password, stored) => {
            hashed++
            return stored === `plain ${password}`
          },
        },
      },
    })
    await newPerson(t, 'ada@example.com', 'ada.l')
  })
  afterEach(() => t.close())

  const attempt = (name: Record<string, string>, password = 'wrong', from = HOME): Promise<Answer> =>
    call(t, 'POST /v1/auth/sign-in', { body: { ...name, password }, headers: { 'test-peer': from } })
  const byName = { username: 'ada.l' }
  const byEmail = { email: 'ada@example.com' }

  test('five guesses a minute at one account from one address, whichever name it is called by', async () => {
    const statuses = []
    for (const name of [
      byName,
      byEmail,
      { username: 'ADA.L' },
      byEmail,
      byName,
      byEmail,
      byName,
      { username: ' ada.l' },
    ])
      statuses.push((await attempt(name)).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
    expect(hashed).toBe(5)
    // The right password does not get through either, and another address is not concerned.
    expect((await attempt(byName, PASSWORD)).status).toBe(429)
    expect((await attempt(byName, PASSWORD, '192.0.2.7')).status).toBe(200)
    t.clock.advance(60_000)
    expect((await attempt(byName, PASSWORD)).status).toBe(200)
  })

  test('a right guess by the username gives the points back', async () => {
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 4; index++) expect((await attempt(byEmail)).status).toBe(401)
      expect((await attempt(byName, PASSWORD)).status).toBe(200)
      await t.settle()
    }
  })

  test('a name without an account is limited alike', async () => {
    const statuses = []
    for (let index = 0; index < 7; index++) statuses.push((await attempt({ username: 'nobody.here' })).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
  })

  test('a text in the place of an e-mail spends no points of a username, so it does not tell who exists', async () => {
    for (const prefix of ['username ', 'USERNAME ', 'ＵＳＥＲＮＡＭＥ '])
      for (const name of ['ada.l', 'nobody.here'])
        for (let index = 0; index < 6; index++) await attempt({ email: `${prefix}${name}` })
    expect((await attempt({ username: 'ada.l' })).status).toBe(401)
    expect((await attempt({ username: 'nobody.here' })).status).toBe(401)
  })

  test('99 guesses a day from all unknown networks together, half of them by each name', async () => {
    const statuses = []
    for (let index = 0; index < 101; index++)
      statuses.push((await attempt(index % 2 ? byName : byEmail, 'wrong', `10.${index}.0.1`)).status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(99)
    expect(statuses.slice(-2)).toEqual([429, 429])
    expect(hashed).toBe(99)
    expect((await attempt(byName, PASSWORD)).status).toBe(200) // the network of the owner
  })

  test('guesses at once count like guesses one after the other', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => attempt(index % 2 ? byName : byEmail)))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5)
    expect(hashed).toBe(5)
  })
})
