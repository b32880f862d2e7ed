/** What the pages are before any script runs: markup, policy, languages, looks, and the text of their script. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Glob } from 'bun'
import { bundlePagesScript } from '../../../src/build/pages-script.ts'
import { catalogue } from '../../../src/errors.ts'
import { locales } from '../../../src/lib/languages.ts'
import { brandVersion } from '../../../src/modules/pages/brand.ts'
import { parseFragment } from '../../../src/modules/pages/browser/fragment.ts'
import { type Kind, kinds, pageNames } from '../../../src/modules/pages/kinds.ts'
import { en } from '../../../src/modules/pages/messages/en.ts'
import { pt } from '../../../src/modules/pages/messages/pt.ts'
import { SCRIPT } from '../../../src/modules/pages/script.generated.ts'
import { routesOf } from '../../http/support/routes.ts'
import { call } from '../../support/client.ts'
import { naughtyStrings } from '../../support/naughty-strings.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp({
    env: {
      NODE_ENV: 'production',
      BRAND_NAME: "Müller & Sons' «ID» &lt;b&gt;",
      BRAND_COLOR: '#FFEE00',
      PASSWORD_MIN_LENGTH: '9',
    },
  })
})
afterAll(() => t.close())

const documents = async () =>
  Promise.all(
    pageNames.flatMap((name) =>
      locales.map(async (language) => {
        const answer = await call(t, `GET /${name}`, { headers: { 'accept-language': language } })
        return { name, language, ...answer }
      }),
    ),
  )

describe('every page, in every language', () => {
  test('has a policy that allows own files alone, and no cache keeps it without asking', async () => {
    for (const { status, headers } of await documents()) {
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
      )
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-cache')
      expect(headers.get('vary')).toContain('Accept-Language')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('set-cookie')).toBeNull()
    }
  })

  test('has nothing inline, and loads nothing but its versioned files', async () => {
    for (const { text } of await documents()) {
      expect(text).not.toMatch(/<style|<script(?! type="module" src=)|\sstyle=|\son\w+=|javascript:|data:/i)
      const named = [...text.matchAll(/\s(?:src|href)="([^"]+)"/g)].map(([, url]) => url)
      const linked = named.filter((url) => /^\?lang=[a-z]{2}$/.test(url ?? ''))
      expect(linked.length).toBe(locales.length)
      // Without JavaScript, the page of a new password leads to the one that takes its code.
      const loaded = named.filter((url) => !linked.includes(url) && url !== '/forgot-password')
      expect([...new Set(loaded)].sort()).toEqual([
        expect.stringMatching(/^\/pages\/assets\/icon\.svg\?v=[\w.%-]+$/),
        expect.stringMatching(/^\/pages\/assets\/pages\.css\?v=[\w.%-]+$/),
        expect.stringMatching(/^\/pages\/assets\/pages\.js\?v=[\w.%-]+$/),
        'https://api.test/account', // the address to go on to: below APP_URL, for any request
      ])
    }
  })

  test('shows the name of the brand as text', async () => {
    for (const { text } of await documents()) {
      expect(text).toContain('Müller &amp; Sons')
      expect(text).toContain('&amp;lt;b&amp;gt;')
      expect(text).not.toMatch(/<b>|&lt;b&gt;(?!.*&amp;)/)
    }
  })

  test('is in one language, with nothing left to fill in', async () => {
    for (const { text, language } of await documents()) {
      expect(text).toContain(`<html lang="${language}"`)
      expect(text.replaceAll('{when}', '').replaceAll(/ pattern="[^"]+"/g, '')).not.toMatch(/[{}]|undefined|\[object/)
      const known = Object.values(language === 'en' ? pt : en).filter(
        (message) => message.length > 20 && !message.includes('{'),
      )
      expect(known.filter((message) => text.replaceAll('\u2060', '').includes(message))).toEqual([])
    }
  })

  test('tells how long a password has to be, where it asks for one', async () => {
    const { text } = await call(t, 'GET /reset-password')
    expect(text.match(/minlength="9"/g)).toHaveLength(2)
    expect(text).toContain('At least 9 characters.')
  })

  test('every field has a label, and every id is there once', async () => {
    for (const { text } of await documents()) {
      const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
      expect(new Set(ids).size).toBe(ids.length)
      const fields = [...text.matchAll(/<input id="([^"]+)"/g)].map(([, id]) => id)
      const labelled = [...text.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id)
      expect(fields).toEqual(labelled)
      expect(fields.length).toBeGreaterThan(1)
    }
  })

  test('sends its forms to routes there are', async () => {
    const routes = (await routesOf(t.app)).map(({ name }) => name)
    for (const { text, name } of await documents()) {
      const actions = [...text.matchAll(/data-action="([^"]+)"/g)].map(([, path]) => path)
      const { redeem, ask, needsSession }: Kind = kinds[name]
      const auth = (...paths: string[]) => paths.map((path) => `/v1/auth/${path}`)
      const expected = needsSession
        ? [
            redeem,
            ...auth('sign-in', 'email-code/verify', 'sign-up', 'verify-email', 'verify-email/resend'),
            ...auth('email-code', 'mfa/verify'),
          ]
        : [redeem, redeem, ...(ask === undefined ? [] : [ask])]
      expect(actions).toEqual(expected)
      expect(routes).toEqual(expect.arrayContaining(actions.map((path) => `POST ${path}`)))
    }
  })
})

describe('a language', () => {
  test.each([
    ['pt-BR,pt;q=0.9,en;q=0.1', 'pt'],
    ['pt-PT', 'pt'],
    ['nl, en;q=0.2, pt;q=0.1', 'en'],
    ['nl', 'en'],
    ['de-AT, en;q=0.2', 'de'],
    ['ja', 'ja'],
    ['es-419', 'es'],
    ['fr-CA, pt;q=0.4', 'fr'],
    ['*', 'en'],
    ['pt;q=0', 'en'],
    ['<script>', 'en'],
    ['pt'.repeat(5000), 'en'],
  ])('of Accept-Language %.40s is %s', async (header, language) => {
    const { text } = await call(t, 'GET /verify-email', { headers: { 'accept-language': header } })
    expect(text).toStartWith(`<!doctype html><html lang="${language}"`)
  })
})

test('where others may call, an answer differs by Origin too', async () => {
  const open = await createTestApp({ env: { CORS_ORIGINS: 'https://app.example' } })
  const { headers } = await call(open, 'GET /verify-email', { headers: { origin: 'https://app.example' } })
  expect(headers.get('vary')).toBe('Origin, Accept-Language, Cookie')
  await open.close()
})

test('only GET opens a page: a POST is refused', async () => {
  for (const name of pageNames) {
    const { status, body, headers } = await call(t, `POST /${name}`, { body: { token: 'x' } })
    expect([status, body.code, headers.get('allow')]).toEqual([405, 'request.method_not_allowed', 'GET, HEAD'])
  }
})

test('nothing in the URL changes a page but its language, and stands only in the links to the others', async () => {
  const plain = (await call(t, 'GET /verify-email')).text
  for (const query of [
    '?return=https://evil.example',
    '?next=//evil.example',
    '?token=x&email=%3Cscript%3E',
    '?lang=xx',
  ]) {
    const { text } = await call(t, `GET /verify-email${query}`)
    expect(text.replaceAll(/ href="\?[\w.%&;=-]*lang=/g, ' href="?lang=')).toBe(plain)
  }
})

describe('assets', () => {
  test('have their type and may be kept for a year: their URL names the release and what the brand is', async () => {
    const { text } = await call(t, 'GET /verify-email')
    expect(text).toMatch(/pages\.css\?v=\d+\.\d+\.\d+-[\da-z]+"/)
    const other = await createTestApp({ env: { BRAND_COLOR: '#FFEE01' } })
    const [url = 'none'] = /\/pages\/assets\/pages\.css\?v=[^"]+/.exec(text) ?? []
    expect((await call(other, 'GET /verify-email')).text).not.toContain(url)
    await other.close()
    for (const [name, type] of [
      ['pages.css', 'text/css; charset=utf-8'],
      ['pages.js', 'text/javascript; charset=utf-8'],
      ['icon.svg', 'image/svg+xml; charset=utf-8'],
    ]) {
      const { status, headers } = await call(t, `GET /pages/assets/${name}?v=${brandVersion(t.deps.config)}`)
      expect([status, headers.get('content-type')]).toEqual([200, type ?? ''])
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    }
  })

  test('are these three and nothing else', async () => {
    for (const name of [
      'main.ts',
      '..%2froutes.ts',
      '%2e%2e%2fpackage.json',
      '__proto__',
      'constructor',
      'pages.js.map',
    ])
      expect((await call(t, `GET /pages/assets/${name}`)).body.code).toBe('request.not_found')
  })

  test('the script is what `bun run pages` makes of its source', async () => {
    expect(SCRIPT, 'run `bun run pages`').toBe(await bundlePagesScript())
  })

  test('the script makes no markup out of text, runs none, and stores nothing beyond the history', async () => {
    expect(SCRIPT).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|Storage|document\.cookie|indexedDB/,
    )
    for (const file of new Glob('src/modules/pages/browser/*.ts').scanSync('.'))
      expect(await Bun.file(file).text(), file).not.toMatch(/innerHTML|location\s*=|location\.(?:href|assign|replace)/)
  })

  test('the icon shows the first letter of any brand', async () => {
    for (const [BRAND_NAME, letter] of [
      ['🦊 Fox', '🦊'],
      ["'x", '&#39;'],
      ['&co', '&amp;'],
    ] as const) {
      const other = await createTestApp({ env: { BRAND_NAME } })
      expect((await call(other, 'GET /pages/assets/icon.svg')).text.replace('&#x27;', '&#39;')).toContain(
        `>${letter}</text>`,
      )
      await other.close()
    }
  })
})

test('what a page may have to say about a failure is a code of the catalogue', () => {
  const codes = Object.keys(en)
    .filter((name) => name.startsWith('say.'))
    .map((name) => name.slice('say.'.length))
  const own = [
    ...['link.invalid', 'link.damaged', 'code.invalid', 'mail.requested', 'mfa.required'],
    ...['passkey.cancelled', 'offline', 'go.on'],
  ]
  expect(codes.filter((code) => !own.includes(code) && !(code in catalogue))).toEqual([])
})

describe('a fragment', () => {
  const token = 'q3Zb0s3yq0yq3o1c2Wk8p5v7x9A1bC4dE6fG8hJ0kL2'

  test.each<[string, ReturnType<typeof parseFragment>]>([
    ['', { kind: 'nothing' }],
    ['#', { kind: 'nothing' }],
    [`#token=${token}`, { kind: 'token', token }],
    [`#token%3D${token}`, { kind: 'token', token }],
    [`#utm=x&token=${token}`, { kind: 'token', token }],
    ['#ask', { kind: 'state', name: 'ask' }],
    ['#mfa_challenge=a.challenge-of_a.jwt&factors=totp+passkey', { kind: 'damaged' }],
    ['#token=', { kind: 'damaged' }],
    ['#token=short', { kind: 'damaged' }],
    [`#token=${token}=`, { kind: 'damaged' }],
    [`#token=${token}%00`, { kind: 'damaged' }],
    [`#token=${token}%0A`, { kind: 'damaged' }],
    [`#token=${'a'.repeat(513)}`, { kind: 'damaged' }],
    [`#${token}`, { kind: 'damaged' }],
  ])('%.60s', (hash, expected) => {
    expect(parseFragment(hash)).toEqual(expected)
  })

  test('of any text is no token unless it looks like one', () => {
    for (const text of naughtyStrings)
      for (const written of [text, encodeURIComponent(text.toWellFormed())])
        for (const hash of [`#token=${written}`, `#${written}`]) {
          const asked = parseFragment(hash)
          if (asked.kind === 'token') expect(asked.token).toMatch(/^[\w-]{16,512}$/)
        }
  })
})
