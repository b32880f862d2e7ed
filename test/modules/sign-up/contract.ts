import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { PASSWORD, type Session, type User, withoutTokens } from '../../support/client.ts'
import { defineContract, LINK } from '../../support/contract.ts'

export const contract = defineContract({
  access: { 'POST /v1/auth/sign-up': 'public' },
  writes: {
    budget: { 'POST /v1/auth/sign-up': 1 },
    ask: async ({ pay }) => {
      const body = { email: 'signs-up@example.com', password: PASSWORD }
      for (const status of [201, 409]) await pay('POST /v1/auth/sign-up', '/v1/auth/sign-up', { body }, status)
    },
  },
  roundTrips: [
    {
      route: 'POST /v1/auth/sign-up',
      status: 201,
      prepare: ({ newEmail }) => ({
        methodAndPath: 'POST /v1/auth/sign-up',
        body: { email: newEmail(), password: PASSWORD },
      }),
    },
  ],
  runtime: [
    guarantee('sign-up opens a session, and an address is taken once', ['POST /v1/auth/sign-up'], async (tools) => {
      const email = tools.newEmail()
      const body = { email, password: PASSWORD, name: 'Ada 李' }
      const answer = await tools.call<Session>('POST /v1/auth/sign-up', { body })
      expect(answer.status).toBe(201)
      expect(answer.body).toMatchObject({ tokenType: 'Bearer', expiresIn: 300, user: { email, name: 'Ada 李' } })
      expect(withoutTokens(answer)).not.toMatch(/hash|argon/i)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      await tools.refused('POST /v1/auth/sign-up', 'user.email_taken', {
        body: { ...body, email: email.toUpperCase() },
      })
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

    guarantee('five sign-ups at once for one address make one account', [], async (tools) => {
      const body = { email: tools.newEmail(), password: PASSWORD }
      const answers = await Promise.all(Array.from({ length: 5 }, () => tools.call('POST /v1/auth/sign-up', { body })))
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409])
    }),

    guarantee(
      'with verification required, sign-up does not reveal accounts, and sign-in requires the verification',
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
  ],
  mails: { 'account-exists': { resetLink: LINK } },
})
