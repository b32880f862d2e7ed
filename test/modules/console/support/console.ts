/** People at the console, each in a browser of their own. */
import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { call, PASSWORD, type Session, setUpAdmin } from '../../../support/client.ts'
import { goFrom, startWorld, type Visit, type World } from '../../pages/support/world.ts'

export { browserPath } from '../../pages/support/world.ts'

export interface Console extends World {
  admin: Session
  /** Makes an account with these roles. */
  person(
    email: string,
    roles?: readonly string[],
    more?: Record<string, unknown>,
  ): Promise<{ id: string; email: string }>
  /** A browser in which this person is signed in, at this path. */
  as(email: string, path?: string): Promise<Visit>
  /** A call of the API by the first administrator. Expects this status. */
  api<T = Record<string, unknown>>(methodAndPath: string, body?: unknown, status?: number): Promise<T>
}

export const ADMIN = 'admin@example.com'

export async function startConsole(env: Record<string, string> = {}): Promise<Console> {
  const w = await startWorld(env)
  const admin = await setUpAdmin(w.t, ADMIN)
  const api = async <T>(
    methodAndPath: string,
    body?: unknown,
    status = methodAndPath.startsWith('POST') ? 201 : 200,
  ) => {
    const answer = await call<T>(w.t, methodAndPath, { token: admin.accessToken, body })
    expect(answer.status, answer.text).toBe(status)
    return answer.body
  }
  return {
    ...w,
    admin,
    api,
    person: (email, roles = ['user'], more = {}) =>
      api('POST /v1/users', { email, password: PASSWORD, emailVerified: true, roles, ...more }),
    async as(email, path = '/console') {
      const visit = await w.visit()
      await signInHere(visit.page, w.origin, email)
      await visit.page.goto(w.origin + path)
      return visit
    },
  }
}

/** Gives this browser the cookie of a new session. */
export async function signInHere(page: Page, origin: string, email: string): Promise<void> {
  await goFrom(page, `${origin}/livez`)
  const status = await page.evaluate(
    async (body) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch('/v1/auth/sign-in', { method: 'POST', headers, body: JSON.stringify(body) })
      return answer.status
    },
    { email, password: PASSWORD, useCookie: true },
  )
  expect(status).toBe(200)
}

/** The heading of the page, when it is this one. */
export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()
