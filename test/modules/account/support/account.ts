/** People at their account page, each in a browser of their own. */
import type { Page } from 'playwright-core'
import { call, PASSWORD, type Session, signUp } from '../../../support/client.ts'
import { proveOwnAddress } from '../../proofs/support/mail.ts'
import { goFrom, startWorld, type Visit, type World } from '../../pages/support/world.ts'

export { browserPath } from '../../pages/support/world.ts'

export interface AccountWorld extends World {
  /** A new account with a verified address. */
  person(more?: Record<string, unknown>): Promise<Session>
  /** A browser in which this person is signed in, at this path. */
  as(who: Pick<Session, 'user'>, path?: string, options?: Parameters<World['visit']>[0]): Promise<Visit>
  /** A call of the API by this person. */
  api<T = Record<string, unknown>>(who: Session, methodAndPath: string, body?: unknown): Promise<T>
}

/** `localhost`: browsers take no IP address as the domain of a passkey. */
export async function startAccountWorld(env: Record<string, string> = {}): Promise<AccountWorld> {
  const w = await startWorld({ EMAIL_VERIFICATION: 'optional', ...env }, 'localhost')
  let people = 0
  return {
    ...w,
    async person(more = {}) {
      people += 1
      const session = await signUp(w.t, `person${people}@example.com`)
      await proveOwnAddress(w.t, session)
      if (Object.keys(more).length > 0) await call(w.t, 'PATCH /v1/me', { token: session.accessToken, body: more })
      await w.t.work()
      return session
    },
    async as({ user: { email } }, path = '/account', options) {
      const visit = await w.visit(options)
      await signInHere(visit.page, w.origin, email)
      await visit.page.goto(w.origin + path)
      await visit.page.getByRole('heading', { level: 2 }).first().waitFor()
      return visit
    },
    async api<T>({ accessToken: token }: Session, methodAndPath: string, body?: unknown) {
      const answer = await call<T>(w.t, methodAndPath, { token, body })
      if (answer.status >= 300) throw new Error(`${methodAndPath}: ${answer.status} ${answer.text}`)
      return answer.body
    },
  }
}

/** What a person shows beside the password. */
export interface SecondFactor {
  factor: 'totp' | 'recovery_code'
  code: string
}

/** Gives this browser the cookie of a new session. */
export async function signInHere(page: Page, origin: string, email: string, second?: SecondFactor): Promise<void> {
  await goFrom(page, `${origin}/livez`)
  const status = await page.evaluate(
    async ({ first, second: shown }) => {
      const post = (path: string, body: unknown) =>
        fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
      const answer = await post('/v1/auth/sign-in', first)
      if (shown === undefined) return answer.status
      const { challenge } = await answer.json()
      return (await post('/v1/auth/mfa/verify', { challenge, ...shown })).status
    },
    { first: { email, password: PASSWORD, useCookie: true }, second },
  )
  if (status !== 200) throw new Error(`sign-in of ${email}: ${status}`)
}

/** What is said to everyone when something is done. */
export const said = (page: Page, text: string | RegExp) => page.locator('.announced p', { hasText: text }).waitFor()

/** The card of this heading. */
export const card = (page: Page, name: string) =>
  page.locator('section.card').filter({ has: page.getByRole('heading', { level: 2, name, exact: true }) })
