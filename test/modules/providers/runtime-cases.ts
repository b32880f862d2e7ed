import { expect } from 'bun:test'
import { exportSPKI, SignJWT } from 'jose'
import { utf8 } from '../../../src/lib/encoding.ts'
import { unsigned } from './support/fake-provider.ts'
import type { User } from '../../support/client.ts'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL, SIGNED_IN, type Tools } from '../../runtime/tools.ts'

const CALLBACK = 'GET /v1/auth/providers/acme/callback'

interface Flow {
  url: string
  /** As the browser sends it back. */
  cookie: string
}

export const cookiesOf = (headers: Headers): string[] => headers.getSetCookie().map((line) => line.split(';')[0] ?? '')

async function start({ call }: Tools): Promise<Flow> {
  const { status, headers } = await call('GET /v1/auth/providers/acme/start')
  expect(status).toBe(302)
  return { url: headers.get('location') ?? '', cookie: cookiesOf(headers)[0] ?? '' }
}

/** To the provider and back; the answer to the callback. */
export async function comeBack({ call }: Tools, { url, cookie }: Flow) {
  const there = await fetch(url, { redirect: 'manual' })
  const { search } = new URL(there.headers.get('location') ?? '')
  return call(`${CALLBACK}${search}`, { cookie })
}

export const providerCases = [
  guarantee(
    'many parallel starts, on a server without the metadata of the provider, each get their own flow',
    ['GET /v1/auth/providers/:id/start'],
    async (tools) => {
      tools.elsewhere.lies = {}
      const starts = await Promise.all(
        Array.from({ length: 20 }, () => tools.call('GET /v1/auth/providers/acme/start')),
      )
      expect(starts.map(({ status }) => status)).toEqual(Array(20).fill(302))
      expect(new Set(starts.map(({ headers }) => headers.get('location'))).size).toBe(20)
    },
  ),

  guarantee(
    'people sign in with another provider: an account at first, the same one from then on',
    ['GET /v1/auth/providers', 'GET /v1/auth/providers/:id/start', 'GET /v1/auth/providers/:id/callback'],
    async (tools) => {
      const { call, elsewhere, newEmail } = tools
      const email = newEmail()
      elsewhere.lies = {}
      elsewhere.person = { sub: email, email, email_verified: true, name: 'Ada 🦋' }
      expect((await call('GET /v1/auth/providers')).body).toEqual({
        items: [
          { id: 'acme', name: 'Acme' },
          { id: 'apple', name: 'Apple' },
        ],
      })
      const users: string[] = []
      for (let sign = 0; sign < 2; sign++) {
        const { headers } = await comeBack(tools, await start(tools))
        expect(headers.get('location')).toBe(SIGNED_IN)
        const session = cookiesOf(headers).find((cookie) => cookie.startsWith('session_80='))
        const me = await call<User>('GET /v1/me', { cookie: session })
        expect(me.body).toMatchObject({ email, emailVerified: true, name: 'Ada 🦋' })
        users.push(me.body.id)
      }
      expect(new Set(users).size).toBe(1)
    },
  ),

  guarantee('a lying provider opens no session', ['GET /v1/auth/providers/:id/callback'], async (tools) => {
    const { elsewhere, newEmail } = tools
    const email = newEmail()
    elsewhere.person = { sub: email, email, email_verified: true }
    for (const lies of [
      { claims: { nonce: 'another' } },
      { claims: { aud: 'another' } },
      { claims: { iss: 'https://accounts.google.com' } },
      { claims: { exp: 1 } },
      { answer: { iss: 'https://accounts.google.com' } },
      { idToken: unsigned },
      {
        idToken: async (claims: Record<string, unknown>, { publicKey }: { publicKey: CryptoKey }) =>
          new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(utf8(await exportSPKI(publicKey))),
      },
      { respond: (path: string) => (path === '/token' ? Response.redirect('https://example.com/', 307) : undefined) },
      { respond: (path: string) => (path === '/token' ? new Response('x'.repeat(1_000_000)) : undefined) },
    ]) {
      const flow = await start(tools)
      elsewhere.lies = lies
      const { headers } = await comeBack(tools, flow)
      expect(headers.get('location')).toBe(`${SIGNED_IN}?error=provider.answer_invalid`)
      expect(cookiesOf(headers)).toEqual(['flow_80='])
    }
    elsewhere.lies = {}
    const flow = await start(tools)
    const signedIn = await comeBack(tools, flow)
    expect(signedIn.headers.get('location')).toBe(SIGNED_IN)
    await tools.refused(`${CALLBACK}?code=x&state=y`, 'provider.flow_invalid', {
      headers: { accept: 'application/json' },
    })
    const again = await tools.call(`${CALLBACK}?code=x&state=y`)
    expect([again.status, again.headers.get('location')]).toEqual([
      302,
      `${APP_URL}/sign-in?from=provider&error=provider.flow_invalid`,
    ])
  }),

  guarantee(
    'a provider may answer by a form, which no other route takes',
    ['POST /v1/auth/providers/:id/callback'],
    async ({ call, refused }) => {
      const form = {
        raw: 'code=a%26b&state=s&user=%7B%22name%22%3A%22Eve%22%7D',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://appleid.apple.com' },
      }
      const { status, headers } = await call('POST /v1/auth/providers/apple/callback', form)
      expect([status, headers.get('location'), headers.getSetCookie()]).toEqual([
        303,
        `${APP_URL}/v1/auth/providers/apple/callback?state=s&code=a%26b`,
        [],
      ])
      await refused('POST /v1/auth/providers/acme/callback', 'provider.not_found', form)
      for (const path of ['/v1/auth/sign-in', '/v1/auth/sign-in?x=/v1/auth/providers/apple/callback', '/v1/setup'])
        await refused(`POST ${path}`, 'request.unsupported_media_type', form)
    },
  ),
]
