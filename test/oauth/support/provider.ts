/**
 * A provider on a real port of this machine, as its clients see it. `startOurs` is this project, `startPeer` is oidc-provider;
 * the tests run the same flows against both.
 */
import type { JWK } from 'jose'
import { call, PASSWORD, setUpAdmin, signUp } from '../../support/client.ts'
import { freePort } from '../../support/ports.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { type Browser, openBrowser } from './browser.ts'

/** An API that accepts the tokens. */
export const API = 'https://notes.example.com/api'
export const API_SCOPES = ['notes:read', 'notes:write']
export const REDIRECT_URI = 'https://client.example.com/callback'

export interface NewClient {
  auth: 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'
  grantTypes: string[]
  redirectUris: string[]
  postLogoutRedirectUris?: string[]
  jwks?: { keys: JWK[] }
  /** The APIs whose tokens it may ask for, and introspect. */
  audiences?: string[]
  subjectType?: 'public' | 'pairwise'
  idTokenAlg?: 'RS256' | 'ES256' | 'EdDSA'
  /** Its tokens must be bound to a DPoP key. */
  dpop?: boolean
}

export interface Asked {
  /** A new one, in which nobody uses another client, by default. */
  browser?: Browser
}

export interface TestProvider {
  name: string
  issuer: string
  client(asked: NewClient): Promise<{ id: string; secret: string }>
  /** The person goes there and allows what is asked: the URL of the client to which the browser goes. */
  allow(url: URL, asked?: Asked): Promise<URL>
  /** The person opens the page of the device flow and allows it. */
  allowDevice(url: URL): Promise<void>
  /** In which the person is signed in. */
  browser(): Promise<Browser>
  /** The person goes to the end of the session and confirms. */
  signOut(browser: Browser, url: URL): Promise<URL>
  /** Lets time pass, where time is ours, until `backToNow`. */
  pass(ms: number): void
  backToNow(): void
  stop(): Promise<void>
}

export interface OurProvider extends TestProvider {
  t: TestApp
  /** An access token of the first administrator. */
  admin: string
  /** Sends JSON as the administrator. */
  ask<T>(methodAndPath: string, body?: unknown): Promise<T>
}

export const PERSON = 'ada@example.com'

/** With the resource `API`, an administrator, and a person with the address `PERSON`. */
export async function startOurs(env: Record<string, string> = {}): Promise<OurProvider> {
  const port = freePort()
  const issuer = `http://127.0.0.1:${port}`
  const t = await createTestApp({ env: { APP_URL: issuer, BREACHED_PASSWORDS: 'ignore', ...env } })
  /** Real clients check times with the clock of this machine. */
  const keepTime = () => t.clock.advance(Math.max(0, Date.now() - t.clock.now()))
  keepTime()
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port,
    fetch(request) {
      keepTime()
      return t.app.handle(request)
    },
  })
  const { accessToken: admin } = await setUpAdmin(t)
  await signUp(t, PERSON)

  async function ask<T>(methodAndPath: string, body?: unknown): Promise<T> {
    const answer = await call<T>(t, methodAndPath, { token: admin, body })
    if (answer.status >= 300) throw new Error(`${methodAndPath}: ${answer.status} ${answer.text}`)
    return answer.body
  }
  await ask('POST /v1/resources', {
    audience: API,
    name: 'Notes',
    scopes: API_SCOPES.map((name) => ({ name, description: name })),
  })

  async function browser(): Promise<Browser> {
    const opened = openBrowser(issuer)
    const answer = await fetch(`${issuer}/v1/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: issuer },
      body: JSON.stringify({ email: PERSON, password: PASSWORD, useCookie: true }),
    })
    const [name = '', value = ''] = answer.headers.getSetCookie()[0]?.split(';')[0]?.split('=') ?? []
    if (answer.status !== 200 || value === '') throw new Error(`sign-in: ${answer.status} ${await answer.text()}`)
    opened.setCookie(name, value)
    return opened
  }

  return {
    name: 'Threeger ID',
    issuer,
    t,
    admin,
    ask,
    browser,
    async client(asked) {
      const { clientId, clientSecret } = await ask<{ clientId: string; clientSecret?: string }>(
        'POST /v1/oauth-clients',
        {
          name: 'Reader',
          redirectUris: asked.redirectUris,
          postLogoutRedirectUris: asked.postLogoutRedirectUris ?? [],
          grantTypes: asked.grantTypes,
          tokenEndpointAuthMethod: asked.auth,
          ...(asked.jwks === undefined ? {} : { jwks: asked.jwks }),
          ...(asked.audiences === undefined ? {} : { audiences: asked.audiences }),
          ...(asked.subjectType === undefined ? {} : { subjectType: asked.subjectType }),
          ...(asked.idTokenAlg === undefined ? {} : { idTokenSignedResponseAlg: asked.idTokenAlg }),
          ...(asked.dpop === undefined ? {} : { dpopBoundAccessTokens: asked.dpop }),
        },
      )
      return { id: clientId, secret: clientSecret ?? '' }
    },
    async allow(url, { browser: used }: Asked = {}) {
      const opened = used ?? (await browser())
      const page = await opened.go(url)
      const after = page.status === 0 ? page : await opened.click(page, 'Allow')
      if (after.status !== 0) throw new Error(`consent: ${after.status} ${after.text}`)
      return after.url
    },
    async allowDevice(url) {
      const opened = await browser()
      const asked = await opened.go(url)
      const consent = asked.text.includes('>Allow<') ? asked : await opened.click(asked, 'Continue')
      const after = await opened.click(consent, 'Allow')
      if (after.status !== 200) throw new Error(`device: ${after.status} ${after.text}`)
    },
    async signOut(opened, url) {
      const page = await opened.go(url)
      return page.status === 0 ? page.url : (await opened.click(page, 'Sign out')).url
    },
    pass: (ms) => t.clock.advance(ms),
    backToNow: () => t.clock.set(Date.now() - t.clock.now()),
    async stop() {
      await server.stop(true)
      await t.close()
    },
  }
}
