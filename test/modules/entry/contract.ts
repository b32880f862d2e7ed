import { expect } from 'bun:test'
import { sealWaiting } from '../../../src/modules/mfa/waiting-sign-in.ts'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL as MEASURED_URL, type Operation, plain } from '../../runtime/round-trips/operation.ts'
import { APP_URL } from '../../runtime/tools.ts'
import { encoded, PASSWORD, signInWithCookie, signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { ORIGIN } from '../../support/test-app.ts'
import { proofIn } from './support/mails.ts'

const PAGES = ['/sign-in', '/sign-up', '/forgot-password'] as const
const FILE = 'GET /sign-in/assets/:name'
const form = (fields: Record<string, string>) => new URLSearchParams(fields)

/** What a form of these pages posts. */
const posted = (route: string, how: string, status: number, fields: Record<string, string>): Operation => ({
  route,
  how,
  status,
  async prepare({ signUp }) {
    const { user } = await signUp()
    return {
      methodAndPath: route,
      headers: { origin: MEASURED_URL },
      body: form({ email: user.email, password: 'correct horse battery staple', ...fields }),
    }
  },
})

export const contract = defineContract({
  access: {
    'GET /sign-in': 'public',
    'POST /sign-in': 'public',
    'GET /sign-up': 'public',
    'POST /sign-up': 'public',
    'GET /forgot-password': 'public',
    'POST /forgot-password': 'public',
    [FILE]: 'public',
  },
  writes: {
    // A GET reads the session of the browser, if there is one. The forms cost what their API routes cost. One ends with a session
    // too, so that nobody types a password again: the code with a new password.
    budget: {
      'GET /sign-in': 1,
      'POST /sign-in': 2,
      'GET /sign-up': 1,
      'POST /sign-up': 2,
      'GET /forgot-password': 1,
      'POST /forgot-password': 3,
      [FILE]: 0,
    },
    ask: async ({ t, pay }) => {
      const headers = { origin: ORIGIN }
      const post = (path: string, fields: Record<string, string>, status = 303) =>
        pay(`POST ${path}`, path, { headers, body: form(fields) }, status)
      for (const path of PAGES) await pay(`GET ${path}`, path)
      await pay(FILE, '/sign-in/assets/main.js')
      const email = 'entry@example.com'
      await post('/sign-up', { act: 'new', email, password: PASSWORD })
      const cookie = await signInWithCookie(t, email)
      for (const path of PAGES) await pay(`GET ${path}`, path, { cookie })
      await post('/sign-in', { act: 'password', email, password: PASSWORD })
      await post('/sign-in', { act: 'password', email, password: 'wrong' }, 401)
      await t.work() // the mail of the sign-up is not the newest
      await post('/sign-in', { also: 'mail', email })
      const { code } = await proofIn(t, email)
      await post('/sign-in', { act: 'code', email, code })
      await post('/forgot-password', { act: 'forgot', email })
      const reset = await proofIn(t, email)
      const resetting = await sealWaiting(t.deps, { for: 'reset', email })
      const password = 'seven green bottles standing'
      await post('/forgot-password', { act: 'reset', waiting: resetting, code: reset.code, password })
      const { user } = await signUp(t, 'entry-new@example.com')
      const { code: proof } = await proofIn(t, user.email)
      const signedUp = await sealWaiting(t.deps, { for: 'sign-up', email: user.email, userId: user.id })
      await post('/sign-up', { act: 'confirm', waiting: signedUp, code: proof })
    },
  },
  roundTrips: [
    ...PAGES.map((path) => plain(`GET ${path}`)),
    posted('POST /sign-in', 'by password', 303, { act: 'password' }),
    posted('POST /sign-in', 'for a code by mail', 303, { also: 'mail' }),
    posted('POST /sign-up', 'with an address that has an account', 409, { act: 'new' }),
    posted('POST /forgot-password', 'for a mail', 303, { act: 'forgot' }),
    plain(FILE, 'GET /sign-in/assets/main.js'),
  ],
  runtime: [
    guarantee(
      'a person signs up, signs in and asks for a new password by forms alone, and the pages load what they need',
      [
        'GET /sign-in',
        'POST /sign-in',
        'GET /sign-up',
        'POST /sign-up',
        'GET /forgot-password',
        'POST /forgot-password',
        FILE,
      ],
      async ({ call, signUp }) => {
        for (const path of PAGES) {
          const page = await call(`GET ${path}`)
          expect([page.status, page.headers.get('content-type')], path).toEqual([200, 'text/html; charset=utf-8'])
          expect(page.headers.get('content-security-policy')).toContain("form-action 'self'")
          expect(page.text).toContain(`<form id="form" method="post" action="${path}"`)
        }
        const script = await call('GET /sign-in/assets/main.js')
        expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
        const send = (path: string, fields: Record<string, string>, origin = APP_URL) => {
          const { type, text } = encoded(form(fields))
          return call(`POST ${path}`, { raw: text, headers: { 'content-type': type, origin, accept: 'text/html' } })
        }
        const { user } = await signUp()
        const password = 'correct horse battery staple'
        const taken = await send('/sign-up', { act: 'new', email: user.email, password })
        expect([taken.status, taken.headers.get('set-cookie')]).toEqual([409, null])
        const wrong = await send('/sign-in', { act: 'password', email: user.email, password: 'wrong' })
        expect([wrong.status, wrong.text.includes('role="alert"')]).toEqual([401, true])
        const foreign = await send('/sign-in', { act: 'password', email: user.email, password }, 'https://evil.example')
        expect([foreign.status, foreign.headers.get('set-cookie')]).toEqual([403, null])
        const right = await send('/sign-in', { act: 'password', email: user.email, password })
        expect([right.status, right.headers.get('location')]).toEqual([303, `${APP_URL}/sign-in?from=form`])
        expect(right.headers.get('set-cookie')).toMatch(/session/)
        const asked = await send('/forgot-password', { act: 'forgot', email: user.email })
        expect([asked.status, asked.headers.get('location')]).toEqual([303, `${APP_URL}/forgot-password?step=reset`])
      },
    ),
  ],
})
