/** RFC 9126: pushed authorization requests. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import {
  answerTo,
  authorize,
  decideOn,
  type Fields,
  leadsTo,
  REDIRECT,
  request,
  returnPath,
  visit,
} from '../authorize/support/browser.ts'
import {
  type ClientRow,
  makeClient,
  makeGrant,
  makePerson,
  type Person,
  postForm,
  redeem,
} from '../token/support/oauth.ts'

let t: TestApp
let client: ClientRow
let person: Person
beforeEach(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  client = await makeClient(t, { auth_method: 'client_secret_basic' })
  person = await makePerson(t)
})
afterEach(() => t.close())

interface Pushed {
  request_uri: string
  expires_in: number
  error: string
  error_description: string
}

const form = (of: ClientRow, more: Fields = {}) => Object.fromEntries(request(of, more))
const push = (of: ClientRow, more: Fields = {}, fields: Fields = form(of, more)) =>
  postForm<Pushed>(t, '/oauth/par', fields as Record<string, string>, of.secret === undefined ? {} : { client: of })
const use = (of: ClientRow, requestUri: string, more: Fields = {}, cookie: string | undefined = person.cookie) =>
  visit(
    t,
    `/oauth/authorize?${new URLSearchParams({ client_id: of.id, request_uri: requestUri, ...(more as object) })}`,
    {
      cookie,
    },
  )

describe('a pushed request', () => {
  test('§2.2: is answered with 201, a request_uri and its lifetime, which nobody caches', async () => {
    const { status, body, headers } = await push(client)
    expect([status, body.expires_in, headers.get('cache-control')]).toEqual([201, 60, 'no-store'])
    expect(body.request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/)
  })

  test('§4: works once, and the parameters of the URL do not count', async () => {
    await makeGrant(t, person, client)
    const { request_uri: uri } = (await push(client)).body
    const first = answerTo(
      await use(client, uri, { state: 'another', scope: 'users:write', redirect_uri: 'https://evil.example/' }),
    )
    expect(first.state).toBe('a-state')
    expect((await redeem(t, client, first.code ?? '')).status).toBe(200)
    const again = await use(client, uri)
    expect([again.status, again.to]).toEqual([400, undefined])
  })

  test('goes on after the sign-in and the consent, although it is used up', async () => {
    const { request_uri: uri } = (await push(client)).body
    const page = await use(client, uri, {}, '')
    expect(leadsTo(page)).toBe('/sign-in')
    t.clock.advance(10 * 60_000)
    const later = await makePerson(t)
    const consent = await visit(t, returnPath(page), { cookie: later.cookie })
    const { code = '' } = answerTo(await decideOn(t, consent, 'allow', later.cookie))
    expect((await redeem(t, client, code)).status).toBe(200)
  })

  test('§4: 20 browsers use it at once, and one gets on', async () => {
    await makeGrant(t, person, client)
    const { request_uri: uri } = (await push(client)).body
    const pages = await Promise.all(Array.from({ length: 20 }, () => use(client, uri)))
    expect(pages.map(({ status }) => status).sort()).toEqual([302, ...Array.from({ length: 19 }, () => 400)])
  })

  test('§2.2: expires after a minute', async () => {
    const { request_uri: uri } = (await push(client)).body
    t.clock.advance(60_000)
    expect((await use(client, uri)).status).toBe(400)
  })

  test('§7.3: of another client is refused, and stays for its own', async () => {
    await makeGrant(t, person, client)
    const other = await makeClient(t)
    const { request_uri: uri } = (await push(client)).body
    expect((await use(other, uri)).status).toBe(400)
    expect(answerTo(await use(client, uri)).code).toBeString()
  })

  test.each(['', 'x', 'A'.repeat(43), '../../etc', '%00', 'A'.repeat(3000)])(
    'with an invented request_uri %# is refused',
    async (token) => {
      const { status, to } = await use(client, `urn:ietf:params:oauth:request_uri:${token}`)
      expect([status, to]).toEqual([400, undefined])
    },
  )

  test('§5: must be pushed by a client that is registered so', async () => {
    const strict = await makeClient(t, { requires_pushed_requests: 1 })
    expect(answerTo(await authorize(t, strict, {}, person.cookie))).toMatchObject({
      error: 'invalid_request',
      state: 'a-state',
    })
    const { request_uri: uri } = (await push(strict)).body
    expect(leadsTo(await use(strict, uri))).toBe('/oauth/consent')
  })

  test('holds no secret in the database', async () => {
    const post = await makeClient(t, { auth_method: 'client_secret_post' })
    const answer = await postForm<Pushed>(t, '/oauth/par', { ...form(post), client_secret: post.secret, more: 'x' })
    expect(answer.status).toBe(201)
    const { rows } = await t.deps.db.$client.execute('SELECT parameters FROM pushed_requests')
    expect(String(rows[0]?.parameters)).not.toMatch(/secret|more/)
  })
})

describe('§2.3: a refusal', () => {
  test.each<[string, Fields, string]>([
    ['another redirect URI', { redirect_uri: `${REDIRECT}/` }, 'invalid_request'],
    ['no redirect URI', { redirect_uri: undefined }, 'invalid_request'],
    ['no code_challenge', { code_challenge: undefined }, 'invalid_request'],
    ['plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['response_type=token', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown scope', { scope: 'openid nothing:here' }, 'invalid_scope'],
    ['an unknown resource', { resource: 'https://nowhere.example/' }, 'invalid_target'],
    ['a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['another client_id', { client_id: 'cli_00000000000000000000000000000000' }, 'invalid_request'],
    ['two states', { state: ['a', 'b'] }, 'invalid_request'],
  ])('of %s is an answer to the client, and nothing is stored', async (_, more, error) => {
    const fields: Record<string, string | string[] | undefined> = { ...form(client), ...(more as object) }
    const { status, body } = await postForm<Pushed>(t, '/oauth/par', fields, { client })
    expect([status, body.error]).toEqual([400, error])
    const { rows } = await t.deps.db.$client.execute('SELECT count(*) AS found FROM pushed_requests')
    expect(rows[0]?.found).toBe(0)
  })

  test('of a wrong secret, and of none', async () => {
    const wrong = { ...client, secret: 'wrong' }
    expect((await push(wrong)).status).toBe(401)
    expect((await postForm<Pushed>(t, '/oauth/par', form(client))).body.error).toBe('invalid_client')
  })
})
