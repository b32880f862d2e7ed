/** The other doors: through each of them the same change is made, so each asks. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createPatientFetch } from '../../support/patient-fetch.ts'
import { call, setUpAdmin, signIn, type Session } from '../../support/client.ts'
import type { TestApp } from '../../support/test-app.ts'
import { signUpWithPasskey } from '../passkeys/support/people.ts'
import { openBrowser } from '../providers/support/browser.ts'
import { type FakeProvider, startFakeProvider } from '../providers/support/fake-provider.ts'
import { createWorld as worldOfProviders, outcomeOf, START } from '../providers/support/world.ts'
import { connect, insert, makeClient, payloadOf, postForm } from '../token/support/oauth.ts'
import { decides, type Program, startProgram } from './support/program.ts'
import { makeAction } from './support/world.ts'

let t: TestApp
let fake: FakeProvider
let program: Program
let admin: string
beforeAll(async () => {
  fake = await startFakeProvider()
})
afterAll(() => fake.stop())
beforeEach(async () => {
  fake.person = { sub: 'ada-1', email: 'ada@example.com', email_verified: true, name: 'Ada' }
  t = await worldOfProviders(fake.issuer, { env: { WEBHOOK_PRIVATE_TARGETS: 'allow' } })
  t.deps.fetchPublic = createPatientFetch({ privateTargets: false })
  admin = (await setUpAdmin(t)).accessToken
  program = await startProgram()
  program.answer = decides({ decision: 'deny', reason: 'No' })
})
afterEach(async () => {
  program.stop()
  await t.close()
})

const asked = () => program.asked.map(({ question }) => question.data)
const count = async (table: string) =>
  Number((await t.deps.db.$client.execute(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n)

describe('a sign-up', () => {
  beforeEach(() => makeAction(t, admin, { url: program.url }))

  test('with a passkey', async () => {
    const before = await count('users')
    const { answer } = await signUpWithPasskey(t, 'key@example.com')
    expect([answer.status, await count('users'), await count('passkeys')]).toEqual([403, before, 0])
    expect(asked()).toMatchObject([{ email: 'key@example.com', method: 'passkey' }])
  })

  test('with a provider, for a new account alone', async () => {
    const before = await count('users')
    expect(outcomeOf(await openBrowser(t).go(START))).toBe('action.denied')
    expect([await count('users'), await count('identities')]).toEqual([before, 0])
    expect(asked()).toMatchObject([{ email: 'ada@example.com', name: 'Ada', method: 'provider', provider: 'acme' }])
    program.answer = decides({ decision: 'allow' })
    expect(outcomeOf(await openBrowser(t).go(START))).toBe('signed in')
    program.answer = decides({ decision: 'deny' })
    expect(outcomeOf(await openBrowser(t).go(START))).toBe('signed in')
    expect(asked()).toHaveLength(2)
  })

  test('of an anonymous account that links a provider', async () => {
    program.answer = decides({ decision: 'allow' })
    const made = await call<Session>(t, 'POST /v1/auth/anonymous', { body: {} })
    const link = async () => {
      const token = made.body.accessToken
      const begun = await call<{ url: string }>(t, 'POST /v1/me/identities/acme/start', { token })
      const browser = openBrowser(t)
      browser.setCookie('__Host-flow', /__Host-flow=([^;]*)/.exec(begun.headers.get('set-cookie') ?? '')?.[1] ?? '')
      return outcomeOf(await browser.go(begun.body.url))
    }
    program.answer = decides({ decision: 'deny' })
    expect(await link()).toBe('action.denied')
    expect(await count('identities')).toBe(0)
    expect(asked().at(-1)).toMatchObject({ method: 'provider', upgrades: made.body.user.id, email: 'ada@example.com' })
    program.answer = decides({ decision: 'allow' })
    expect(await link()).toBe('linked')
  })
})

describe('a token', () => {
  const API = 'https://api.example'
  const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
  beforeEach(async () => {
    const scopes = JSON.stringify([{ name: 'read', description: 'read' }])
    const times = { version: 1, created_at: 0, updated_at: 0 }
    await insert(t, 'resources', { id: 'res_a', audience: API, name: 'API', scopes, detail_types: '[]', ...times })
  })
  const ask = () => makeAction(t, admin, { trigger: 'token_issue', url: program.url })
  const post = (form: Record<string, string>, client: Parameters<typeof postForm>[3]) =>
    postForm<{ access_token: string; error: string }>(t, '/oauth/token', form, client)

  test('of a client for itself', async () => {
    const client = await makeClient(t, {
      auth_method: 'client_secret_basic',
      grant_types: '["client_credentials"]',
      scopes: '["read"]',
    })
    await ask()
    const form = { grant_type: 'client_credentials', resource: API, scope: 'read' }
    expect((await post(form, { client })).body.error).toBe('access_denied')
    program.answer = decides({ decision: 'allow', claims: { region: 'eu' } })
    expect(payloadOf((await post(form, { client })).body.access_token)).toMatchObject({ region: 'eu', sub: client.id })
    expect(asked().at(-1)).toMatchObject({
      kind: 'client',
      userId: null,
      clientId: client.id,
      audience: API,
      scopes: ['read'],
    })
  })

  test('in exchange for another one', async () => {
    const client = await makeClient(t, {
      auth_method: 'client_secret_basic',
      grant_types: JSON.stringify(['authorization_code', 'refresh_token', EXCHANGE]),
    })
    const { tokens, person } = await connect(t, client, { [API]: ['read'] })
    await ask()
    const form = {
      grant_type: EXCHANGE,
      subject_token: tokens.access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }
    expect((await post(form, { client })).body.error).toBe('access_denied')
    program.answer = decides({ decision: 'allow', claims: { region: 'eu' } })
    expect(payloadOf((await post(form, { client })).body.access_token).region).toBe('eu')
    expect(asked().at(-1)).toMatchObject({ kind: 'client', userId: person.userId, clientId: client.id })
  })

  test('of an administrator who acts as a person', async () => {
    const made = await call<{ id: string }>(t, 'POST /v1/users', { token: admin, body: { email: 'eve@example.com' } })
    await ask()
    const path = `POST /v1/users/${made.body.id}/impersonate`
    const body = { reason: 'Ticket 7' }
    expect((await call(t, path, { token: admin, body })).body.code).toBe('action.denied')
    expect(asked().at(-1)).toMatchObject({ userId: made.body.id, impersonatorId: expect.stringMatching(/^usr_/) })
    program.answer = decides({ decision: 'allow' })
    expect((await call(t, path, { token: admin, body })).status).toBe(200)
    expect((await signIn(t, 'admin@example.com')).accessToken).toBeString()
  })
})
