/** OpenID Connect Core §3.1.2 and OAuth 2.1 §4.1.1: from the request of a client to its code. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  type ClientRow,
  makeClient,
  makeGrant,
  makePerson,
  payloadOf,
  type Person,
  redeem,
} from '../token/support/oauth.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import {
  answerTo,
  authorize,
  decideOn,
  fieldsOf,
  leadsTo,
  REDIRECT,
  request,
  returnPath,
  textOf,
  visit,
} from './support/browser.ts'

let t: TestApp
let client: ClientRow
let person: Person
beforeEach(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  client = await makeClient(t)
  person = await makePerson(t)
})
afterEach(() => t.close())

describe('a request of a person who is signed in', () => {
  test('asks for consent once, and then gives a code that can be redeemed', async () => {
    const first = await authorize(t, client, {}, person.cookie)
    expect(leadsTo(first)).toBe('/oauth/consent')
    const allowed = await decideOn(t, first, 'allow', person.cookie)
    expect(allowed.status).toBe(303)
    const { code = '', state, iss } = answerTo(allowed)
    expect({ state, iss }).toEqual({ state: 'a-state', iss: ORIGIN })
    const tokens = await redeem(t, client, code)
    expect(tokens.status).toBe(200)
    expect(payloadOf(tokens.body.id_token)).toMatchObject({ nonce: 'a-nonce', sub: person.userId, aud: client.id })

    const second = await authorize(t, client, {}, person.cookie)
    expect(second.status).toBe(302)
    expect((await redeem(t, client, answerTo(second).code ?? '')).status).toBe(200)
  })

  test('of a first-party client gets a code at once, and the grant is remembered', async () => {
    const own = await makeClient(t, { first_party: 1 })
    const answer = answerTo(await authorize(t, own, { prompt: 'none' }, person.cookie))
    expect((await redeem(t, own, answer.code ?? '')).status).toBe(200)
    const { rows } = await t.deps.db.$client.execute({
      sql: 'SELECT scopes FROM grants WHERE client_id = ?',
      args: [own.id],
    })
    expect(rows.map(({ scopes }) => scopes)).toEqual([JSON.stringify({ [ORIGIN]: ['openid'] })])
  })

  test('that they deny is answered with access_denied, and nothing is remembered', async () => {
    const denied = await decideOn(t, await authorize(t, client, {}, person.cookie), 'deny', person.cookie)
    expect(answerTo(denied)).toMatchObject({ error: 'access_denied', state: 'a-state', iss: ORIGIN })
    const { rows } = await t.deps.db.$client.execute('SELECT count(*) AS found FROM grants')
    expect(rows[0]?.found).toBe(0)
    const events = await t.deps.db.$client.execute(`SELECT type, user_id FROM events WHERE type LIKE 'grant.%'`)
    expect(events.rows.map(({ type, user_id }) => [type, user_id])).toEqual([['grant.refused', person.userId]])
  })

  test('costs two round trips with empty caches, and writes nothing', async () => {
    await makeGrant(t, person, client)
    t.deps.principals.forgetAll()
    const before = await t.deps.db.$client.execute('SELECT count(*) AS found FROM events')
    expect(await tripsOf(async () => void answerTo(await authorize(t, client, {}, person.cookie)))).toBe(2)
    expect(await tripsOf(async () => void answerTo(await authorize(t, client, {}, person.cookie)))).toBe(1)
    const after = await t.deps.db.$client.execute('SELECT count(*) AS found FROM events')
    expect(after.rows).toEqual(before.rows)
  })
})

/** The calls to the database that this makes. */
async function tripsOf(work: () => Promise<void>): Promise<number> {
  const { $client } = t.deps.db
  const { batch, execute } = $client
  let trips = 0
  const counted = <Args extends unknown[], Result>(send: (...args: Args) => Result) =>
    function count(...args: Args): Result {
      trips++
      return send.apply($client, args)
    }
  Object.assign($client, { batch: counted(batch), execute: counted(execute) })
  try {
    await work()
  } finally {
    Object.assign($client, { batch, execute })
  }
  return trips
}

describe('a request of a stranger', () => {
  test('leads to the sign-in page, and from there goes on', async () => {
    const page = await authorize(t, client, { login_hint: 'ada@example.com' })
    expect(leadsTo(page)).toBe('/sign-in')
    expect(page.to?.searchParams.get('login_hint')).toBe('ada@example.com')
    const path = returnPath(page)
    expect(path).toStartWith('/oauth/authorize?interaction=')
    t.clock.advance(5000)
    const later = await makePerson(t)
    const resumed = await visit(t, path, { cookie: later.cookie })
    const answer = answerTo(await decideOn(t, resumed, 'allow', later.cookie))
    expect((await redeem(t, client, answer.code ?? '')).status).toBe(200)
  })
})

describe('a request by a form (OpenID Connect Core §3.1.2.1)', () => {
  test('is validated, and goes on with a GET, which has the cookie', async () => {
    await makeGrant(t, person, client)
    const posted = await visit(t, '/oauth/authorize', {
      headers: { origin: 'https://app.example' },
      form: Object.fromEntries(request(client)),
    })
    expect(posted.status).toBe(303)
    expect(leadsTo(posted)).toBe('/oauth/authorize')
    expect(answerTo(await visit(t, posted.to ?? '', { cookie: person.cookie })).code).toBeString()
  })

  test('that is wrong is answered like a GET', async () => {
    const form = { ...Object.fromEntries(request(client)), response_type: 'token' }
    expect(answerTo(await visit(t, '/oauth/authorize', { form }))).toMatchObject({ error: 'unsupported_response_type' })
    const unknown = await visit(t, '/oauth/authorize', { form: { ...form, redirect_uri: `${REDIRECT}/` } })
    expect([unknown.status, unknown.to]).toEqual([400, undefined])
  })
})

test('form_post: the answer is a form that sends itself', async () => {
  await makeGrant(t, person, client)
  const page = await authorize(t, client, { response_mode: 'form_post', state: '"><script>' }, person.cookie)
  expect(page.status).toBe(200)
  expect(page.text).toContain(`action="${REDIRECT}"`)
  expect(fieldsOf(page)).toMatchObject({ state: '&quot;&gt;&lt;script&gt;', iss: ORIGIN, code: expect.any(String) })
  const script = /<script>(.*?)<\/script>/s.exec(page.text)?.[1] ?? ''
  const hash = new Bun.CryptoHasher('sha256').update(script).digest('base64')
  expect(page.headers.get('content-security-policy')).toBe(
    `default-src 'none'; script-src 'sha256-${hash}'; base-uri 'none'; frame-ancestors 'none'`,
  )
})

test('the consent page shows the client, its host, the account and each scope', async () => {
  const page = await authorize(t, client, { scope: 'openid email' }, person.cookie)
  const consent = await visit(t, page.to ?? '', { cookie: person.cookie })
  const text = textOf(consent)
  expect(text).toContain('Allow App to use your account?')
  expect(text).toContain('App at app.example')
  expect(text).toContain('See your e-mail address')
  expect(text).toContain('Use another account')
})
