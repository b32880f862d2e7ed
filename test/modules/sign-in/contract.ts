import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import type { Operation } from '../../runtime/round-trips/operation.ts'
import { call, PASSWORD, type Session, signIn, signUp, type User } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

const signInWith = (how: string | undefined, password: string, status: number): Operation => ({
  route: 'POST /v1/auth/sign-in',
  ...(how === undefined ? {} : { how }),
  status,
  async prepare({ signUp }) {
    const { email } = (await signUp()).user
    return { methodAndPath: 'POST /v1/auth/sign-in', body: { email, password } }
  },
})

export const contract = defineContract({
  access: { 'POST /v1/auth/sign-in': 'public' },
  writes: {
    budget: { 'POST /v1/auth/sign-in': 2 },
    ask: async ({ t, pay }) => {
      const body = { email: 'signs-in@example.com', password: PASSWORD }
      await signUp(t, body.email)
      await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body })
      await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body: { ...body, password: 'wrong' } }, 401)
      await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body: { ...body, email: 'nobody@example.com' } }, 401)
      const { accessToken: token } = await signIn(t, body.email)
      await call(t, 'PATCH /v1/me', { token, body: { username: 'signs_in' } })
      const named = { username: 'signs_in', password: PASSWORD }
      await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body: named })
      await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body: { ...named, password: 'wrong' } }, 401)
      await pay('POST /v1/auth/sign-in', '/v1/auth/sign-in', { body: { ...named, username: 'nobody' } }, 401)
    },
  },
  roundTrips: [
    signInWith(undefined, PASSWORD, 200),
    signInWith('with a wrong password', `${PASSWORD}!`, 401),
    {
      route: 'POST /v1/auth/sign-in',
      how: 'with a username',
      status: 200,
      async prepare({ ask, signUp }) {
        const { user, accessToken: token } = await signUp()
        const username = `person.${user.id.slice(-12)}`
        await ask({ methodAndPath: 'PATCH /v1/me', token, body: { username } }, 200)
        return { methodAndPath: 'POST /v1/auth/sign-in', body: { username, password: PASSWORD } }
      },
    },
  ],
  runtime: [
    guarantee(
      'sign-in verifies the password, and refuses wrong passwords and unknown addresses alike',
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
      'a person signs in with a username in any case, and unknown names are refused like wrong passwords',
      ['PATCH /v1/me'],
      async (tools) => {
        const { user, accessToken: token } = await tools.signUp()
        const username = `zoë.${user.id.slice(-12)}`
        const named = await tools.call<User>('PATCH /v1/me', { token, body: { username: username.toUpperCase() } })
        expect([named.status, named.body.username]).toEqual([200, username])
        const right = { username: username.toUpperCase().normalize('NFD'), password: PASSWORD }
        const session = await tools.call<Session>('POST /v1/auth/sign-in', { body: right })
        expect([session.status, session.body.user]).toEqual([200, named.body])
        for (const body of [
          { ...right, password: `${PASSWORD}!` },
          { ...right, username: `${username}x` },
        ])
          await tools.refused('POST /v1/auth/sign-in', 'auth.invalid_credentials', { body })
        const { accessToken } = await tools.signUp()
        const alike = { username: username.replace('o', '0') }
        await tools.refused('PATCH /v1/me', 'user.username_taken', { token: accessToken, body: alike })
        await tools.refused('PATCH /v1/me', 'user.username_refused', {
          token: accessToken,
          body: { username: 'аdmin' },
        })
      },
    ),

    guarantee('a password in any Unicode form is verified, composed or decomposed', [], async (tools) => {
      const email = tools.newEmail()
      const password = 'ångström 密码 🔑 naïveté'
      const { status } = await tools.call('POST /v1/auth/sign-up', {
        body: { email, password: password.normalize('NFC') },
      })
      expect(status).toBe(201)
      const body = { email, password: password.normalize('NFD') }
      expect((await tools.call('POST /v1/auth/sign-in', { body })).status).toBe(200)
    }),
  ],
})
