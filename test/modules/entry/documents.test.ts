/** The pages for sign-in, sign-up and a forgotten password as the server writes them, and what their forms refuse. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { catalogue } from '../../../src/errors.ts'
import { locales } from '../../../src/lib/languages.ts'
import { REASONS } from '../../../src/modules/entry/failure.ts'
import { en } from '../../../src/modules/entry/messages/en.ts'
import { pt } from '../../../src/modules/entry/messages/pt.ts'
import { openWaiting } from '../../../src/modules/mfa/waiting-sign-in.ts'
import { pageNames } from '../../../src/modules/entry/trip.ts'
import { type Answer, call, PASSWORD, signInWithCookie, signUp } from '../../support/client.ts'
import { naughtyStrings } from '../../support/naughty-strings.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { proofIn } from './support/mails.ts'

const BRAND_NAME = "Müller & Sons' «ID» &lt;b&gt;"
const HOSTILE = `"><img src=x onerror=alert(1)><b>'`

let t: TestApp
let strict: TestApp
beforeAll(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional', BRAND_NAME } })
  strict = await createTestApp({ env: { EMAIL_VERIFICATION: 'required' } })
})
afterAll(async () => {
  await Promise.all([t.close(), strict.close()])
})

const form = (fields: Record<string, string>) => new URLSearchParams(fields)
const post = (app: TestApp, path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  call(app, `POST ${path}`, { headers: { origin: ORIGIN, accept: 'text/html', ...headers }, body: form(fields) })
const opened = async (path: string, headers: Record<string, string> = {}) =>
  (await call(t, `GET ${path}`, { headers })).text

/** Each page, and each step that a GET can show without anything that waits. */
const OPENED = ['/sign-in', '/sign-in?step=code', '/sign-up', '/forgot-password']
/** Without what differs from request to request. */
const lasting = (text: string) => text.replaceAll(/name="waiting" value="[^"]*"/g, 'waiting')

const cookieNamed = ({ headers }: Pick<Answer, 'headers'>, name: string): string | undefined =>
  headers
    .getSetCookie()
    .map((cookie) => new RegExp(`^__Host-${name}=([^;]+)`).exec(cookie)?.[1])
    .find((value) => value !== undefined)

describe('every page, in every language', () => {
  const documents = () =>
    Promise.all(
      OPENED.flatMap((path) =>
        locales.map(async (language) => ({
          path,
          language,
          ...(await call(t, `GET ${path}`, { headers: { 'accept-language': language } })),
        })),
      ),
    )

  test('has a policy that allows own files and own forms alone, is in no frame, and is kept by no cache', async () => {
    for (const { status, headers } of await documents()) {
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
      )
      expect(headers.get('referrer-policy')).toBe('same-origin') // with `no-referrer` a form would have `Origin: null`
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('set-cookie')).toBeNull()
    }
  })

  test('has nothing inline, and loads nothing of others', async () => {
    for (const { text } of await documents()) {
      expect(text).not.toMatch(/<style|<script(?! type="module" src="\/)|\sstyle=|\son\w+=|javascript:|data:/i)
      const loaded = [...text.matchAll(/<(?:link|script|img)[^>]+(?:src|href)="([^"]+)"/g)].map(([, url]) => url)
      expect(loaded.length).toBeGreaterThanOrEqual(3)
      expect(loaded.filter((url) => !/^\/[^/]/.test(url ?? ''))).toEqual([])
    }
  })

  test('has one heading, one field of each name, a label for each field, and each id once', async () => {
    for (const { text, path } of await documents()) {
      const shown = text.replaceAll(/<section data-state="link" hidden>[\s\S]*?<\/section>/g, '')
      expect(shown.match(/<h1/g), path).toHaveLength(1)
      const names = [...shown.matchAll(/<input [^>]*name="([^"]+)"/g)].map(([, name]) => name)
      expect(new Set(names).size, path).toBe(names.length)
      const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
      expect(new Set(ids).size, path).toBe(ids.length)
      const fields = [...shown.matchAll(/<input id="([^"]+)"/g)].map(([, id]) => id)
      expect([...shown.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id)).toEqual(fields)
      expect(fields.length).toBeGreaterThan(0)
    }
  })

  test('is in one language, with nothing left to fill in, and shows the brand as text', async () => {
    for (const { text, language } of await documents()) {
      expect(text).toContain(`<html lang="${language}"`)
      expect(text.replaceAll('{when}', '')).not.toMatch(/[{}]|undefined|\[object/)
      expect(text).toContain('Müller &amp; Sons')
      expect(text).not.toMatch(/<b>/)
      const others = Object.values(language === 'en' ? pt : en).filter((one) => one.length > 20 && !one.includes('{'))
      expect(others.filter((one) => text.includes(one))).toEqual([])
    }
  })

  test('tells browsers and password managers what each field is', async () => {
    const autocompletes = (text: string) =>
      [...text.matchAll(/name="(email|password|name|code)"[^>]*autocomplete="([^"]+)"/g)].map(([, ...both]) => both)
    expect(autocompletes(await opened('/sign-in'))).toEqual([
      ['email', 'username webauthn'],
      ['password', 'current-password'],
    ])
    expect(autocompletes(await opened('/sign-up'))).toEqual([
      ['name', 'name'],
      ['email', 'username'],
      ['password', 'new-password'],
    ])
    expect(autocompletes(await opened('/sign-in?step=code'))).toEqual([
      ['email', 'username'],
      ['code', 'one-time-code'],
    ])
  })
})

test('the sign-in page with all that it loads has at most 25 KB, compressed', async () => {
  const text = await opened('/sign-in')
  const urls = [...text.matchAll(/<(?:link|script|img)[^>]+(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
  const parts = [text, ...(await Promise.all(urls.map(async (url) => (await call(t, `GET ${url}`)).text)))]
  expect(parts.length).toBeGreaterThanOrEqual(4)
  const bytes = parts.map((part) => Bun.gzipSync(part).byteLength)
  expect(bytes.every((part) => part > 100)).toBe(true)
  const all = bytes.reduce((sum, part) => sum + part, 0)
  expect(all).toBeLessThanOrEqual(25_000)
})

describe('the way back', () => {
  const PATHS = [
    '/oauth/authorize?interaction=a.b',
    '/oauth/logout?interaction=a',
    '/device?user_code=ABCD-EFGH',
    '/device',
    '/account',
    '/console/users',
  ]
  const FOREIGN = [
    'https://evil.example/oauth/authorize?x=1',
    '//evil.example/oauth/authorize?x=1',
    '/\\evil.example/oauth/authorize?x=1',
    '\\\\evil.example',
    'https://api.test@evil.example/',
    'https://api.test/oauth/authorize?x=1',
    '/oauth/authorize/../../v1/me',
    '/oauth/authorize%2f..%2f..',
    '/oauth/authorize/x?y=1',
    '/oauth/authorizex?y=1',
    '/OAuth/authorize?x=1',
    'oauth/authorize?x=1',
    ' /oauth/authorize?x=1',
    '/oauth/authorize?x=1#token=y',
    '/oauth/authorize?x=1\n',
    '/oauth/authorize?x= 1',
    '/oauth/authorize?x=é',
    '/oauth/consent?interaction=a',
    '/v1/auth/sign-out',
    '/console/../v1/me',
    '',
    'javascript:alert(1)',
    'data:text/html,x',
  ]
  const query = (returnTo: string) => `?${new URLSearchParams({ return_to: returnTo })}`
  const person = async (app: TestApp, email: string) => {
    await signUp(app, email)
    return signInWithCookie(app, email)
  }

  test.each(PATHS)('leads on to our own page %s', async (path) => {
    const cookie = await person(t, `back${PATHS.indexOf(path)}@example.com`)
    const { status, headers, text } = await call(t, `GET /sign-in${query(path)}&from=form`, { cookie })
    if (path.startsWith('/oauth/')) {
      // They may lead on to an app: a policy of the form would stop that, so the page goes there by itself.
      expect([status, headers.get('refresh')]).toEqual([200, `0; url=https://api.test${path}`])
      expect(text).toContain(`<a class="button" href="https://api.test${path}"`)
    } else expect([status, headers.get('location')]).toEqual([303, `https://api.test${path}`])
  })

  test.each(FOREIGN)('never leads to %j', async (returnTo) => {
    for (const name of pageNames)
      expect(await opened(`/${name}${query(returnTo)}`)).toBe(
        (await opened(`/${name}`)).replaceAll(
          'href="?lang=',
          `href="${query(returnTo).replaceAll('&', '&amp;')}&amp;lang=`,
        ),
      )
    const email = `away${FOREIGN.indexOf(returnTo)}@example.com`
    await signUp(t, email)
    const fields = { act: 'password', email, password: PASSWORD }
    const answer = await post(t, `/sign-in${query(returnTo)}`, fields)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'https://api.test/sign-in?from=form'])
    const cookie = cookieNamed(answer, 'session')
    const led = await call(t, `GET /sign-in${query(returnTo)}&from=form`, { cookie })
    expect([led.status, led.headers.get('location')]).toEqual([303, 'https://api.test/account'])
  })

  test('may be one of RETURN_URLS, and a provider leads to the same place', async () => {
    const app = await createTestApp({
      env: {
        EMAIL_VERIFICATION: 'optional',
        RETURN_URLS: 'https://app.example/signed-in?next=1',
        OIDC_PROVIDERS: JSON.stringify([
          { id: 'github', preset: 'github', clientId: 'client', clientSecret: 'secret' },
        ]),
      },
    })
    const cookie = await person(app, 'ada@example.com')
    const there = query('https://app.example/signed-in?next=1')
    const led = await call(app, `GET /sign-in${there}&from=form`, { cookie })
    expect([led.status, led.headers.get('refresh')]).toEqual([200, '0; url=https://app.example/signed-in?next=1'])
    const near = await call(app, `GET /sign-in${query('https://app.example/signed-in')}&from=form`, { cookie })
    expect(near.headers.get('location')).toBe('https://api.test/account')
    for (const path of ['/sign-in', '/sign-up', `/sign-in${query('/device')}`]) {
      const { text } = await call(app, `GET ${path}`)
      const [, start = ''] = /href="(\/v1\/auth\/providers\/github\/start[^"]+)"/.exec(text) ?? []
      const answer = await call(app, `GET ${start.replaceAll('&amp;', '&')}`)
      expect([answer.status, answer.headers.get('location')], path).toEqual([
        302,
        expect.stringContaining('github.com'),
      ])
    }
    for (const returnTo of [
      '/sign-in?return_to=/v1/me&from=provider',
      '/sign-in?return_to=%2Fdevice',
      '/sign-in?x=1',
      '/device',
    ])
      expect(
        (
          await call(
            app,
            `GET /v1/auth/providers/github/start?returnTo=${encodeURIComponent(`https://api.test${returnTo}`)}`,
          )
        ).body.code,
      ).toBe('provider.return_url_refused')
    await app.close()
  })
})

describe('text of others', () => {
  test('in the URL and in the fields is shown as text, and makes no markup', async () => {
    const hint = encodeURIComponent(HOSTILE)
    for (const text of [
      await opened(`/sign-in?login_hint=${hint}&return_to=${hint}&step=${hint}&from=provider&error=${hint}`),
      (await post(t, '/sign-in', { act: HOSTILE, also: '', email: HOSTILE, password: 'x', waiting: HOSTILE })).text,
      (await post(t, '/sign-up', { email: HOSTILE, name: HOSTILE, password: 'x' })).text,
      (await post(t, '/forgot-password', { email: HOSTILE })).text,
    ]) {
      expect(text).not.toContain('<img')
      expect(text).not.toContain('<b>')
      expect(text).toContain('role="alert"')
    }
  })

  test('an address that fills in the field is text, or nothing', async () => {
    expect(await opened('/sign-in?login_hint=ada%40example.com')).toContain('value="ada@example.com"')
    for (const hint of ['a\u0000b', 'a\u202eb', 'x'.repeat(321)])
      expect(await opened(`/sign-up?login_hint=${encodeURIComponent(hint.replace('\u0000', '\u0001'))}`)).toContain(
        'value=""',
      )
  })

  test('of any kind in every field is an answer, and never an error of ours', async () => {
    for (const text of naughtyStrings.filter((one) => one.isWellFormed()).slice(0, 120)) {
      const short = text.slice(0, 500)
      for (const [path, act] of [
        ['/sign-in', 'password'],
        ['/sign-in', 'code'],
        ['/sign-in', 'second'],
        ['/forgot-password', 'reset'],
      ] as const) {
        const answer = await post(t, path, {
          act,
          email: short,
          password: short,
          code: short,
          waiting: short,
          token: short,
        })
        expect(answer.status, `${act} ${JSON.stringify(short)}`).toBeLessThan(500)
        const kept = answer.headers.getSetCookie()
        const typed = act === 'password' ? cookieNamed(answer, 'waiting') : undefined
        expect(kept).toHaveLength(typed === undefined ? 0 : 1)
        if (typed === undefined) continue
        // An address that was typed, and nothing else.
        const waiting = await openWaiting(t.deps, decodeURIComponent(typed))
        expect(waiting).toEqual({ for: 'typed', email: short.trim() })
      }
    }
  })
})

describe('a form of another site', () => {
  const FORMS = [
    ['/sign-in', { act: 'password', email: 'csrf@example.com', password: PASSWORD }],
    ['/sign-in', { also: 'mail', email: 'csrf@example.com' }],
    ['/sign-in', { act: 'code', email: 'csrf@example.com', code: '123456' }],
    ['/sign-in', { act: 'link', token: 'A'.repeat(43) }],
    ['/sign-in', { act: 'second', code: '123456', waiting: 'x' }],
    ['/sign-in', { act: 'factor', code: '123456' }],
    ['/sign-in', { act: 'fresh', password: PASSWORD }],
    ['/sign-in', { also: 'fresh-mail' }],
    ['/sign-up', { act: 'new', email: 'forged@example.com', password: PASSWORD }],
    ['/sign-up', { act: 'confirm', code: '123456', waiting: 'x' }],
    ['/sign-up', { also: 'confirm-mail', waiting: 'x' }],
    ['/forgot-password', { act: 'forgot', email: 'csrf@example.com' }],
    ['/forgot-password', { act: 'reset', code: '123456', password: PASSWORD, waiting: 'x' }],
  ] as const

  test.each(FORMS)('%s %j does nothing, and a person is told so', async (path, fields) => {
    await signUp(t, 'csrf@example.com').catch(() => undefined)
    const cookie = await signInWithCookie(t, 'csrf@example.com')
    const before = await t.deps.db.$client.execute('SELECT count(*) AS n FROM events')
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'https://api.test.evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      {},
    ]) {
      const {
        status,
        headers: answered,
        text,
      } = await call(t, `POST ${path}`, {
        headers: { accept: 'text/html', cookie: `__Host-session=${cookie}`, ...headers },
        body: form(fields),
      })
      expect([status, answered.getSetCookie()], JSON.stringify(headers)).toEqual([403, []])
      expect(text).toContain('Nothing was done: this form did not come from api.test.')
      expect(text).not.toContain('csrf@example.com') // neither what was typed nor who is signed in
    }
    expect((await t.deps.db.$client.execute('SELECT count(*) AS n FROM events')).rows).toEqual(before.rows)
  })
})

describe('who has an account', () => {
  test('is not told by a mail that was asked for, nor by a sign-up where addresses must be confirmed', async () => {
    await post(strict, '/sign-up', { act: 'new', email: 'known@example.com', password: PASSWORD })
    const { code } = await proofIn(strict, 'known@example.com')
    const body = { email: 'known@example.com', code }
    expect((await call(strict, 'POST /v1/auth/verify-email', { body })).status).toBe(200)
    for (const [path, fields] of [
      ['/sign-in', { also: 'mail' }],
      ['/sign-up', { act: 'new', password: 'seven green bottles' }],
      ['/forgot-password', { act: 'forgot' }],
    ] as const) {
      const answers: unknown[] = []
      for (const email of ['known@example.com', 'nobody@example.com']) {
        const answer = await post(strict, path, { ...fields, email })
        const cookie = cookieNamed(answer, 'waiting') ?? ''
        const next = await call(strict, `GET ${(answer.headers.get('location') ?? '').replace(ORIGIN, '')}`, {
          headers: { cookie: `__Host-waiting=${cookie}` },
        })
        answers.push([answer.status, answer.headers.get('location'), lasting(next.text).replaceAll(email, 'EMAIL')])
      }
      expect(answers[0], path).toEqual(answers[1])
      expect(JSON.stringify(answers[0])).toContain('EMAIL')
    }
  })

  test('is not told by a wrong password', async () => {
    await post(strict, '/sign-up', { act: 'new', email: 'unproved@example.com', password: PASSWORD })
    const answers = await Promise.all(
      ['known@example.com', 'nobody@example.com', 'unproved@example.com'].map(async (email) => {
        const password = email.startsWith('unproved') ? PASSWORD : 'not this one at all'
        const { status, text } = await post(strict, '/sign-in', { act: 'password', email, password })
        return [status, text.replaceAll(email, 'EMAIL')]
      }),
    )
    expect(answers[0]?.[0]).toBe(401)
    expect([answers[1], answers[2]]).toEqual([answers[0], answers[0]])
  })

  test('the sealed text of a sign-up is of one length, and opens for no other step', async () => {
    const lengths = new Set<number>()
    for (const email of ['taken@example.com', 'other@example.com']) {
      const answer = await post(strict, '/sign-up', { act: 'new', email, password: PASSWORD })
      lengths.add((cookieNamed(answer, 'waiting') ?? '').length)
      const waiting = cookieNamed(answer, 'waiting') ?? ''
      const reset = await post(strict, '/forgot-password', {
        act: 'reset',
        code: '123456',
        password: PASSWORD,
        waiting,
      })
      expect(reset.text).toContain('This page has waited too long. Start again.')
    }
    expect(lengths.size).toBe(1)
  })
})

test('too many tries are a page that says when to try again', async () => {
  const limited = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional', RATE_LIMIT: 'on' } })
  const fields = { act: 'password', email: 'ada@example.com', password: 'not this one at all' }
  const answers: Answer[] = []
  for (let guess = 0; guess < 6; guess++) answers.push(await post(limited, '/sign-in', fields))
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429])
  const [last] = answers.slice(-1)
  expect(last?.text).toMatch(/Too many tries\. Try again in \d+ (?:seconds?|minutes?)\./)
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(last?.text).toContain('value="ada@example.com"')
  expect(last?.text).not.toContain('not this one at all')
  await limited.close()
})

test('each sentence about a failure is about a code of the catalogue, or a sentence of these pages', () => {
  const own = [
    ...[
      'email.invalid',
      'password.missing',
      'password.long',
      'password.wrong',
      'name.invalid',
      'code.form',
      'factor.form',
    ],
    ...['link.invalid', 'link.damaged', 'passkey.cancelled', 'provider.failed', 'mail.again', 'reset'],
    ...['expired', 'signedOut', 'ended', 'left', 'cookies', 'offline'],
  ]
  const said = Object.keys(en).flatMap((name) => (name.startsWith('say.') ? [name.slice('say.'.length)] : []))
  expect(said.filter((code) => !own.includes(code) && !(code in catalogue))).toEqual([])
})

test('each reason for which a password is refused has a sentence in the language of the page', async () => {
  const source = await Bun.file('src/modules/users/password-policy.ts').text()
  const reasons = [...source.matchAll(/['`]((?:has|is|consists) [^'`]{10,})['`]/g)].map(([, reason]) => reason ?? '')
  expect(reasons.length).toBeGreaterThanOrEqual(5)
  expect(reasons.filter((reason) => !REASONS.some(([pattern]) => pattern.test(reason)))).toEqual([])
  const { text } = await post(
    t,
    '/sign-up',
    { act: 'new', email: 'x@example.com', password: 'password1234' },
    { 'accept-language': 'de' },
  )
  expect(text).toContain('Bitte wählen Sie ein anderes Passwort.')
  expect(text).not.toContain('This password')
})
