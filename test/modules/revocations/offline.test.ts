/** What this server refuses, a verifier that follows the feed refuses too: whatever ended it, by whichever door. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import {
  createIntrospection,
  createRevocationFeed,
  createVerifier,
  type RevocationFeed,
  VerificationError,
  type Verifier,
} from '../../../clients/js/verify/src/index.ts'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { join, makeAccount, makeKey, makeOrg, makeSigned } from '../api-keys/support/keys.ts'
import {
  type ClientRow,
  connect,
  makeClient,
  type makePerson,
  payloadOf,
  postForm,
  type Tokens,
} from '../token/support/oauth.ts'

let t: TestApp
let admin: Session
let feed: RevocationFeed
let verifier: Verifier
beforeAll(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
  const key = await makeKey(t, admin.accessToken, { scopes: ['revocations:read'] })
  await t.deps.db.$client.execute("INSERT INTO pairwise_sectors (host, salt) VALUES ('app.example', 'salt')")
  const ask = (url: string, init: RequestInit) => Promise.resolve(t.app.handle(new Request(url, init)))
  feed = createRevocationFeed({
    issuer: ORIGIN,
    token: key.key,
    fetch: ask,
    now: t.clock.now,
    elapsed: t.clock.now,
    staleAfterMs: 60_000,
    random: () => 0,
  })
  verifier = createVerifier({
    issuer: ORIGIN,
    now: t.clock.now,
    fetch: ask,
    revocations: feed,
    accept: ['session', 'api-key', 'client'],
  })
})
beforeEach(async () => {
  // A fresh session: time passes in some tests.
  admin = await signIn(t, 'admin@example.com')
})
afterAll(async () => {
  feed.close()
  await t.close()
})

const codeOf = async (credential: string): Promise<string> => {
  try {
    await verifier.bearer(credential)
    return 'accepted'
  } catch (error) {
    if (error instanceof VerificationError) return error.code
    throw error
  }
}
/** Waits until the verifier says so. Beyond the time limit of the test it never did. */
async function becomes(credential: string, code: string): Promise<void> {
  while ((await codeOf(credential)) !== code) await Bun.sleep(5)
}
const done = async (route: string, options: Parameters<typeof call>[2]) => {
  const answer = await call(t, route, options)
  expect(answer.status, `${route} ${answer.text}`).toBeLessThan(300)
  return answer
}
const byAdmin = (route: string, body?: unknown) => done(route, { token: admin.accessToken, body })

let people = 0
const person = () => signUp(t, `offline${++people}@example.com`)
const sid = (token: string) => String(payloadOf(token).sid)

describe('the access token of a session is refused after', () => {
  const endings: Record<string, (session: Session) => Promise<unknown>> = {
    'sign-out': ({ accessToken: token }) => done('POST /v1/auth/sign-out', { token }),
    'the end of this session in the list': async ({ accessToken, user }) =>
      done(`DELETE /v1/me/sessions/${sid(accessToken)}`, { token: (await signIn(t, user.email ?? '')).accessToken }),
    'the end of all other sessions': async ({ user }) =>
      done('DELETE /v1/me/sessions', { token: (await signIn(t, user.email ?? '')).accessToken }),
    'an administrator ended it': ({ user }) => byAdmin(`DELETE /v1/users/${user.id}/sessions`),
    'the account was disabled': ({ user }) => byAdmin(`POST /v1/users/${user.id}/disable`),
    'the account was deleted': ({ user }) => byAdmin(`DELETE /v1/users/${user.id}`),
    'the owner deleted the account': ({ accessToken: token }) => done('DELETE /v1/me', { token }),
    'a new password': async ({ user }) =>
      done('POST /v1/me/password', {
        token: (await signIn(t, user.email ?? '')).accessToken,
        body: { currentPassword: PASSWORD, newPassword: 'another horse battery staple' },
      }),
    'a spent refresh token came again': async ({ refreshToken }) => {
      const body = { refreshToken }
      const next = await done('POST /v1/auth/refresh', { body })
      await done('POST /v1/auth/refresh', { body: { refreshToken: next.body.refreshToken } })
      t.clock.advance(60_000)
      expect((await call(t, 'POST /v1/auth/refresh', { body })).status).toBe(401)
    },
    'the row was changed by hand': ({ accessToken }) =>
      t.deps.db.$client.execute({ sql: 'UPDATE sessions SET ended_at = 1 WHERE id = ?', args: [sid(accessToken)] }),
    'the trust of the account in it ended': ({ user }) =>
      t.deps.db.$client.execute({
        sql: 'UPDATE users SET trusted_from = trusted_from + 1, trust_epoch = trust_epoch + 1 WHERE id = ?',
        args: [user.id],
      }),
  }
  for (const [name, end] of Object.entries(endings))
    test(name, async () => {
      const [session, other] = [await person(), await person()]
      expect(await codeOf(session.accessToken)).toBe('accepted')
      await end(session)
      await becomes(session.accessToken, 'credential.revoked')
      expect(await codeOf(other.accessToken)).toBe('accepted')
    })
})

describe('a signed API key is refused after', () => {
  test('its revocation', async () => {
    const { key, id } = await makeSigned(t, admin.accessToken, { scopes: ['orgs:read'] })
    expect(await codeOf(key)).toBe('accepted')
    await byAdmin(`DELETE /v1/api-keys/${id}`)
    await becomes(key, 'credential.revoked')
  })

  test('its replacement, when the day is over', async () => {
    const { key, id } = await makeSigned(t, admin.accessToken, { scopes: ['orgs:read'] })
    const next = (await done(`POST /v1/api-keys/${id}/rotate`, { token: admin.accessToken, body: {} })).body
    const { key: later, id: marker } = await makeSigned(t, admin.accessToken, { scopes: ['orgs:read'] })
    admin = await signIn(t, 'admin@example.com')
    await byAdmin(`DELETE /v1/api-keys/${marker}`)
    await becomes(later, 'credential.revoked') // so the replacement was told too
    expect(await codeOf(key)).toBe('accepted')
    t.clock.advance(86_400_001)
    await becomes(key, 'credential.revoked')
    await becomes(String(next.key), 'accepted')
  })

  test('its owner was disabled, and works again with the owner', async () => {
    const owner = await person()
    await byAdmin(`PATCH /v1/users/${owner.user.id}`, { roles: ['user', 'admin'] })
    const { key } = await makeSigned(t, (await signIn(t, owner.user.email ?? '')).accessToken, {
      scopes: ['users:read'],
    })
    expect(await codeOf(key)).toBe('accepted')
    await byAdmin(`POST /v1/users/${owner.user.id}/disable`)
    await becomes(key, 'credential.revoked')
    await byAdmin(`POST /v1/users/${owner.user.id}/enable`)
    await becomes(key, 'accepted')
    expect((await call(t, 'GET /v1/users', { token: key })).status).toBe(200)
  })

  test('the service account or the organisation ended', async () => {
    const orgId = await makeOrg(t, admin.accessToken, `Offline ${++people}`)
    const robot = await makeAccount(t, admin.accessToken, { orgId, roles: ['member'] })
    const ofRobot = await makeSigned(t, admin.accessToken, { serviceAccountId: robot.id, scopes: ['orgs:read'] })
    const ofOrg = await makeSigned(t, admin.accessToken, { orgId, scopes: ['orgs:read'] })
    expect([await codeOf(ofRobot.key), await codeOf(ofOrg.key)]).toEqual(['accepted', 'accepted'])
    await byAdmin(`DELETE /v1/service-accounts/${robot.id}`)
    await becomes(ofRobot.key, 'credential.revoked')
    expect(await codeOf(ofOrg.key)).toBe('accepted')
    await byAdmin(`DELETE /v1/orgs/${orgId}`)
    await becomes(ofOrg.key, 'credential.revoked')
    await byAdmin(`POST /v1/orgs/${orgId}/restore`)
    await becomes(ofOrg.key, 'accepted')
  })
})

test('a token that acts for an organisation is refused after its owner left it; the session goes on', async () => {
  const orgId = await makeOrg(t, admin.accessToken, `Offline ${++people}`)
  const member = await person()
  await join(t, orgId, member, ['member'])
  const { accessToken } = (await done('POST /v1/me/active-org', { token: member.accessToken, body: { orgId } }))
    .body as { accessToken: string } // a session of tokens gets a new one
  expect(payloadOf(accessToken).org_id).toBe(orgId)
  expect(await codeOf(accessToken)).toBe('accepted')
  await byAdmin(`DELETE /v1/orgs/${orgId}/members/${member.user.id}`)
  await becomes(accessToken, 'credential.revoked')
  expect(await codeOf(member.accessToken)).toBe('accepted')
  await join(t, orgId, member, ['member'])
  await becomes(accessToken, 'accepted')
})

describe('the token of a client is refused after', () => {
  interface Allowed {
    client: ClientRow
    person: Awaited<ReturnType<typeof makePerson>>
    grantId: string
    tokens: Tokens
  }
  const endings: Record<string, (allowed: Allowed) => Promise<unknown>> = {
    'its own revocation (RFC 7009)': ({ client, tokens }) =>
      postForm(t, '/oauth/revoke', { token: tokens.access_token }, { client }),
    'the revocation of its refresh token': ({ client, tokens }) =>
      postForm(t, '/oauth/revoke', { token: tokens.refresh_token }, { client }),
    'the end of the grant': ({ grantId, person: { accessToken: token } }) =>
      done(`DELETE /v1/me/grants/${grantId}`, { token }),
    'sign-out of the browser session': ({ person: { cookie } }) =>
      done('POST /v1/auth/sign-out', { cookie, headers: { origin: ORIGIN } }),
    'the person was disabled': ({ person: { userId } }) => byAdmin(`POST /v1/users/${userId}/disable`),
    'the person was deleted': ({ person: { userId } }) => byAdmin(`DELETE /v1/users/${userId}`),
    'the client was disabled': ({ client: { id } }) =>
      done(`PATCH /v1/oauth-clients/${id}`, { token: admin.accessToken, body: { status: 'disabled' } }),
    'the client was deleted': ({ client: { id } }) => byAdmin(`DELETE /v1/oauth-clients/${id}`),
  }
  for (const subject of ['public', 'pairwise'])
    for (const [name, end] of Object.entries(endings))
      test(`${name} (${subject} subject)`, async () => {
        const columns = subject === 'pairwise' ? { subject_type: 'pairwise', sector: 'app.example' } : {}
        const client = await makeClient(t, columns)
        const allowed = { client, ...(await connect(t, client, { [ORIGIN]: ['openid', 'users:read'] })) }
        const other = await connect(t, await makeClient(t, columns))
        const token = allowed.tokens.access_token
        expect(payloadOf(token).sub === allowed.person.userId).toBe(subject === 'public')
        expect(await codeOf(token)).toBe('accepted')
        await end(allowed)
        await becomes(token, 'credential.revoked')
        expect(await codeOf(other.tokens.access_token)).toBe('accepted')
      })

  test('nothing else: a token with offline_access outlives the session, as it does here', async () => {
    const client = await makeClient(t)
    const { tokens, person: owner } = await connect(t, client, { [ORIGIN]: ['openid', 'offline_access'] })
    const { accessToken } = await person()
    await done('POST /v1/auth/sign-out', { cookie: owner.cookie, headers: { origin: ORIGIN } })
    await done('POST /v1/auth/sign-out', { token: accessToken })
    await becomes(accessToken, 'credential.revoked')
    expect(await codeOf(tokens.access_token)).toBe('accepted')
  })
})

test('a token of a client is refused by a verifier that did not ask for them', async () => {
  const { tokens } = await connect(t, await makeClient(t))
  const usual = createVerifier({
    issuer: ORIGIN,
    now: t.clock.now,
    fetch: (url) => Promise.resolve(t.app.handle(new Request(url))),
  })
  expect(await usual.bearer(tokens.access_token).catch((error: unknown) => error)).toMatchObject({
    code: 'credential.invalid',
  })
})

describe('while the feed is stale', () => {
  const ask = (url: string, init: RequestInit) => Promise.resolve(t.app.handle(new Request(url, init)))
  const stale = { isRevoked: () => false, freshAt: () => Number.NEGATIVE_INFINITY }
  const outcome = (asking: Verifier, credential: string) =>
    asking.bearer(credential).then(
      ({ kind }) => kind,
      (error: VerificationError) => error.code,
    )

  test('the token of a client is introspected by the client of the API, and by no other', async () => {
    const api = await makeClient(t, {
      auth_method: 'client_secret_basic',
      grant_types: '["client_credentials"]',
      redirect_uris: '[]',
    })
    const owner = await makeClient(t, { auth_method: 'client_secret_basic' })
    const { tokens, grantId, person: allowing } = await connect(t, owner)
    const asking = (client: { id: string; secret: string } | undefined) =>
      createVerifier({
        issuer: ORIGIN,
        now: t.clock.now,
        fetch: ask,
        revocations: stale,
        accept: ['client'],
        whenStale: createIntrospection({
          issuer: ORIGIN,
          fetch: ask,
          keepMs: 0,
          ...(client === undefined ? {} : { client }),
        }),
      })
    const secretOf = ({ id, secret = '' }: ClientRow) => ({ id, secret })
    expect(await outcome(asking(secretOf(owner)), tokens.access_token)).toBe('client')
    // Inactive is what everybody hears of a token that is none of theirs.
    expect(await outcome(asking(secretOf(api)), tokens.access_token)).toBe('credential.revoked')
    expect(await outcome(asking({ id: owner.id, secret: 'wrong' }), tokens.access_token)).toBe('revocations.stale')
    expect(await outcome(asking(undefined), tokens.access_token)).toBe('revocations.stale')
    await done(`DELETE /v1/me/grants/${grantId}`, { token: allowing.accessToken })
    expect(await outcome(asking(secretOf(owner)), tokens.access_token)).toBe('credential.revoked')
  })

  test('many requests with one credential ask the server once, and a server that says nothing is no yes', async () => {
    let asked = 0
    let answer = ask
    const asking = createVerifier({
      issuer: ORIGIN,
      now: t.clock.now,
      fetch: ask,
      revocations: stale,
      whenStale: createIntrospection({
        issuer: ORIGIN,
        elapsed: t.clock.now,
        fetch: (url, init) => {
          asked++
          return answer(url, init)
        },
      }),
    })
    const { accessToken } = await person()
    const all = await Promise.all(Array.from({ length: 50 }, () => outcome(asking, accessToken)))
    expect([new Set(all), asked]).toEqual([new Set(['session']), 1])
    t.clock.advance(1_001)
    for (const status of [302, 403, 404, 429, 500, 503]) {
      answer = async () => new Response('', { status })
      expect([status, await outcome(asking, accessToken)]).toEqual([status, 'revocations.stale'])
      t.clock.advance(1_001)
    }
    answer = () => Promise.reject(new TypeError('no network'))
    expect(await outcome(asking, accessToken)).toBe('revocations.stale')
  })
})
