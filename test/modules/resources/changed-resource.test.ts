/** What was granted for a resource that has changed since, or that now is of somebody else. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { proveDomain } from '../domains/support/prove-domain.ts'
import { makeOrg } from '../api-keys/support/keys.ts'
import {
  type ClientRow,
  connect,
  makeClient,
  makeCode,
  makeGrant,
  makePerson,
  payloadOf,
  postForm,
  redeem,
  type Tokens,
} from '../token/support/oauth.ts'

const API = 'https://api.example'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const PAY = { name: 'pay', description: 'Pay' }
const READ = { name: 'read', description: 'Read' }

let t: TestApp
let admin: Session
beforeEach(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
})
afterEach(() => t.close())

async function makeResource({ accessToken: token }: Session, more: object = {}): Promise<string> {
  const body = { audience: API, name: 'API', scopes: [PAY, READ], ...more }
  const answer = await call<{ id: string }>(t, 'POST /v1/resources', { token, body })
  expect(answer.status, answer.text).toBe(201)
  return `/v1/resources/${answer.body.id}`
}
const refresh = (client: ClientRow, token: string) =>
  postForm<Tokens & { error: string }>(
    t,
    '/oauth/token',
    { grant_type: 'refresh_token', refresh_token: token },
    { client },
  )

test('a scope that was taken away is in no token from then on: of a code, a refresh or an exchange', async () => {
  const path = await makeResource(admin)
  const client = await makeClient(t, {
    auth_method: 'client_secret_basic',
    grant_types: JSON.stringify(['authorization_code', 'refresh_token', EXCHANGE]),
  })
  const granted = { [API]: ['pay', 'read'] }
  const { tokens, person, grantId } = await connect(t, client, granted)
  expect(payloadOf(tokens.access_token).scope).toBe('pay read')
  const code = await makeCode(t, person, client, grantId, { scopes: granted })
  const token = admin.accessToken
  expect((await call(t, `PATCH ${path}`, { token, body: { scopes: [READ] } })).status).toBe(200)

  const exchange = { grant_type: EXCHANGE, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' }
  const answers = [
    await redeem(t, client, code),
    await postForm<Tokens>(t, '/oauth/token', { ...exchange, subject_token: tokens.access_token }, { client }),
    await refresh(client, tokens.refresh_token),
  ]
  for (const { body, text } of answers) {
    expect(body.scope, text).toBe('read')
    expect(payloadOf(body.access_token).scope).toBe('read')
  }
})

test('who had the audience before its owner came gets no token for it any more', async () => {
  const squatter = await signUp(t, 'squatter@example.com')
  const orgId = await makeOrg(t, squatter.accessToken)
  await proveDomain(t, orgId, new URL(API).hostname)
  const path = await makeResource(squatter, { orgId })
  const client = await makeClient(t, { org_id: orgId })
  const { tokens } = await connect(t, client, { [API]: ['pay'] })
  expect((await call(t, `DELETE ${path}`, { token: admin.accessToken })).status).toBe(204)

  const owner = await signUp(t, 'owner@example.com')
  const other = await makeOrg(t, owner.accessToken, 'Other')
  await proveDomain(t, other, new URL(API).hostname)
  await makeResource(owner, { orgId: other })
  const answer = await refresh(client, tokens.refresh_token)
  expect([answer.status, answer.body.error]).toEqual([400, 'invalid_target'])
  const person = await makePerson(t)
  const code = await makeCode(t, person, client, await makeGrant(t, person, client), { scopes: { [API]: ['pay'] } })
  expect((await redeem(t, client, code)).status).toBe(400)
})
