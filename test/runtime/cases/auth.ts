import { expect } from 'bun:test'
import { hashToken } from '../../../src/lib/tokens.ts'
import { PASSWORD, type Session, type User } from '../../support/client.ts'
import { guarantee } from '../case.ts'
import type { Tools } from '../tools.ts'

const refresh = ({ call }: Tools, refreshToken: string) =>
  call<Session>('POST /v1/auth/refresh', { body: { refreshToken } })

/** Moves a rotation into the past: here the clock is the real one. */
const ageRotation = async ({ client }: Tools, refreshToken: string, ms: number) => {
  const changed = await client.execute({
    sql: 'UPDATE session_tokens SET rotated_at = rotated_at - ? WHERE hash = ? RETURNING hash',
    args: [ms, await hashToken(refreshToken)],
  })
  expect(changed.rows.length).toBe(1)
}

export const authCases = [
  guarantee(
    'whoever begins with nothing becomes real without losing the id',
    ['POST /v1/auth/anonymous', 'POST /v1/me/upgrade'],
    async (tools) => {
      const { accessToken: token, user } = (await tools.call<Session>('POST /v1/auth/anonymous', { body: {} })).body
      expect([user.roles, user.email]).toEqual([[], `${user.id}@anonymous.invalid`])
      const body = { email: `${user.id}@example.com`, password: PASSWORD }
      const weak = { token, body: { ...body, password: 'password1234' } }
      await tools.refused('POST /v1/me/upgrade', 'user.password_refused', weak)
      const upgraded = await tools.call<Session>('POST /v1/me/upgrade', { token, body })
      expect(upgraded.status).toBe(200)
      expect(upgraded.body.user).toMatchObject({ id: user.id, roles: ['user'], email: body.email })
      await tools.refused('GET /v1/me', 'session.expired', { token })
      const { accessToken } = upgraded.body
      await tools.refused('POST /v1/me/upgrade', 'user.not_anonymous', { token: accessToken, body })
      expect((await tools.call('POST /v1/auth/sign-in', { body })).status).toBe(200)
    },
  ),

  guarantee('sign-up opens a session, and an address is taken once', ['POST /v1/auth/sign-up'], async (tools) => {
    const email = tools.newEmail()
    const body = { email, password: PASSWORD, name: 'Ada 李' }
    const answer = await tools.call<Session>('POST /v1/auth/sign-up', { body })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ tokenType: 'Bearer', expiresIn: 300, user: { email, name: 'Ada 李' } })
    expect(answer.text).not.toMatch(/hash|argon/i)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    await tools.refused('POST /v1/auth/sign-up', 'user.email_taken', { body: { ...body, email: email.toUpperCase() } })
    const weak = await tools.refused('POST /v1/auth/sign-up', 'user.password_refused', {
      body: { email: tools.newEmail(), password: 'password1234' },
    })
    expect(JSON.stringify(weak)).not.toContain('password1234')
  }),

  guarantee(
    'one mailbox is one account, whichever tables of Unicode the runtime has',
    ['POST /v1/auth/sign-up', 'POST /v1/auth/sign-in'],
    async (tools) => {
      const name = tools.newEmail().split('@')[0] ?? ''
      const { user } = (
        await tools.call<Session>('POST /v1/auth/sign-up', {
          body: { email: ` ${name}@Bücher.example `, password: PASSWORD },
        })
      ).body
      expect(user.email).toBe(`${name}@Bücher.example`)
      for (const domain of [
        'bücher.example',
        'xn--bcher-kva.example',
        'XN--Bcher-KVA.example',
        'bu\u0308cher。example',
      ]) {
        const body = { email: `${name.toUpperCase()}＠${domain}`, password: PASSWORD }
        await tools.refused('POST /v1/auth/sign-up', 'user.email_taken', { body })
        expect((await tools.call<Session>('POST /v1/auth/sign-in', { body })).body.user.id, domain).toBe(user.id)
      }
      const rows = await tools.client.execute({ sql: 'SELECT email_key FROM users WHERE id = ?', args: [user.id] })
      expect(rows.rows[0]?.email_key).toBe(`${name}@xn--bcher-kva.example`)
      const none = ['x@ａnonymous.invalid', 'a\u200b@b.example', 'a@b\u202e.example', 'a@1.2.3', 'a@b.0x7f']
      none.push('a@xn--a.example', 'a@xn--1ug.example', 'a@xn--abc-.example', 'a@b％41.example', 'a@b／c.example')
      for (const email of none)
        await tools.refused('POST /v1/auth/sign-up', 'request.invalid', { body: { email, password: PASSWORD } })
    },
  ),

  guarantee(
    'sign-in verifies the password, and refuses wrong ones and strangers alike',
    ['POST /v1/auth/sign-in'],
    async (tools) => {
      const { user } = await tools.signUp()
      const right = { email: user.email, password: PASSWORD }
      const session = await tools.call<Session>('POST /v1/auth/sign-in', { body: right })
      expect([session.status, session.body.user]).toEqual([200, user])
      const me = await tools.call<User>('GET /v1/me', { token: session.body.accessToken })
      expect(me.body).toEqual(user)
      for (const body of [
        { ...right, password: `${PASSWORD}!` },
        { ...right, email: 'nobody@example.com' },
      ])
        await tools.refused('POST /v1/auth/sign-in', 'auth.invalid_credentials', { body })
    },
  ),

  guarantee(
    'ten refreshes at once within the grace give one successor and sign nobody out',
    ['POST /v1/auth/refresh'],
    async (tools) => {
      const { refreshToken, user } = await tools.signUp()
      const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(tools, refreshToken)))
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
      const successors = new Set(answers.map(({ body }) => body.refreshToken))
      expect(successors.size).toBe(1)
      const [successor = ''] = successors
      const next = await refresh(tools, successor)
      expect([next.status, next.body.user]).toEqual([200, user])
      expect((await tools.call('GET /v1/me', { token: next.body.accessToken })).status).toBe(200)
    },
  ),

  guarantee('a spent refresh token after the grace ends the family', ['POST /v1/auth/refresh'], async (tools) => {
    const { refreshToken } = await tools.signUp()
    const successor = (await refresh(tools, refreshToken)).body
    await ageRotation(tools, refreshToken, 10_001)
    // Nobody has used the successor: the answer that carried it was lost.
    const again = await refresh(tools, refreshToken)
    expect([again.status, again.body.refreshToken]).toEqual([200, successor.refreshToken])
    const next = (await refresh(tools, successor.refreshToken)).body
    const reused = { body: { refreshToken } }
    const { headers } = await tools.refused('POST /v1/auth/refresh', 'session.reused', reused)
    expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken: next.refreshToken } })
    await tools.refused('GET /v1/me', 'session.expired', { token: next.accessToken })
    await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken: 'unknown' } })
  }),

  guarantee('sign-out ends the session from the next request on', ['POST /v1/auth/sign-out'], async (tools) => {
    const { accessToken: token, refreshToken } = await tools.signUp()
    expect((await tools.call('GET /v1/me', { token })).status).toBe(200)
    const out = await tools.call('POST /v1/auth/sign-out', { token })
    expect([out.status, out.text]).toEqual([204, ''])
    await tools.refused('GET /v1/me', 'session.expired', { token })
    await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken } })
    await tools.refused('POST /v1/auth/sign-out', 'session.expired', { token })
  }),

  guarantee('a session past its life is refused', [], async (tools) => {
    const { accessToken: token, refreshToken, user } = await tools.signUp()
    await tools.client.execute({ sql: 'UPDATE sessions SET expires_at = 1 WHERE user_id = ?', args: [user.id] })
    await tools.refused('GET /v1/me', 'session.expired', { token })
    await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken } })
  }),

  guarantee('five sign-ups at once for one address make one account', [], async (tools) => {
    const body = { email: tools.newEmail(), password: PASSWORD }
    const answers = await Promise.all(Array.from({ length: 5 }, () => tools.call('POST /v1/auth/sign-up', { body })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409])
  }),

  guarantee(
    'where e-mail must be verified, sign-up tells nobody who exists and sign-in waits for it',
    [],
    async (tools) => {
      const { baseUrl } = await tools.secure()
      const body = { email: tools.newEmail(), password: PASSWORD }
      const signUp = () => tools.call('POST /v1/auth/sign-up', { baseUrl, body })
      const [fresh, known] = [await signUp(), await signUp()]
      expect([fresh.status, known.status]).toEqual([202, 202])
      expect(known.text).toBe(fresh.text)
      const signIn = () => tools.call('POST /v1/auth/sign-in', { baseUrl, body })
      expect((await signIn()).status).toBe(401)
      const { accessToken: token } = await tools.admin()
      const found = await tools.call<{ items: User[] }>(`GET /v1/users?q=${body.email}`, { token })
      const path = `/v1/users/${found.body.items[0]?.id}`
      await tools.call(`PATCH ${path}`, { token, body: { emailVerified: true } })
      expect((await signIn()).status).toBe(200)
    },
  ),

  guarantee('a password of any Unicode is verified as it was typed, composed or not', [], async (tools) => {
    const email = tools.newEmail()
    const password = 'ångström 密码 🔑 naïveté'
    const { status } = await tools.call('POST /v1/auth/sign-up', {
      body: { email, password: password.normalize('NFC') },
    })
    expect(status).toBe(201)
    const body = { email, password: password.normalize('NFD') }
    expect((await tools.call('POST /v1/auth/sign-in', { body })).status).toBe(200)
  }),

  guarantee(
    'a session is made fresh by its password, and replaced',
    ['POST /v1/auth/step-up', 'DELETE /v1/me'],
    async (tools) => {
      const { accessToken: token, refreshToken, user } = await tools.signUp()
      const age = 'UPDATE sessions SET authenticated_at = authenticated_at - 601000 WHERE user_id = ?'
      await tools.client.execute({ sql: age, args: [user.id] })
      await tools.refused('DELETE /v1/me', 'auth.fresh_session_required', { token })
      const wrong = { token, body: { password: `${PASSWORD}!` } }
      await tools.refused('POST /v1/auth/step-up', 'auth.invalid_credentials', wrong)
      const fresh = await tools.call<Session>('POST /v1/auth/step-up', { token, body: { password: PASSWORD } })
      expect([fresh.status, fresh.body.user]).toEqual([200, user])
      await tools.refused('GET /v1/me', 'session.expired', { token })
      await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken } })
      expect((await tools.call('DELETE /v1/me', { token: fresh.body.accessToken })).status).toBe(204)
    },
  ),
]
