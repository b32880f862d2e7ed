import { expect } from 'bun:test'
import { PASSWORD } from '../../support/client.ts'
import { guarantee } from '../case.ts'
import { APP_URL, PAGE, SECURE_APP_URL, type Tools } from '../tools.ts'

/** The one Set-Cookie of an answer, and what a browser would send back. */
function cookieOf({ headers }: { headers: Headers }): { line: string; cookie: string } {
  const lines = headers.getSetCookie()
  expect(lines.length).toBe(1)
  const [line = ''] = lines
  return { line, cookie: line.split(';')[0] ?? '' }
}

async function signedIn(tools: Tools, origin = APP_URL): Promise<{ line: string; cookie: string }> {
  const { user } = await tools.signUp()
  const body = { email: user.email, password: PASSWORD, useCookie: true }
  const answer = await tools.call('POST /v1/auth/sign-in', { body, headers: { origin } })
  expect([answer.status, Object.keys(answer.body).sort()]).toEqual([200, ['expiresIn', 'user']])
  return cookieOf(answer)
}

export const cookieCases = [
  guarantee(
    'a session cookie is HttpOnly and Lax, opens reads, rotates and ends',
    ['POST /v1/auth/sign-out'],
    async (tools) => {
      const { line, cookie } = await signedIn(tools)
      for (const part of [
        /^session_80=[\w-]{43};/,
        /; Path=\//,
        /; HttpOnly/,
        /; SameSite=Lax/,
        /; Max-Age=86(?:400|39\d);/,
      ])
        expect(line).toMatch(part)
      expect(line).not.toMatch(/Domain|Secure/i)
      expect((await tools.call('GET /v1/me', { cookie })).status).toBe(200)

      const headers = { origin: APP_URL }
      const renewed = cookieOf(await tools.call('POST /v1/auth/refresh', { cookie, headers }))
      expect(renewed.cookie).not.toBe(cookie)
      expect((await tools.call('GET /v1/me', { cookie: renewed.cookie })).status).toBe(200)
      const out = await tools.call('POST /v1/auth/sign-out', { cookie: renewed.cookie, headers })
      expect(out.status).toBe(204)
      expect(cookieOf(out).line).toMatch(/^session_80=;.*Max-Age=0/)
      await tools.refused('GET /v1/me', 'session.expired', { cookie: renewed.cookie })
    },
  ),

  guarantee('a cookie on an unsafe method needs an origin of ours (CSRF)', ['PATCH /v1/me'], async (tools) => {
    const { cookie } = await signedIn(tools)
    const body = { name: 'Mallory' }
    for (const headers of [{}, { origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      await tools.refused('PATCH /v1/me', 'request.origin_refused', { cookie, body, headers })
    for (const headers of [{ origin: APP_URL }, { origin: PAGE }, { 'sec-fetch-site': 'same-origin' }])
      expect((await tools.call('PATCH /v1/me', { cookie, body, headers })).status).toBe(200)
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: APP_URL }
    const forged = { cookie, headers: form, raw: 'name=Mallory' }
    await tools.refused('PATCH /v1/me', 'request.unsupported_media_type', forged)
    await tools.refused('POST /v1/auth/sign-in', 'request.origin_refused', {
      body: { email: 'x@example.com', password: PASSWORD, useCookie: true },
      headers: { origin: 'https://evil.example' },
    })
  }),

  guarantee('with an https origin the cookie is __Host- and Secure, and HSTS is sent', [], async (tools) => {
    const { baseUrl } = await tools.secure()
    await tools.admin() // whose e-mail is verified
    const body = { email: 'admin@example.com', password: PASSWORD, useCookie: true }
    const ask = { baseUrl, body, headers: { origin: SECURE_APP_URL } }
    const answer = await tools.call('POST /v1/auth/sign-in', ask)
    expect(answer.status, answer.text).toBe(200)
    const { line, cookie } = cookieOf(answer)
    expect(line).toMatch(/^__Host-session=[\w-]{43};/)
    expect(line).toMatch(/; Secure/)
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains')
    expect((await tools.call('GET /v1/me', { baseUrl, cookie })).status).toBe(200)
    const plain = await tools.call('GET /v1/me', { baseUrl, cookie: cookie.replace('__Host-session', 'session_443') })
    expect(plain.status).toBe(401)
    const origin = { baseUrl, cookie, body: { name: 'X' }, headers: { origin: APP_URL } }
    expect((await tools.call('PATCH /v1/me', origin)).body).toMatchObject({ code: 'request.origin_refused' })
  }),
]
