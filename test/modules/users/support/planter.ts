/** An attacker who adds credentials to an account before its owner comes, and tries each of them afterwards. */
import { randomInt } from 'node:crypto'
import type { Authenticator } from '../../../support/authenticator.ts'
import { type Answer, call, PASSWORD, type Session } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'
import { codeOf } from '../../mfa/support/factors.ts'
import { addPasskey, signInWithPasskey, signUpWithPasskey } from '../../passkeys/support/people.ts'
import { deliver, proofIn } from '../../proofs/support/mail.ts'

export const PLANTED_PASSWORD = 'the planter knows this one'

/** What was planted: its name, and whether it still has any effect. */
export interface Planted {
  name: string
  works(): Promise<boolean>
}

export const post = <T = Record<string, unknown>>(
  t: TestApp,
  path: string,
  body: unknown = {},
  token?: string,
): Promise<Answer<T>> => call<T>(t, `POST ${path}`, { body, token })

/** The newest link sent to an address. */
export async function newestLink(t: TestApp, email: string): Promise<string | undefined> {
  await deliver(t)
  const mails = t.mails.filter(({ to, text }) => to === email && proofIn(text).token !== '')
  return mails.at(-1) && proofIn(mails.at(-1)?.text ?? '').token
}

export function createPlanter(t: TestApp) {
  const planted: Planted[] = []
  let sessions: Session[] = []
  let keys: Authenticator[] = []
  let secret: string | undefined
  const living = () => sessions.at(-1)?.accessToken

  function keep(session: Session, name: string): void {
    sessions.push(session)
    planted.push({
      name: `the ${name} session`,
      async works() {
        const read = await call(t, 'GET /v1/me', { token: session.accessToken })
        const { refreshToken } = session
        return read.status === 200 || (await post(t, '/v1/auth/refresh', { refreshToken })).status === 200
      },
    })
  }
  function keepKey(key: Authenticator): void {
    keys.push(key)
    planted.push({ name: 'a passkey', works: async () => (await signInWithPasskey(t, key)).status === 200 })
  }
  const keepPassword = (email: () => Promise<string>) =>
    planted.push({
      name: 'a password',
      // A right password that asks for more is a right password.
      works: async () =>
        (await post(t, '/v1/auth/sign-in', { email: await email(), password: PLANTED_PASSWORD })).status === 200,
    })

  return {
    planted,
    sessions: () => sessions,
    /** The names of what still works. */
    async left(): Promise<string[]> {
      const found: string[] = []
      for (const one of planted) if (await one.works()) found.push(one.name)
      return found
    },

    async signUp(email: string) {
      const answer = await post<Session>(t, '/v1/auth/sign-up', { email, password: PLANTED_PASSWORD })
      keepPassword(async () => email)
      if (answer.status === 201) keep(answer.body, 'sign-up')
    },
    async signUpWithPasskey(email: string) {
      const { key, answer } = await signUpWithPasskey(t, email)
      keepKey(key)
      if (answer.status === 201) keep(answer.body, 'sign-up')
    },
    async beginAnonymously() {
      keep((await post<Session>(t, '/v1/auth/anonymous')).body, 'anonymous')
    },
    async addPasskey() {
      const token = living()
      if (token === undefined) return
      const { key, answer } = await addPasskey(t, token).catch(() => ({ key: undefined, answer: undefined }))
      if (key && answer?.status === 201) keepKey(key)
    },
    async addApp() {
      const token = living()
      if (token === undefined || secret !== undefined) return
      const begun = await post<{ secret: string }>(t, '/v1/me/mfa/totp', {}, token)
      if (begun.status !== 201) return
      const body = { code: codeOf(t, begun.body.secret), endOtherSessions: false }
      if ((await post(t, '/v1/me/mfa/totp/confirm', body, token)).status === 200) secret = begun.body.secret
      t.clock.advance(30_000)
    },
    /** A sign-in that waits for its second factor. */
    async beginSignIn(email: string) {
      const app = secret
      const body = { email, password: PLANTED_PASSWORD }
      const answer = await post<{ status?: string; challenge: string }>(t, '/v1/auth/sign-in', body)
      if (answer.body.status !== 'mfa_required' || app === undefined) return
      planted.push({
        name: 'a sign-in that waits',
        async works() {
          t.clock.advance(30_000)
          const shown = { challenge: answer.body.challenge, factor: 'totp', code: codeOf(t, app) }
          return (await post(t, '/v1/auth/mfa/verify', shown)).status === 200
        },
      })
    },
    async signInAgain(email: string) {
      const answer = await post<Session>(t, '/v1/auth/sign-in', { email, password: PLANTED_PASSWORD })
      if (answer.status === 200 && answer.body.accessToken) keep(answer.body, 'second')
      const [key] = keys
      const byKey = key && (await signInWithPasskey(t, key))
      if (byKey?.status === 200) keep(byKey.body, 'passkey')
    },
    /** Asks that the account moves to an address of the planter. */
    async askToMove() {
      const token = living()
      if (token === undefined) return
      const email = `planter${randomInt(2 ** 40)}@example.org`
      await post(t, '/v1/me/email', { email }, token)
      const link = await newestLink(t, email)
      if (link === undefined) return
      planted.push({
        name: 'a move to another address',
        works: async () => (await post(t, '/v1/auth/verify-email', { token: link })).status === 200,
      })
    },
    /** Prepares the upgrade of an anonymous account, with an address of the planter's own. */
    async prepareUpgrade() {
      const token = living()
      if (token === undefined) return
      const email = `planter${randomInt(2 ** 40)}@example.org`
      const answer = await post<{ status: string }>(t, '/v1/me/upgrade', { email, password: PLANTED_PASSWORD }, token)
      if (answer.status !== 202) return
      const link = await newestLink(t, email)
      const id = sessions.at(-1)?.user.id
      planted.push({
        name: 'a prepared upgrade',
        works: async () => (await post(t, '/v1/auth/verify-email', { token: link ?? '' })).status === 200,
      })
      keepPassword(async () => {
        const { rows } = await t.deps.db.$client.execute({
          sql: 'SELECT email FROM users WHERE id = ?',
          args: [id ?? ''],
        })
        return String(rows[0]?.email)
      })
    },
    forget() {
      sessions = []
      keys = []
    },
  }
}

/** The owner sets a new password by mail and signs in with it. The server asks for no factor of another person. */
export async function ownerResets(t: TestApp, email: string): Promise<Answer<Session & { status?: string }>> {
  await post(t, '/v1/auth/forgot-password', { email })
  const token = await newestLink(t, email)
  const reset = await post(t, '/v1/auth/reset-password', { token, password: PASSWORD })
  if (reset.status !== 200) throw new Error(`reset-password: ${reset.status} ${reset.text}`)
  return post(t, '/v1/auth/sign-in', { email, password: PASSWORD })
}

/** The owner signs in by mail. */
export async function ownerComesByMail(t: TestApp, email: string): Promise<Answer<Session & { status?: string }>> {
  await post(t, '/v1/auth/email-code', { email })
  const token = await newestLink(t, email)
  return post(t, '/v1/auth/email-code/verify', { token })
}
