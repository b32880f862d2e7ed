/** RFC 9700 (BCP 240): the clauses that no other test names, over HTTP. docs/conformance.md has all of them. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { runOperation } from '../../src/operator/operations.ts'
import { type Browser, formWith } from './support/browser.ts'
import { type OurProvider, REDIRECT_URI, startOurs } from './support/provider.ts'

setDefaultTimeout(300_000)

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 Appendix B
const EVIL = 'https://evil.example.com'

let ours: OurProvider
let client: { id: string; secret: string }
beforeAll(async () => {
  ours = await startOurs()
  client = await ours.client({
    auth: 'client_secret_post',
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: [REDIRECT_URI],
  })
})
afterAll(() => ours?.stop())

const authorizeUrl = (changes: Record<string, string | undefined> = {}): string => {
  const parameters = {
    client_id: client.id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid',
    state: 'the state',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  }
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `${ours.issuer}/oauth/authorize?${new URLSearchParams(given)}`
}

/** A page at which a person decides. */
async function consentPage(): Promise<{ browser: Browser; page: Awaited<ReturnType<Browser['go']>> }> {
  const browser = await ours.browser()
  return { browser, page: await browser.go(authorizeUrl({ prompt: 'consent' })) }
}

const errorOf = (location: string | null) => new URL(location ?? 'about:blank').searchParams.get('error')
const redeem = (fields: Record<string, string>) =>
  fetch(`${ours.issuer}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      redirect_uri: REDIRECT_URI,
      client_id: client.id,
      client_secret: client.secret,
      ...fields,
    }).toString(),
  })

describe('§2.1, §4.11.2: the authorization endpoint is no open redirector', () => {
  test.each([
    ['an unknown client', { client_id: 'nobody', redirect_uri: EVIL }],
    ['another redirect URI', { redirect_uri: EVIL }],
    ['a redirect URI that begins with the right one', { redirect_uri: `${REDIRECT_URI}.evil.example.com` }],
    ['a redirect URI with a user', { redirect_uri: REDIRECT_URI.replace('https://', 'https://client.example.com@') }],
    ['a script', { redirect_uri: 'javascript:alert(1)' }],
  ])('%s is answered by a page without a way there', async (_, changes) => {
    const answer = await fetch(authorizeUrl(changes), { redirect: 'manual' })
    const text = await answer.text()
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    expect(text).not.toContain('evil.example.com')
    expect(text).not.toContain('javascript:')
  })

  test('prompt=none leads to the client, and to no page that could be taken for ours', async () => {
    const answer = await fetch(authorizeUrl({ prompt: 'none' }), { redirect: 'manual' })
    expect(errorOf(answer.headers.get('location'))).toBe('login_required')
  })
})

describe('§2.1.1, §4.8: PKCE cannot be taken away', () => {
  test('a request without a challenge, and one with another method, is refused', async () => {
    for (const changes of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge: undefined },
      { code_challenge_method: undefined },
      { code_challenge_method: 'plain' },
      { code_challenge: 'short' },
    ]) {
      const answer = await fetch(authorizeUrl(changes), { redirect: 'manual' })
      expect(errorOf(answer.headers.get('location')), JSON.stringify(changes)).toBe('invalid_request')
    }
  })

  test('a code is not redeemed without its verifier, also by a client with a secret', async () => {
    const code = async () => (await ours.allow(new URL(authorizeUrl()))).searchParams.get('code') ?? ''
    for (const fields of [{}, { code_verifier: '' }, { code_verifier: 'x'.repeat(43) }])
      expect((await redeem({ code: await code(), ...fields })).status).toBe(400)
    expect((await redeem({ code: await code(), code_verifier: VERIFIER })).status).toBe(200)
  })
})

test('§2.1.2, §2.4: there is no implicit grant and no password grant', async () => {
  for (const response_type of [
    'token',
    'id_token',
    'id_token token',
    'code token',
    'code id_token',
    'none',
    'code code',
  ]) {
    const answer = await fetch(authorizeUrl({ response_type }), { redirect: 'manual' })
    expect(errorOf(answer.headers.get('location')), response_type).toMatch(
      /^(?:unsupported_response_type|invalid_request)$/,
    )
  }
  const asked = await redeem({ grant_type: 'password', username: 'ada@example.com', password: 'x' })
  expect(await asked.json()).toMatchObject({ error: 'unsupported_grant_type' })
})

test('§2.6: the authorization endpoint answers no script of another origin (CORS)', async () => {
  for (const method of ['GET', 'POST', 'OPTIONS'])
    for (const path of ['/oauth/authorize', '/oauth/consent', '/oauth/logout']) {
      const answer = await fetch(`${ours.issuer}${path}`, {
        method,
        redirect: 'manual',
        headers: { origin: EVIL, 'access-control-request-method': 'GET' },
      })
      expect(answer.headers.get('access-control-allow-origin'), `${method} ${path}`).toBeNull()
    }
})

test('§4.2: no page and no redirect sends a Referer to another site, and no page loads from another host', async () => {
  const { browser, page } = await consentPage()
  const code = await fetch(authorizeUrl(), { headers: { cookie: browser.cookies() }, redirect: 'manual' })
  const refused = await fetch(authorizeUrl({ client_id: 'nobody' }), { redirect: 'manual' })
  // With no-referrer a browser sends no Origin with the form, so the consent page has the other one.
  for (const { headers } of [page, code, refused])
    expect(headers.get('referrer-policy')).toMatch(/^(?:no-referrer|same-origin)$/)
  for (const text of [page.text, await refused.text()]) {
    expect(text).toContain('<html')
    const named = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => new URL(url, ours.issuer).origin)
    expect(named.filter((origin) => origin !== ours.issuer)).toEqual([])
  }
})

test('§4.3: a token in a query is refused, and a code in the history is of no use', async () => {
  const code = (await ours.allow(new URL(authorizeUrl()))).searchParams.get('code') ?? ''
  const answer = await redeem({ code, code_verifier: VERIFIER })
  const { access_token } = (await answer.json()) as { access_token: string }
  const inQuery = await fetch(`${ours.issuer}/oauth/userinfo?access_token=${access_token}`)
  expect(inQuery.status).toBe(401)
  expect((await redeem({ code, code_verifier: VERIFIER })).status).toBe(400)
})

test('§4.7: a form of another site allows nothing (CSRF)', async () => {
  const { browser, page } = await consentPage()
  const form = formWith(page.text, 'Allow')
  const send = (headers: Record<string, string>, cookie = browser.cookies()) =>
    fetch(new URL(form?.action ?? '', page.url), {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie, ...headers },
      body: new URLSearchParams(form?.fields).toString(),
    })
  for (const headers of [{}, { origin: EVIL }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
    const answer = await send(headers as Record<string, string>)
    expect([answer.status, answer.headers.get('location')], JSON.stringify(headers)).toEqual([403, null])
  }
  const other = await ours.browser() // the form of one session in another one
  expect((await send({ origin: ours.issuer }, other.cookies())).headers.get('location') ?? '').not.toContain('code=')
  expect((await send({ origin: ours.issuer })).status).toBe(303)
})

test('§4.12: after a form the browser is led on with 303, never with 307 or 308', async () => {
  const { browser, page } = await consentPage()
  for (const button of ['Allow', 'Deny']) {
    const form = formWith(page.text, button)
    const answer = await fetch(new URL(form?.action ?? '', page.url), {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ours.issuer, cookie: browser.cookies() },
      body: new URLSearchParams(form?.fields).toString(),
    })
    expect([answer.status, answer.headers.get('location')?.split('?')[0]]).toEqual([303, REDIRECT_URI])
  }
})

test('§4.15: no client has an id that could be that of a person', async () => {
  const row = (clientId: string) => ({ clientId, name: 'Imported', grantTypes: ['client_credentials'] })
  const taken = ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718', 'sva_0190a5e0c5f87d3cb3a4c1f2e5d60718', ours.issuer]
  for (const clientId of taken) {
    const { items } = await importRows([row(clientId)])
    expect(items, clientId).toEqual([expect.objectContaining({ status: 'refused' })])
  }
  expect((await importRows([row('an-older-client')])).items).toEqual([expect.objectContaining({ status: 'created' })])
})

async function importRows(rows: unknown[]): Promise<{ items: { status: string }[] }> {
  for await (const reply of runOperation(ours.t.deps as never, 'oauth-clients.import', { rows, dryRun: false }))
    if ('item' in reply) return reply.item
  throw new Error('the import said nothing')
}

test('§4.16: no page at which a person decides can be framed (clickjacking)', async () => {
  const { browser, page } = await consentPage()
  const pages = [page, await browser.go(`${ours.issuer}/oauth/logout`), await browser.go(`${ours.issuer}/device`)]
  for (const { url, status, headers } of [...pages, await browser.go(authorizeUrl({ client_id: 'nobody' }))]) {
    expect(status, url.pathname).toBeLessThan(500)
    expect(headers.get('content-security-policy'), url.pathname).toContain("frame-ancestors 'none'")
    expect(headers.get('content-security-policy'), url.pathname).toContain("default-src 'none'")
  }
})

test('§4.17: no answer goes through a script of our pages', async () => {
  for (const response_mode of ['web_message', 'fragment', 'jwt', 'query.jwt']) {
    const answer = await fetch(authorizeUrl({ response_mode }), { redirect: 'manual' })
    expect(errorOf(answer.headers.get('location')), response_mode).toBe('invalid_request')
  }
})
