/** What a case may use: a client over real HTTP that looks at every answer, people, and the database beside the server. */
import { expect } from 'bun:test'
import type { Client } from '@libsql/client/web'
import { migrateDatabase } from '../../db/migrate.ts'
import { openRemote } from '../../db/remote.ts'
import type { Session } from '../../src/modules/sessions/session-schema.ts'
import { createTickets } from '../../src/platform/tickets.ts'
import { expectProblem, type ProblemBody } from '../http/support/send.ts'
import type { Proof } from '../modules/proofs/support/mail.ts'
import { type FakeProvider, startFakeProvider } from '../modules/providers/support/fake-provider.ts'
import { type Answer, PASSWORD } from '../support/client.ts'
import { expectPolicies } from '../support/security-headers.ts'
import { startSqld } from '../support/sqld.ts'
import { startMailProvider } from './mail-provider.ts'
import { APP_SECRET, type RuntimeServer, type RuntimeServerOptions } from './servers/runtime-server.ts'

/** Issuer and own origin of every server of the suite; plain http, so its cookie is `session`. */
export const APP_URL = 'http://id.test'
/** Of the second server, which runs as in production. */
export const SECURE_APP_URL = 'https://id.test'
/** The origin of a page that may call. */
export const PAGE = 'https://app.example'
const SETUP_TTL_SECONDS = 3600
/** Where a sign-in with a provider returns to. */
export const SIGNED_IN = 'https://app.example/signed-in'

/** A key in the right form, which signs nothing. */
const NO_KEY = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'

/** The environment of a server that knows `acme`, and Apple, which no test uses. Clients may register themselves. */
export const providerEnv = (issuer: string): Record<string, string> => ({
  OIDC_PROVIDERS: JSON.stringify([
    { id: 'acme', name: 'Acme', issuer, clientId: 'threeger', clientSecret: 'secret' },
    { id: 'apple', preset: 'apple', clientId: 'threeger', teamId: 'TEAM', keyId: 'KEY', privateKey: NO_KEY },
  ]),
  RETURN_URLS: SIGNED_IN,
  OAUTH_REGISTRATION: 'open',
  // It is no resolver, so every check of a domain fails.
  DNS_OVER_HTTPS_URL: `${issuer}/dns-query`,
})

export interface Ask {
  token?: string | undefined
  /** The whole Cookie header. */
  cookie?: string | undefined
  headers?: Record<string, string> | undefined
  /** Sent as JSON, unless `raw` is given. */
  body?: unknown
  raw?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
  /** Another server than that of the file. */
  baseUrl?: string
}

export interface Tools {
  runtime: string
  server: RuntimeServer
  /** Straight to the database, past the server: to age rows, never to check what an answer can show. */
  client: Client
  /** Asserts what holds for every answer, and that it is no 5xx. */
  call<T = Record<string, unknown>>(methodAndPath: string, ask?: Ask): Promise<Answer<T>>
  /** The same where a 503 is what the case is about. */
  callInOutage<T = Record<string, unknown>>(methodAndPath: string, ask?: Ask): Promise<Answer<T>>
  /** Asserts the status and the code of a problem document. */
  refused(methodAndPath: string, code: ProblemBody['code'], ask?: Ask): Promise<ProblemBody & { headers: Headers }>
  /** The first administrator, set up by the first case that asks, with a session that is young. */
  admin(): Promise<Session>
  setupToken(): Promise<string>
  /** A new person, signed up. */
  signUp(name?: string): Promise<Session>
  newEmail(): string
  /** What the newest mail with a link to this address proves with. Waits for it. */
  proofFor(email: string): Promise<Proof>
  /** An OpenID provider on this machine, which every server but the second knows as `acme`. */
  elsewhere: FakeProvider
  /** Another server on the same database, as in production: https, and e-mail to be verified first. */
  secure(): Promise<RuntimeServer>
  stopDatabase(): Promise<void>
  /** Methods and paths as they were asked, since it was last cleared. */
  called: Set<string>
  stop(): Promise<void>
}

/** Its access token lasts 300 s. The cases of one server may take longer on a machine that runs other tests too; one case does not. */
const ADMIN_MS = 60_000

/** One sqld with an empty, migrated database, and one server on it. */
export async function startTools(
  runtime: string,
  start: (options: RuntimeServerOptions) => Promise<RuntimeServer>,
): Promise<Tools> {
  const database = await startSqld()
  const { client, db, close } = openRemote({ url: database.url, timeoutMs: 240_000 })
  await migrateDatabase(db)
  const provider = startMailProvider()
  const elsewhere = await startFakeProvider()
  const startWith = (env: Record<string, string>) =>
    start({
      databaseUrl: database.url,
      env: {
        APP_URL,
        CORS_ORIGINS: PAGE,
        MAIL_URL: provider.url,
        TRUSTED_PROXIES: '127.0.0.1',
        ...providerEnv(elsewhere.issuer),
        ...env,
      },
    })
  const server = await startWith({})
  let secure: Promise<RuntimeServer> | undefined
  const called = new Set<string>()
  let people = 0
  let firstAdmin: { session: Promise<Session>; since: number } | undefined

  const send = async <T>(methodAndPath: string, ask: Ask): Promise<Answer<T>> => {
    called.add(methodAndPath)
    const answer = await request<T>(ask.baseUrl ?? server.baseUrl, methodAndPath, ask)
    expectAnswer(methodAndPath, answer, ask.baseUrl === undefined ? APP_URL : undefined)
    return answer
  }
  const call: Tools['call'] = async (methodAndPath, ask = {}) => {
    const answer = await send(methodAndPath, ask)
    expect(answer.status, `${methodAndPath} ${answer.text}`).toBeLessThan(500)
    return answer as Answer<never> // the caller names its shape
  }
  const newEmail = () => `person${++people}@example.com`
  const setupToken = () =>
    createTickets(APP_SECRET, APP_URL, { now: () => Date.now() }).sign('setup', {}, SETUP_TTL_SECONDS)

  return {
    runtime,
    server,
    client,
    called,
    call,
    newEmail,
    setupToken,
    callInOutage: (methodAndPath, ask = {}) => send(methodAndPath, ask),
    async refused(methodAndPath, code, ask) {
      const answer = await call(methodAndPath, ask)
      const body = expectProblem(answer, APP_URL)
      expect(body.code, `${methodAndPath} ${answer.text}`).toBe(code)
      return { ...body, headers: answer.headers }
    },
    admin() {
      if (firstAdmin === undefined) firstAdmin = { session: setUp(), since: performance.now() }
      else if (performance.now() - firstAdmin.since > ADMIN_MS)
        firstAdmin = { session: firstAdmin.session.then(signInAgain), since: performance.now() }
      return firstAdmin.session
    },
    async signUp(name = '') {
      const body = { email: newEmail(), password: PASSWORD, name }
      // From an address of their own: the cases together make more accounts than one address may.
      const address = `198.51.100.${1 + (people % 250)}`
      const headers = { 'x-forwarded-for': address, 'cf-connecting-ip': address }
      const answer = await call<Session>('POST /v1/auth/sign-up', { body, headers })
      expect(answer.status, answer.text).toBe(201)
      return answer.body
    },
    secure() {
      secure ??= startWith({
        APP_URL: SECURE_APP_URL,
        NODE_ENV: 'production',
        EMAIL_VERIFICATION: 'required',
        OIDC_PROVIDERS: '',
      })
      return secure
    },
    proofFor: provider.proofFor,
    elsewhere,
    stopDatabase: () => database.stop(),
    async stop() {
      await Promise.all([server.stop(), secure?.then((running) => running.stop())])
      close()
      await database.stop()
      provider.stop()
      elsewhere.stop()
    },
  }

  async function setUp(): Promise<Session> {
    const body = { token: await setupToken(), email: 'admin@example.com', password: PASSWORD, name: 'Admin' }
    const answer = await call<Session>('POST /v1/setup', { body })
    expect(answer.status, answer.text).toBe(201)
    return answer.body
  }

  async function signInAgain({ user }: Session): Promise<Session> {
    const body = { email: user.email, password: PASSWORD }
    const answer = await call<Session>('POST /v1/auth/sign-in', { body })
    expect(answer.status, answer.text).toBe(200)
    return answer.body
  }
}

async function request<T>(baseUrl: string, methodAndPath: string, ask: Ask): Promise<Answer<T>> {
  const { token, cookie, headers = {}, body, raw } = ask
  const [method = 'GET', path = '/'] = methodAndPath.split(' ')
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      'x-forwarded-for': '203.0.113.9', // as the proxy says that the servers trust
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  })
  const text = await response.text()
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '') && text !== ''
  const parsed = (isJson ? JSON.parse(text) : {}) as T // the caller names its shape
  return { status: response.status, headers: response.headers, text, body: parsed }
}

/** What every answer carries, on every route and every runtime. */
function expectAnswer(what: string, answer: Answer<unknown>, appUrl: string | undefined): void {
  const { headers, status, text } = answer
  if (what.startsWith('OPTIONS ') && status === 204) return // a preflight is answered before a request gets its id
  expect(headers.get('x-request-id'), what).toMatch(/^[\w-]{8,64}$/)
  expectPolicies(answer, what)
  expect(headers.get('x-powered-by'), what).toBeNull()
  if (status < 400 || text === '' || appUrl === undefined) return
  if (text.startsWith('{"error":')) expectOAuthError(what, answer)
  else if (text.startsWith('<!doctype html>')) expectPage(what, answer)
  else expectProblem({ status, headers, text }, appUrl)
}

/** What people see instead of a problem document (docs/oauth.md, docs/pages.md). The API answers no page. */
function expectPage(what: string, { headers, text }: Answer<unknown>): void {
  expect(what).not.toMatch(/ \/(?:v1|access|\.well-known)\b/)
  expect(headers.get('content-type'), what).toBe('text/html; charset=utf-8')
  expect(headers.get('content-security-policy'), what).toStartWith("default-src 'none'")
  expect(text, what).not.toMatch(/<script(?! type="module" src="\/[^/])/) // no script but our own files
}

/** What the OAuth endpoints answer instead of a problem document: RFC 6749 §5.2. */
function expectOAuthError(what: string, { headers, text }: Answer<unknown>): void {
  const { error, error_description } = JSON.parse(text) as Record<string, unknown> // the two members are checked here
  expect(what).toMatch(/ \/oauth\//)
  expect(error, what).toMatch(/^[a-z_]+$/)
  expect(error_description, what).toMatch(/^[ !#-[\]-~]+$/)
  expect(headers.get('cache-control'), what).toContain('no-store')
}
