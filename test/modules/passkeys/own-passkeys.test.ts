/** `/v1/me/passkeys`: list, add, rename and remove passkeys, but never the last sign-in method. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { createAuthenticator } from '../../support/authenticator.ts'
import { call, type Session, signIn, signUp } from '../../support/client.ts'
import { executeOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { deliver, inParallel } from '../proofs/support/mail.ts'
import {
  addPasskey,
  registerOptions,
  signInWithPasskey,
  signUpWithPasskey,
  stepUp,
  stepUpOptions,
} from './support/people.ts'

setDefaultTimeout(300_000)

let t: TestApp
beforeAll(async () => {
  const provider = { id: 'google', issuer: 'https://accounts.example', clientId: 'c', clientSecret: 's' }
  t = await createTestApp({
    env: {
      EMAIL_VERIFICATION: 'optional',
      MAIL_URL: 'https://:key@mail.example/send',
      OIDC_PROVIDERS: JSON.stringify([provider]),
      RETURN_URLS: 'https://app.example.com/in',
    },
  })
})
afterAll(() => t.close())

interface Item {
  id: string
  name: string
  credentialId: string
  backedUp: boolean
  lastUsedAt: string | null
}
const list = async (token: string) => (await call<{ items: Item[] }>(t, 'GET /v1/me/passkeys', { token })).body.items
const remove = (token: string, id: string) => call(t, `DELETE /v1/me/passkeys/${id}`, { token })
let people = 0
const newEmail = () => `person${++people}@example.com`
const sql = executeOn(() => t)

describe('adding', () => {
  test('tells the owner, names it after the browser unless it has a name, and shows no key', async () => {
    const email = newEmail()
    const { accessToken } = await signUp(t, email)
    const older = await signIn(t, email)
    await deliver(t)
    const named = await addPasskey(t, accessToken, { synced: true, counts: false }, '  My phone 🦋')
    expect([named.answer.status, named.answer.body.name]).toEqual([201, '  My phone 🦋'])
    const [mail] = await deliver(t)
    expect([mail?.to, mail?.subject]).toEqual([email, 'A passkey was added to your account at Threeger ID'])
    expect(mail?.text).toContain('My phone')
    // A user who has a factor must show it before adding another. This session has shown it; an earlier one has not.
    const again = await call(t, 'POST /v1/me/passkeys/options', { token: older.accessToken, body: {} })
    expect(again.body.code).toBe('auth.fresh_session_required')
    const token = await stepUp(t, accessToken, named.key)
    const started = await registerOptions(t, token)
    expect(started.options.excludeCredentials.map(({ id }) => id)).toEqual([named.key.credentialId])
    const key = await createAuthenticator()
    const body = { challenge: started.challenge, credential: await key.create(started.options) }
    const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' }
    expect((await call(t, 'POST /v1/me/passkeys', { token, body, headers })).body.name).toBe('Firefox on Linux')
    const items = await list(token)
    expect(
      items.map(({ name, credentialId, backedUp, lastUsedAt }) => [name, credentialId, backedUp, lastUsedAt]),
    ).toEqual([
      ['  My phone 🦋', named.key.credentialId, true, new Date(t.clock.now()).toISOString()],
      ['Firefox on Linux', key.credentialId, false, null],
    ])
    expect(Object.keys(items[0] ?? {})).not.toContain('publicKey')
    await signInWithPasskey(t, key)
    expect((await list(token))[1]?.lastUsedAt).toBe(new Date(t.clock.now()).toISOString())
  })

  test('asks for a fresh session', async () => {
    const { accessToken: token } = await signUp(t, newEmail())
    const before = await registerOptions(t, token)
    t.clock.advance(601_000)
    const refreshed = token
    const answer = await call(t, 'POST /v1/me/passkeys/options', { token: refreshed, body: {} })
    expect([401, 403]).toContain(answer.status)
    const credential = await (await createAuthenticator()).create(before.options)
    const late = await call(t, 'POST /v1/me/passkeys', { token, body: { challenge: before.challenge, credential } })
    expect([401, 403]).toContain(late.status)
  })

  test('takes the options of one session and account alone, once', async () => {
    const one = await signUp(t, newEmail())
    const two = await signUp(t, newEmail())
    const { challenge, options } = await registerOptions(t, one.accessToken)
    const credential = await (await createAuthenticator()).create(options)
    const body = { challenge, credential }
    expect((await call(t, 'POST /v1/me/passkeys', { token: two.accessToken, body })).body.code).toBe(
      'passkey.not_created',
    )
    const statuses = await inParallel(t, 50, 'POST /v1/me/passkeys', { token: one.accessToken, body })
    expect(statuses[201]).toBe(1)
    expect([(await list(one.accessToken)).length, (await list(two.accessToken)).length]).toEqual([1, 0])
  })

  test('refuses a passkey that is already registered to any account', async () => {
    const { key } = await signUpWithPasskey(t, newEmail())
    const { accessToken: token } = await signUp(t, newEmail())
    const { challenge, options } = await registerOptions(t, token)
    const body = { challenge, credential: await key.create(options) }
    const answer = await call(t, 'POST /v1/me/passkeys', { token, body })
    expect([answer.status, answer.body.code]).toEqual([409, 'passkey.exists'])
  })

  test('ends at 50, also when they come at once', async () => {
    const { session, key } = await signUpWithPasskey(t, newEmail())
    const { accessToken: token, user } = session
    expect((await signInWithPasskey(t, key)).status).toBe(200)
    await sql(
      `INSERT INTO passkeys SELECT 'pky_' || lower(hex(randomblob(16))), user_id, hex(randomblob(16)), public_key, 0, transports, aaguid, backed_up, name, created_at, NULL, NULL, trust_epoch
       FROM passkeys, json_each('[${Array.from({ length: 45 }, (_, at) => at).join(',')}]') WHERE user_id = ?`,
      user.id,
    )
    const keys = await Promise.all(Array.from({ length: 8 }, () => addPasskey(t, token)))
    const statuses = keys.map(({ answer }) => answer.status).sort()
    expect(statuses).toEqual([201, 201, 201, 201, 409, 409, 409, 409])
    expect((await list(token)).length).toBe(50)
  })
})

describe('another name', () => {
  test('is any text of 1 to 100 characters', async () => {
    const { accessToken: token } = await signUp(t, newEmail())
    const { id } = await addPasskey(t, token)
    const rename = (name: unknown) => call(t, `PATCH /v1/me/passkeys/${id}`, { token, body: { name } })
    expect((await rename('Küche')).body.name).toBe('Küche')
    for (const name of ['', 'x'.repeat(101), 5, null, 'nul\0']) expect((await rename(name)).status).toBe(422)
    expect((await list(token))[0]?.name).toBe('Küche')
  })

  test('of a passkey of another user is 404, and so is its removal', async () => {
    const { session, key } = await signUpWithPasskey(t, newEmail())
    const [theirs] = await list(session.accessToken)
    const { accessToken: token } = await signUp(t, newEmail())
    const path = `/v1/me/passkeys/${theirs?.id}`
    for (const answer of [
      await call(t, `PATCH ${path}`, { token, body: { name: 'Mine' } }),
      await call(t, `DELETE ${path}`, { token }),
    ])
      expect([answer.status, answer.body.code]).toEqual([404, 'passkey.not_found'])
    expect((await list(session.accessToken))[0]).toEqual(theirs as Item)
    expect((await signInWithPasskey(t, key)).status).toBe(200)
  })
})

describe('removing', () => {
  test('ends the passkey and tells the owner', async () => {
    const email = newEmail()
    const { accessToken: token } = await signUp(t, email)
    const { accessToken: older } = await signIn(t, email)
    const { id, key } = await addPasskey(t, token)
    await deliver(t)
    expect((await remove(older, id)).body.code).toBe('auth.fresh_session_required') // with the password alone
    const shown = token
    expect((await remove(shown, id)).status).toBe(204)
    expect((await deliver(t)).map(({ to, subject }) => [to, subject])).toEqual([
      [email, 'A passkey was removed from your account at Threeger ID'],
    ])
    expect((await signInWithPasskey(t, key)).status).toBe(401)
    expect((await remove(shown, id)).body.code).toBe('passkey.not_found')
  })

  const ways: Record<string, { sql?: string; left: boolean }> = {
    'nothing else': { left: false },
    'a password': { sql: "UPDATE users SET password_hash = 'x' WHERE id = ?", left: true },
    'a verified address': { sql: 'UPDATE users SET email_verified = 1 WHERE id = ?', left: true },
    'an anonymous account with a verified address of ours': {
      sql: 'UPDATE users SET email_verified = 1, anonymous = 1 WHERE id = ?',
      left: false,
    },
    'a linked identity': {
      sql: "INSERT INTO identities SELECT 'idn_1' || id, id, 'google', 'https://accounts.example', id, NULL, NULL, 1, 1, 0 FROM users WHERE id = ?",
      left: true,
    },
    'an identity of a provider that is configured no more': {
      sql: "INSERT INTO identities SELECT 'idn_3' || id, id, 'acme', 'https://acme.example', id, NULL, NULL, 1, 1, 0 FROM users WHERE id = ?",
      left: false,
    },
    'an identity of a provider that has moved to another issuer': {
      sql: "INSERT INTO identities SELECT 'idn_4' || id, id, 'google', 'https://accounts.example.com', id, NULL, NULL, 1, 1, 0 FROM users WHERE id = ?",
      left: false,
    },
    'an identity of another user': {
      sql: "INSERT INTO identities SELECT 'idn_2' || id, id, 'google', 'https://accounts.example', 'o' || id, NULL, NULL, 1, 1, 0 FROM users WHERE id <> ? LIMIT 1",
      left: false,
    },
  }
  test.each(Object.keys(ways))('the last passkey beside %s', async (name) => {
    const way = ways[name] as { sql?: string; left: boolean }
    const { session } = await signUpWithPasskey(t, newEmail())
    if (way.sql !== undefined) await sql(way.sql, session.user.id)
    const [only] = await list(session.accessToken)
    await deliver(t)
    const answer = await remove(session.accessToken, only?.id ?? '')
    if (way.left) expect(answer.status, answer.text).toBe(204)
    else expect([answer.status, answer.body.code]).toEqual([409, 'factor.last_way_in'])
    expect((await list(session.accessToken)).length).toBe(way.left ? 0 : 1)
    expect((await deliver(t)).length).toBe(way.left ? 1 : 0)
  })

  test('a verified address is no sign-in method where the server sends no mails', async () => {
    const silent = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional', NODE_ENV: 'production' } })
    try {
      const { session } = await signUpWithPasskey(silent, 'ada@example.com')
      await silent.deps.db.$client.execute('UPDATE users SET email_verified = 1')
      const token = session.accessToken
      const { items } = (await call<{ items: Item[] }>(silent, 'GET /v1/me/passkeys', { token })).body
      const answer = await call(silent, `DELETE /v1/me/passkeys/${items[0]?.id}`, { token })
      expect(answer.body.code).toBe('factor.last_way_in')
    } finally {
      await silent.close()
    }
  })

  test('of several at once, one is left', async () => {
    const { session } = await signUpWithPasskey(t, newEmail())
    const token = session.accessToken
    for (let more = 0; more < 5; more++) await addPasskey(t, token)
    const ids = (await list(token)).map(({ id }) => id)
    const statuses = await Promise.all(ids.map(async (id) => (await remove(token, id)).status))
    expect(statuses.sort()).toEqual([204, 204, 204, 204, 204, 409])
    expect((await list(token)).length).toBe(1)
  })
})

describe('a fresh session', () => {
  const stale = async (session: Session) => {
    await sql('UPDATE sessions SET authenticated_at = authenticated_at - 601000 WHERE user_id = ?', session.user.id)
    t.deps.principals.forgetAll()
  }

  test('needs the passkey again and gets a new id; of 50 requests at once one succeeds', async () => {
    const { session, key } = await signUpWithPasskey(t, newEmail())
    await stale(session)
    const token = session.accessToken
    expect((await call(t, 'POST /v1/me/passkeys/options', { token, body: {} })).body.code).toBe(
      'auth.fresh_session_required',
    )
    const { challenge, options } = await stepUpOptions(t, token)
    expect(options.allowCredentials.map(({ id }) => id)).toEqual([key.credentialId])
    const body = { challenge, credential: await key.get(options, { userHandle: undefined }) } // it was named: no handle
    const statuses = await inParallel(t, 50, 'POST /v1/auth/step-up', { token, body })
    expect([statuses[200], statuses[401]]).toEqual([1, 49])
    expect((await call(t, 'GET /v1/me', { token })).status).toBe(401)
  })

  test('refuses the passkey of another user, the options of another session, and the challenge of a sign-in', async () => {
    const one = await signUpWithPasskey(t, newEmail())
    const two = await signUpWithPasskey(t, newEmail())
    const again = await signInWithPasskey(t, one.key)
    const token = one.session.accessToken
    const refusedWith = async (challenge: string, credential: unknown) => {
      const answer = await call(t, 'POST /v1/auth/step-up', { token, body: { challenge, credential } })
      expect([answer.status, answer.body.code]).toEqual([401, 'passkey.invalid'])
    }
    const own = await stepUpOptions(t, token)
    await refusedWith(own.challenge, await two.key.get(own.options))
    const others = await stepUpOptions(t, again.body.accessToken)
    await refusedWith(others.challenge, await one.key.get(others.options))
    const theirs = await stepUpOptions(t, two.session.accessToken)
    await refusedWith(theirs.challenge, await two.key.get(theirs.options))
    expect((await call(t, 'GET /v1/me', { token })).status).toBe(200)
  })
})
