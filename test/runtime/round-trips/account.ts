/** A client of a measured server: it signs people up and in, and ends the run at the first answer that is not as it should be. */
import type { Session } from '../../../src/modules/sessions/session-schema.ts'
import { encoded } from '../../support/client.ts'
import type { FakeProvider } from '../../modules/providers/support/fake-provider.ts'

export const PASSWORD = 'correct horse battery staple'
export const ADMIN_EMAIL = 'admin@example.com'

export interface Ask {
  /** `POST /v1/users/usr_…/disable` */
  methodAndPath: string
  token?: string
  headers?: Record<string, string>
  body?: unknown
}

export interface Accounts {
  /** The answer, whatever it is. Redirects are not followed. */
  send(ask: Ask): Promise<Response>
  /** Throws unless the answer has this status. Returns the parsed body. */
  ask<T = unknown>(ask: Ask, status: number): Promise<T>
  newEmail(): string
  signUp(): Promise<Session>
  /** To the other provider as this person; what is left to ask is the callback. With a token: to link. */
  comeBack(sub: string, link?: string): Promise<Ask>
  /** Asks for a mail, and reads what it proves with. */
  proof(ask: Ask): Promise<{ token: string; code: string }>
  /** A new session of the administrator, which no cache holds. */
  admin(): Promise<string>
}

export function accountsOf(
  baseUrl: string,
  newestProof: () => ReturnType<Accounts['proof']>,
  elsewhere: FakeProvider,
): Accounts {
  let people = 0
  const newEmail = () => `person${++people}@example.com`

  async function send({ methodAndPath, token, headers = {}, body }: Ask): Promise<Response> {
    const [method = 'GET', path = '/'] = methodAndPath.split(' ')
    return fetch(`${baseUrl}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': encoded(body).type }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: encoded(body).text }),
    })
  }

  async function ask<T>(asked: Ask, status: number): Promise<T> {
    const answer = await send(asked)
    const { methodAndPath } = asked
    const text = await answer.text()
    if (answer.status !== status) throw new Error(`${methodAndPath} answered ${answer.status}, not ${status}: ${text}`)
    const isJson = /[/+]json/.test(answer.headers.get('content-type') ?? '')
    return (isJson ? JSON.parse(text) : undefined) as T // the caller names its shape
  }

  return {
    send,
    ask,
    newEmail,
    async comeBack(sub, link) {
      const start = link === undefined ? '/v1/auth/providers/acme/start' : '/v1/me/identities/acme/start'
      const begun = await fetch(`${baseUrl}${start}`, {
        redirect: 'manual',
        ...(link === undefined ? {} : { method: 'POST', headers: { authorization: `Bearer ${link}` } }),
      })
      const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? ''
      const url = begun.headers.get('location') ?? ((await begun.json()) as { url: string }).url // of a link
      elsewhere.person = { sub, email: `${sub}@work.example`, email_verified: true }
      const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '')
      return { methodAndPath: `GET ${back.pathname}${back.search}`, headers: { cookie } }
    },
    signUp: () =>
      ask<Session>({ methodAndPath: 'POST /v1/auth/sign-up', body: { email: newEmail(), password: PASSWORD } }, 201),
    async proof(asked) {
      await ask(asked, 202)
      return newestProof()
    },
    async admin() {
      const body = { email: ADMIN_EMAIL, password: PASSWORD }
      return (await ask<Session>({ methodAndPath: 'POST /v1/auth/sign-in', body }, 200)).accessToken
    },
  }
}
