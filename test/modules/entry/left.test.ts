/** Who comes to the sign-in page because a session ended, or because they signed out. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { locales } from '../../../src/lib/languages.ts'
import { call, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
})
afterAll(() => t.close())

const MARKS = ['ended', 'signed-out'] as const
/** What the alert of the page says. */
const said = async (mark: string, sent: { cookie?: string; language?: string } = {}): Promise<string> => {
  const { language = 'en', cookie } = sent
  const { text } = await call(t, `GET /sign-in?return_to=/account&from=${encodeURIComponent(mark)}`, {
    headers: { 'accept-language': language },
    ...(cookie !== undefined && { cookie }),
  })
  return /role="alert"[^>]*>(?:<p[^>]*>)?([^<]*)/.exec(text)?.[1] ?? ''
}

test('the page says why, in each language', async () => {
  expect(await said('ended')).toBe('Your session has ended. Sign in again.')
  expect(await said('signed-out')).toBe('You are signed out.')
  for (const mark of MARKS) {
    const sentences = new Set(await Promise.all(locales.map((language) => said(mark, { language }))))
    expect([mark, sentences.size, sentences.has('')]).toEqual([mark, locales.length, false])
  }
})

test('another mark says nothing', async () => {
  for (const mark of ['', 'elsewhere', '__proto__', 'constructor', '"><img src=x onerror=alert(1)>'])
    expect(await said(mark)).toBe('')
})

test('who is signed in reads nothing of it', async () => {
  await signUp(t, 'here@example.com')
  const cookie = await signInWithCookie(t, 'here@example.com')
  for (const mark of MARKS) expect(await said(mark, { cookie })).toBe('')
})
