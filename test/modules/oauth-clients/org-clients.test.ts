/** What a client of an organisation cannot reach. Whoever signs up can make an organisation, and clients in it. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { proveDomain } from '../domains/support/prove-domain.ts'
import { makeOrg } from '../api-keys/support/keys.ts'
import { makeDpopKey, nonceOf, proofFor } from '../token/support/dpop.ts'
import { connect, makeClient as insertClient, payloadOf, postForm, type Tokens } from '../token/support/oauth.ts'
import { askClient, makeClient } from './support/clients.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
/** Of the instance. */
const PAYMENTS = 'https://payments.example'
/** Of the organisation of a stranger. */
const NOTES = 'https://notes.example'

let t: TestApp
let admin: Session
let stranger: Session
let orgId: string
beforeEach(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  stranger = await signUp(t, 'stranger@example.com')
  orgId = await makeOrg(t, stranger.accessToken)
  await makeResource(admin, PAYMENTS)
  await proveDomain(t, orgId, new URL(NOTES).hostname)
  await makeResource(stranger, NOTES, { orgId })
})
afterEach(() => t.close())

async function makeResource({ accessToken: token }: Session, audience: string, more: object = {}): Promise<string> {
  const scopes = [{ name: 'pay', description: 'Pay' }]
  const body = { audience, name: 'API', scopes, ...more }
  const answer = await call<{ id: string }>(t, 'POST /v1/resources', { token, body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body.id
}

/** A client that says of itself what it can. */
async function ownClient(more: object = {}) {
  const { clientId, clientSecret } = await makeClient(t, stranger.accessToken, {
    orgId,
    scopes: null,
    audiences: [NOTES, PAYMENTS, ORIGIN],
    grantTypes: ['client_credentials', EXCHANGE],
    ...more,
  })
  return { id: clientId, secret: clientSecret }
}
const ask = (client: { id: string; secret: string | undefined }, fields: Record<string, string>, headers = {}) =>
  postForm<Tokens & { error: string }>(t, '/oauth/token', fields, { client, headers })

test('an API of the instance: nobody there allowed the client to act for itself', async () => {
  for (const more of [{}, { audiences: null }, { audiences: [PAYMENTS] }, { scopes: ['pay'] }]) {
    const client = await ownClient(more)
    for (const scope of [{}, { scope: 'pay' }]) {
      const { status, body } = await ask(client, { grant_type: 'client_credentials', resource: PAYMENTS, ...scope })
      expect([status, body.error]).toEqual([400, 'invalid_target'])
      expect(body).not.toHaveProperty('access_token')
    }
  }
  const own = await ask(await ownClient(), { grant_type: 'client_credentials', resource: NOTES, scope: 'pay' })
  expect(payloadOf(own.body.access_token)).toMatchObject({ aud: NOTES, scope: 'pay' })
})

test('tokens for an API of the instance: it is not their server, so they are inactive for it', async () => {
  const front = await insertClient(t)
  const client = await ownClient()
  const activeFor = async (audience: string) => {
    const { tokens } = await connect(t, front, { [audience]: ['pay'] })
    return (await postForm(t, '/oauth/introspect', { token: tokens.access_token }, { client })).body.active
  }
  expect(await activeFor(PAYMENTS)).toBe(false)
  expect(await activeFor(NOTES)).toBe(true)
})

test('a stolen token for an API of the instance is not exchanged, also one that is bound to a key', async () => {
  const front = await insertClient(t)
  const client = await ownClient()
  const own = await ask(client, { grant_type: 'client_credentials', resource: NOTES })
  const actor = { actor_token: own.body.access_token, actor_token_type: ACCESS_TOKEN }
  const { tokens } = await connect(t, front, { [PAYMENTS]: ['pay'], [NOTES]: ['pay'] })
  const exchange = (subject: string, resource: string) =>
    ask(client, { grant_type: EXCHANGE, subject_token: subject, subject_token_type: ACCESS_TOKEN, resource, ...actor })
  expect((await exchange(tokens.access_token, PAYMENTS)).status).toBe(400)

  const key = await makeDpopKey()
  const proof = await proofFor(t, key, 'POST /oauth/token', { nonce: await nonceOf(t, key) })
  const headers = { dpop: proof }
  const bound = await ask(front, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, headers)
  expect(bound.body.token_type).toBe('DPoP')
  expect((await exchange(bound.body.access_token, PAYMENTS)).status).toBe(400)

  const other = await ask(front, {
    grant_type: 'refresh_token',
    refresh_token: bound.body.refresh_token,
    resource: NOTES,
  })
  const theirs = other.body.access_token
  expect((await exchange(theirs, PAYMENTS)).body.error).toBe('invalid_target')
  expect(payloadOf((await exchange(theirs, NOTES)).body.access_token)).toMatchObject({ aud: NOTES })
})

test('a scheme of its own without a dot: nobody of the instance vouches for it', async () => {
  const redirectUris = ['ms-msdt:/id', 'https://notes.example/callback']
  const refused = await askClient(t, stranger.accessToken, { orgId, redirectUris })
  expect([refused.status, refused.body]).toMatchObject([422, { errors: [{ path: '/redirectUris/0' }] }])
  const { clientId } = await makeClient(t, stranger.accessToken, { orgId })
  const patch = (token: string, body: object) => call(t, `PATCH /v1/oauth-clients/${clientId}`, { token, body })
  for (const field of ['redirectUris', 'postLogoutRedirectUris'])
    expect((await patch(stranger.accessToken, { [field]: redirectUris })).status).toBe(422)

  expect((await patch(admin.accessToken, { redirectUris })).status).toBe(200)
  // What was vouched for stays.
  expect((await patch(stranger.accessToken, { name: 'Other' })).status).toBe(200)
})
