/** Refresh tokens: OAuth 2.1 §4.3, RFC 9700 §4.14, RFC 8707 §2.2. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { type ClientRow, connect, insert, makeClient, payloadOf, postForm, type Tokens } from './support/oauth.ts'

let t: TestApp
let client: ClientRow
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())
beforeEach(async () => {
  client = await makeClient(t)
})

const refresh = (token: string, more: Record<string, string | string[]> = {}, by = client) =>
  postForm<Tokens>(t, '/oauth/token', { grant_type: 'refresh_token', refresh_token: token, ...more }, { client: by })
const rows = async (sql: string, args: string[] = []) => (await t.deps.db.$client.execute({ sql, args })).rows
const familyOf = async (grantId: string) =>
  (await rows('SELECT * FROM token_families WHERE grant_id = ?', [grantId]))[0]
const INVALID = { error: 'invalid_grant', error_description: expect.any(String) }
const offline = { [ORIGIN]: ['openid', 'offline_access'] }

describe('a refresh token', () => {
  test('works once and gives its successor', async () => {
    const { tokens, person, grantId } = await connect(t, client)
    t.clock.advance(60_000)
    const answer = await refresh(tokens.refresh_token)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body.refresh_token).toMatch(/^[\w-]{43}$/)
    expect(answer.body.refresh_token).not.toBe(tokens.refresh_token)
    const [first, next] = [payloadOf(tokens.access_token), payloadOf(answer.body.access_token)]
    expect({ ...next, jti: '', iat: 0, exp: 0 }).toEqual({ ...first, jti: '', iat: 0, exp: 0 })
    expect(next.jti).not.toBe(first.jti)
    // OpenID Connect Core §12.2.
    const [one, other] = [payloadOf(tokens.id_token), payloadOf(answer.body.id_token)]
    expect([other.sub, other.aud, other.auth_time, other.nonce]).toEqual([one.sub, one.aud, one.auth_time, undefined])
    const [event] = await rows(`SELECT * FROM events WHERE user_id = ? AND type = 'grant.refreshed'`, [person.userId])
    expect(event).toMatchObject({ actor_id: client.id, session_id: person.sessionId, result: 'success' })
    expect(JSON.parse(String(event?.acting_for))).toEqual([
      { kind: 'client', id: client.id },
      { kind: 'user', id: person.userId },
    ])
    expect(JSON.parse(String(event?.data))).toEqual({ clientId: client.id, grantId, familyId: next.fam })
    expect((await refresh(answer.body.refresh_token)).status).toBe(200)
  })

  test('gives 20 parallel requests one chain', async () => {
    const { tokens, grantId } = await connect(t, client)
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(tokens.refresh_token)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1)
    const family = await familyOf(grantId)
    const chain = await rows('SELECT position FROM family_tokens WHERE family_id = ?', [String(family?.id)])
    expect(chain.length).toBe(2)
    expect(family?.ended_at).toBeNull()
  })

  test('gives the newest token to a tab that is late by less than 10 seconds', async () => {
    const { tokens } = await connect(t, client)
    const second = (await refresh(tokens.refresh_token)).body.refresh_token
    const third = (await refresh(second)).body.refresh_token
    t.clock.advance(9_000)
    expect((await refresh(tokens.refresh_token)).body.refresh_token).toBe(third)
  })

  test('gives the same successor again while nobody used it, because the answer may be lost', async () => {
    const { tokens } = await connect(t, client)
    const second = (await refresh(tokens.refresh_token)).body.refresh_token
    t.clock.advance(299_000)
    expect((await refresh(tokens.refresh_token)).body.refresh_token).toBe(second)
    t.clock.advance(1_000)
    expect((await refresh(tokens.refresh_token)).body as unknown).toEqual(INVALID)
    expect((await refresh(second)).body as unknown).toEqual(INVALID)
  })

  test('ends its family when it comes back after its successor was used', async () => {
    const { tokens, grantId, person } = await connect(t, client)
    const other = await connect(t, client, offline)
    const second = (await refresh(tokens.refresh_token)).body.refresh_token
    const third = (await refresh(second)).body.refresh_token
    t.clock.advance(11_000)
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(tokens.refresh_token)))
    for (const { status, body } of answers) expect([status, body as unknown]).toEqual([400, INVALID])
    expect((await familyOf(grantId))?.ended_at).toBe(t.clock.now())
    expect((await refresh(third)).status).toBe(400)
    const events = await rows(`SELECT result FROM events WHERE user_id = ? AND type = 'grant.token_reused'`, [
      person.userId,
    ])
    expect(events.map(({ result }) => result)).toEqual(['failure'])
    expect((await refresh(other.tokens.refresh_token)).status).toBe(200)
  })

  test('is bound to its client, also when it was used', async () => {
    const { tokens, grantId } = await connect(t, client)
    const thief = await makeClient(t)
    expect((await refresh(tokens.refresh_token, {}, thief)).body as unknown).toEqual(INVALID)
    const second = (await refresh(tokens.refresh_token)).body.refresh_token
    await refresh(second)
    t.clock.advance(400_000)
    expect((await refresh(tokens.refresh_token, {}, thief)).body as unknown).toEqual(INVALID)
    expect((await familyOf(grantId))?.ended_at).toBeNull()
  })

  test('is refused when what it rests on has ended', async () => {
    const now = () => t.clock.now()
    const endings: Record<
      string,
      (ids: Record<'user' | 'session' | 'client' | 'grant' | 'family', string>) => [string, string]
    > = {
      'the family ended': ({ family }) => [`UPDATE token_families SET ended_at = ${now()} WHERE id = ?`, family],
      'the family expired': ({ family }) => [`UPDATE token_families SET expires_at = ${now()} WHERE id = ?`, family],
      'the family is idle': ({ family }) => [`UPDATE token_families SET last_used_at = 0 WHERE id = ?`, family],
      'the grant ended': ({ grant }) => [`UPDATE grants SET ended_at = ${now()} WHERE id = ?`, grant],
      'the session ended': ({ session }) => [`UPDATE sessions SET ended_at = ${now()} WHERE id = ?`, session],
      'the user is disabled': ({ user }) => [`UPDATE users SET status = 'disabled' WHERE id = ?`, user],
      'the account trusts nothing before': ({ user }) => [
        'UPDATE users SET trust_epoch = trust_epoch + 1, trusted_from = trust_epoch + 1 WHERE id = ?',
        user,
      ],
      'the client is disabled': ({ client: id }) => [`UPDATE oauth_clients SET status = 'disabled' WHERE id = ?`, id],
    }
    for (const [name, ending] of Object.entries(endings)) {
      client = await makeClient(t)
      const { tokens, person, grantId } = await connect(t, client)
      // Of a used token too: within its grace it gives no successor then.
      const second = (await refresh(tokens.refresh_token)).body.refresh_token
      const ids = {
        user: person.userId,
        session: person.sessionId,
        client: client.id,
        grant: grantId,
        family: String((await familyOf(grantId))?.id),
      }
      const [sql, id] = ending(ids)
      await rows(sql, [id])
      expect((await refresh(second)).body as unknown, name).toEqual(INVALID)
      expect((await refresh(tokens.refresh_token)).body as unknown, name).toEqual(INVALID)
    }
  })

  test('with offline_access outlives the browser session, and no family outlives its account', async () => {
    const { tokens, person } = await connect(t, client, offline)
    await rows(`UPDATE sessions SET ended_at = ${t.clock.now()} WHERE id = ?`, [person.sessionId])
    const answer = await refresh(tokens.refresh_token)
    expect(answer.status).toBe(200)
    await rows(`UPDATE users SET status = 'disabled' WHERE id = ?`, [person.userId])
    expect((await refresh(answer.body.refresh_token)).status).toBe(400)
  })

  test('narrows, never widens, and a refused request uses nothing up', async () => {
    await insert(t, 'resources', {
      id: `res_${client.id}`,
      audience: `https://api.example/${client.id}`,
      name: 'API',
      scopes: JSON.stringify(['invoices:read', 'invoices:write'].map((name) => ({ name, description: name }))),
      detail_types: '[]',
      version: 1,
      created_at: 0,
      updated_at: 0,
    })
    const resource = `https://api.example/${client.id}`
    const scopes = { [resource]: ['invoices:read', 'invoices:write'], [ORIGIN]: ['openid', 'profile', 'users:read'] }
    const { tokens } = await connect(t, client, scopes)
    for (const [asked, error] of [
      [{ scope: 'invoices:read admin' }, 'invalid_scope'],
      [{ scope: 'users:read' }, 'invalid_scope'], // of the other audience
      [{ scope: 'openid invoices:read', resource: ORIGIN }, 'invalid_scope'],
      [{ resource: 'https://api.example/other' }, 'invalid_target'],
      [{ resource: [resource, ORIGIN] }, 'invalid_target'],
    ] as const) {
      const answer = await refresh(tokens.refresh_token, { ...asked } as Record<string, string | string[]>)
      expect([answer.status, (answer.body as unknown as { error: string }).error]).toEqual([400, error])
    }
    t.clock.advance(600_000) // beyond every grace: the token was not used up
    const narrowed = await refresh(tokens.refresh_token, { scope: 'invoices:read' })
    expect(narrowed.status, narrowed.text).toBe(200)
    expect(payloadOf(narrowed.body.access_token)).toMatchObject({ aud: resource, scope: 'invoices:read' })
    expect(narrowed.body).not.toHaveProperty('id_token')
    const own = await refresh(narrowed.body.refresh_token, { scope: 'openid users:read', resource: ORIGIN })
    expect(payloadOf(own.body.access_token)).toMatchObject({ aud: ORIGIN, scope: 'openid users:read' })
    // The next one has everything again: RFC 6749 §6.
    const whole = await refresh(own.body.refresh_token)
    expect(payloadOf(whole.body.access_token)).toMatchObject({ aud: resource, scope: 'invoices:read invoices:write' })
  })

  test('of nobody costs no question to the database', async () => {
    for (const token of ['x', 'a'.repeat(43), `${'A'.repeat(42)}=`]) expect((await refresh(token)).status).toBe(400)
  })
})

test('unknown tokens take points of their address, and a valid one is never refused for them', async () => {
  const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  try {
    const own = await makeClient(limited)
    const { tokens } = await connect(limited, own)
    const ask = (token: string) =>
      postForm(limited, '/oauth/token', { grant_type: 'refresh_token', refresh_token: token }, { client: own })
    const unknown = (at: number) => Buffer.alloc(32, at).toString('base64url')
    const statuses: number[] = []
    for (let at = 0; at < 310; at++) statuses.push((await ask(unknown(at))).status)
    expect([statuses[0], statuses.at(-1)]).toEqual([400, 429])
    expect((await ask(tokens.refresh_token)).status).toBe(200)
  } finally {
    await limited.close()
  }
})
