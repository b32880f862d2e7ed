import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin, type Operation } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'

const ofLetter = (route: string): Operation => ({
  route,
  status: 200,
  prepare: async ({ admin }) => ({ methodAndPath: route.replace(':letter', 'sign-in'), token: await admin() }),
})

export const contract = defineContract({
  access: {
    'GET /v1/mail-previews': 'settings:read',
    'GET /v1/mail-previews/:letter': 'settings:read',
    'GET /v1/mail-previews/:letter/html': 'settings:read',
  },
  writes: {
    budget: {
      'GET /v1/mail-previews': 1,
      'GET /v1/mail-previews/:letter': 1,
      'GET /v1/mail-previews/:letter/html': 1,
    },
    ask: async ({ pay, admin }) => {
      const token = await admin()
      await pay('GET /v1/mail-previews', '/v1/mail-previews', { token })
      await pay('GET /v1/mail-previews/:letter', '/v1/mail-previews/sign-in?lang=de', { token })
      await pay('GET /v1/mail-previews/:letter/html', '/v1/mail-previews/sign-in/html', { token })
    },
  },
  roundTrips: [
    byAdmin('GET /v1/mail-previews', 200),
    ofLetter('GET /v1/mail-previews/:letter'),
    ofLetter('GET /v1/mail-previews/:letter/html'),
  ],
  runtime: [
    guarantee(
      'an administrator reads each mail with sample data, in each language, as data and as a document without scripts',
      ['GET /v1/mail-previews', 'GET /v1/mail-previews/:letter', 'GET /v1/mail-previews/:letter/html'],
      async ({ admin, signUp, call, refused }) => {
        const { accessToken: token } = await admin()
        const { accessToken: theirs } = await signUp()
        for (const route of ['GET /v1/mail-previews', 'GET /v1/mail-previews/sign-in'])
          await refused(route, 'auth.forbidden', { token: theirs })
        await refused('GET /v1/mail-previews/nothing', 'request.invalid', { token })
        await refused('GET /v1/mail-previews/sign-in?lang=xx', 'request.invalid', { token })
        const list = await call<{ languages: string[]; items: { letter: string }[] }>('GET /v1/mail-previews', {
          token,
        })
        expect(list.body.items.map(({ letter }) => letter)).toContain('sign-in')
        const mail = await call<{ subject: string; text: string; html: string }>('GET /v1/mail-previews/sign-in', {
          token,
        })
        expect(mail.body.text).toContain('482913')
        const page = await call('GET /v1/mail-previews/sign-in/html?lang=pt', { token })
        expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
        expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*; sandbox$/)
        expect(page.text).toContain('lang="pt"')
      },
    ),
  ],
})
