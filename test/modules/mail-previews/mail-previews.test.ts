/** Each letter can be seen in each language, as it will be sent, without sending one. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { locales } from '../../../src/lib/languages.ts'
import { letterNames } from '../../../src/modules/mail-previews/schema.ts'
import { call, setUpAdmin } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp({ env: { BRAND_NAME: 'Acme & Söhne', BRAND_COLOR: '#7a1fa2' } })
  token = (await setUpAdmin(t)).accessToken
})
afterAll(() => t.close())

interface Preview {
  letter: string
  language: string
  from: string
  subject: string
  text: string
  html: string
}

test('the list has every letter that a feature declares', async () => {
  const { body } = await call<{ languages: string[]; items: { letter: string; feature: string; subject: string }[] }>(
    t,
    'GET /v1/mail-previews',
    { token },
  )
  expect(body.languages).toEqual([...locales])
  expect(body.items.map(({ letter }) => letter)).toEqual([...letterNames])
  expect(letterNames.length).toBeGreaterThan(15)
  for (const { subject, feature } of body.items) expect([subject.length > 3, feature.length > 1]).toEqual([true, true])
})

test.each(letterNames.flatMap((letter) => locales.map((lang) => [letter, lang] as const)))(
  '%s in %s, with the brand, and every field filled in',
  async (letter, lang) => {
    const { status, body } = await call<Preview>(t, `GET /v1/mail-previews/${letter}?lang=${lang}`, { token })
    expect([status, body.letter, body.language]).toEqual([200, letter, lang])
    expect(`${body.subject} ${body.text}`).not.toMatch(/undefined|NaN|\{\w+\}|\[object/)
    expect(body.html).toContain(`lang="${lang}"`)
    expect(body.html).toContain('Acme &amp; Söhne')
    expect(body.html.toLowerCase()).not.toContain('<script')
  },
)

test('as a document it may run and load nothing, and nobody may frame it', async () => {
  const { headers, text } = await call(t, 'GET /v1/mail-previews/verify-email/html', { token })
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
  )
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(text).toStartWith('<!doctype html>')
})

test('a preview sends nothing and proves nothing', async () => {
  const before = (await t.deps.db.$client.execute('SELECT count(*) AS n FROM jobs')).rows[0]?.n
  const { body } = await call<Preview>(t, 'GET /v1/mail-previews/sign-in', { token })
  expect(body.text).not.toContain('#token=')
  await t.work()
  expect(t.mails).toEqual([])
  expect((await t.deps.db.$client.execute('SELECT count(*) AS n FROM jobs')).rows[0]?.n).toEqual(before)
})
