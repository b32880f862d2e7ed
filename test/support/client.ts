/** A client that speaks to a test app over HTTP semantics: `app.handle` with whole requests. */
import type { Session } from '../../src/modules/sessions/session-schema.ts'
import { setupToken } from '../../src/modules/setup/setup-token.ts'
import type { ManagedUser, User } from '../../src/modules/users/schema.ts'
import { ORIGIN, type TestApp } from './test-app.ts'

export interface Call {
  token?: string | undefined
  cookie?: string | undefined
  headers?: Record<string, string>
  /** Sent as JSON, and URLSearchParams as a form. */
  body?: unknown
}

/** The content type and the text of a body. */
export const encoded = (body: unknown): { type: string; text: string } =>
  body instanceof URLSearchParams
    ? { type: 'application/x-www-form-urlencoded', text: body.toString() }
    : { type: 'application/json', text: JSON.stringify(body) }

export interface Answer<T = Record<string, unknown>> {
  status: number
  headers: Headers
  text: string
  /** The parsed body; an empty object when there is none. */
  body: T
}

/** `call(t, 'POST /v1/auth/sign-in', { body })` */
export async function call<T = Record<string, unknown>>(
  { app }: Pick<TestApp, 'app'>,
  methodAndPath: string,
  { token, cookie, headers = {}, body }: Call = {},
): Promise<Answer<T>> {
  const [method = 'GET', path = '/'] = methodAndPath.split(' ')
  const response = await app.handle(
    new Request(`${ORIGIN}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': encoded(body).type }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === undefined ? {} : { cookie: `__Host-session=${cookie}`, origin: ORIGIN }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: encoded(body).text }),
    }),
  )
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (isStream) await response.body?.cancel() // it has no end
  const text = isStream ? '' : await response.text()
  const parsed = (text && /[/+]json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : {}) as T // the caller names its shape
  return { status: response.status, headers: response.headers, text, body: parsed }
}

export const PASSWORD = 'correct horse battery staple'

/** Signs up and returns the session. */
export async function signUp(t: TestApp, email: string, password = PASSWORD): Promise<Session> {
  const answer = await call<Session>(t, 'POST /v1/auth/sign-up', { body: { email, password } })
  if (answer.status !== 201) throw new Error(`sign-up of ${email}: ${answer.status} ${answer.text}`)
  return answer.body
}

/**
 * Signs in and returns the session. A failure is caught by `.catch`, not by `expect().rejects`: Bun waits there in an event
 * loop within the event loop, in which no thread that hashes is heard.
 */
export async function signIn(t: TestApp, email: string, password = PASSWORD): Promise<Session> {
  const answer = await call<Session>(t, 'POST /v1/auth/sign-in', { body: { email, password } })
  if (answer.status !== 200) throw new Error(`sign-in of ${email}: ${answer.status} ${answer.text}`)
  return answer.body
}

/** Sets up the first administrator and returns the session. */
export async function setUpAdmin(t: TestApp, email = 'admin@example.com'): Promise<Session> {
  const token = await setupToken(t.deps)
  const answer = await call<Session>(t, 'POST /v1/setup', { body: { token, email, password: PASSWORD, name: 'Admin' } })
  if (answer.status !== 201) throw new Error(`set-up: ${answer.status} ${answer.text}`)
  return answer.body
}

/** Signs in for a cookie and returns its value. */
export async function signInWithCookie(t: TestApp, email: string, password = PASSWORD): Promise<string> {
  const answer = await call(t, 'POST /v1/auth/sign-in', {
    headers: { origin: ORIGIN },
    body: { email, password, useCookie: true },
  })
  return cookieOf(answer)
}

/** The value of the session cookie an answer sets. */
export function cookieOf(answer: Pick<Answer, 'status' | 'headers' | 'text'>): string {
  const value = /^__Host-session=([^;]*)/.exec(answer.headers.get('set-cookie') ?? '')?.[1]
  if (value === undefined) throw new Error(`no session cookie: ${answer.status} ${answer.text}`)
  return value
}

/** The text of a new session without its tokens: among their random letters may be any short word. */
export const withoutTokens = ({ text, body }: Pick<Answer<Session>, 'text' | 'body'>): string =>
  text.replace(body.accessToken, '').replace(body.refreshToken, '')

export type { ManagedUser, Session, User }
