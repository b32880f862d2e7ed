/** People with passkeys, over HTTP. */
import {
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type Lies,
} from '../../../support/authenticator.ts'
import { type Answer, call, type Session } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'

type App = Pick<TestApp, 'app'>

export interface Creation {
  challenge: string
  options: { challenge: string; rp: { id: string }; user: { id: string }; excludeCredentials: { id: string }[] }
}
export interface Request {
  challenge: string
  options: { challenge: string; rpId: string; allowCredentials: { id: string }[] }
}

async function asked<T>(t: App, path: string, body: unknown, token?: string): Promise<T> {
  const answer = await call<T>(t, `POST ${path}`, { body, token })
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`)
  return answer.body
}

export const signUpOptions = (t: App, email: string) =>
  asked<Creation>(t, '/v1/auth/passkey/sign-up/options', { email })
export const signInOptions = (t: App) => asked<Request>(t, '/v1/auth/passkey/options', {})
export const stepUpOptions = (t: App, token: string) => asked<Request>(t, '/v1/auth/step-up/passkey/options', {}, token)
export const registerOptions = (t: App, token: string) => asked<Creation>(t, '/v1/me/passkeys/options', {}, token)

/** Signs up with a new passkey. */
export async function signUpWithPasskey(t: App, email: string, options?: AuthenticatorOptions) {
  const key = await createAuthenticator(options)
  const started = await signUpOptions(t, email)
  const credential = await key.create(started.options)
  const answer = await call<Session>(t, 'POST /v1/auth/passkey/sign-up', {
    body: { challenge: started.challenge, credential },
  })
  return { key, answer, session: answer.body }
}

/** Signs in with a passkey, telling these lies. */
export async function signInWithPasskey(t: App, key: Authenticator, lies?: Lies): Promise<Answer<Session>> {
  const { challenge, options } = await signInOptions(t)
  return call<Session>(t, 'POST /v1/auth/passkey', { body: { challenge, credential: await key.get(options, lies) } })
}

/** Adds a passkey to the account of a session. */
export async function addPasskey(t: App, token: string, options?: AuthenticatorOptions, name?: string) {
  const key = await createAuthenticator(options)
  const started = await registerOptions(t, token)
  const credential = await key.create(started.options)
  const body = { challenge: started.challenge, credential, ...(name === undefined ? {} : { name }) }
  const answer = await call<{ id: string; name: string }>(t, 'POST /v1/me/passkeys', { token, body })
  return { key, answer, body, id: answer.body.id }
}

/** Makes a session fresh with a passkey, which is also a second factor, and returns the access token of the new one. */
export async function stepUp(t: App, token: string, key: Authenticator): Promise<string> {
  const { challenge, options } = await stepUpOptions(t, token)
  const body = { challenge, credential: await key.get(options) }
  const answer = await call<Session>(t, 'POST /v1/auth/step-up', { token, body })
  if (answer.status !== 200) throw new Error(`step-up: ${answer.status} ${answer.text}`)
  return answer.body.accessToken
}
