import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { type ClientRow, makePerson, type Person } from '../token/support/oauth.ts'
import { decide, makeDeviceClient, page, poll, started } from './support/device.ts'

let t: TestApp
let client: ClientRow
let ada: Person
beforeEach(async () => {
  t = await createTestApp()
  client = await makeDeviceClient(t)
  ada = await makePerson(t)
})
afterEach(() => t.close())

const sql = async (text: string) => (await t.deps.db.$client.execute(text)).rows
const stateOf = async () => (await sql('SELECT state FROM device_codes')).map(({ state }) => state)

test('without a session the page leads to the sign-in, which leads back with the code', async () => {
  const { user_code } = await started(t, client)
  const answer = await page(t, `GET /device?user_code=${user_code}`)
  expect(answer.status).toBe(302)
  const to = new URL(answer.headers.get('location') ?? '')
  expect([to.origin, to.pathname]).toEqual([ORIGIN, '/sign-in'])
  expect(to.searchParams.get('return_to')).toBe(`/device?user_code=${user_code}`)
  expect((await page(t, 'POST /device', { form: { code: user_code, decision: 'allow' } })).status).toBe(303)
  expect(await stateOf()).toEqual(['pending'])
})

test('a code in the URL only fills the field in, and decides nothing', async () => {
  const { user_code } = await started(t, client)
  for (const query of [
    `user_code=${user_code}`,
    `user_code=${user_code}&decision=allow`,
    `code=${user_code}&decision=allow`,
  ]) {
    const answer = await page(t, `GET /device?${query}`, { cookie: ada.cookie })
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('>Allow<')
    expect(answer.text).toContain('>Continue<')
  }
  const filled = await page(t, `GET /device?user_code=${user_code}`, { cookie: ada.cookie })
  expect(filled.text).toContain(`value="${user_code}"`)
  expect(await stateOf()).toEqual(['pending'])
})

test.each(['"><script>alert(1)</script>', 'javascript:alert(1)', 'A'.repeat(3000), '%00', 'WDJB-MJH1'])(
  'a code in the URL that is none, %p, is left out',
  async (text) => {
    const answer = await page(t, `GET /device?user_code=${encodeURIComponent(text)}`, { cookie: ada.cookie })
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('value=""')
    expect(answer.text).not.toContain('<script')
  },
)

test('the card shows who asks, from where and for what; a name with markup is text', async () => {
  const evil = await makeDeviceClient(t, { name: '<b>Bank</b>', source: 'registration' })
  const { user_code } = await started(t, evil)
  const card = await page(t, 'POST /device', { cookie: ada.cookie, form: { code: user_code } })
  expect(card.text).not.toContain('<b>Bank</b>')
  expect(card.text).toMatch(/&lt;b(?:>|&gt;)Bank/)
  for (const part of [
    'address',
    user_code,
    'See your name, username and language',
    'Allow it only if you started this yourself',
  ])
    expect(card.text).toContain(part)
})

test('the pages have no script, cannot be framed, and are not cached', async () => {
  const { user_code } = await started(t, client)
  const pages = [
    await page(t, 'GET /device', { cookie: ada.cookie }),
    await page(t, 'POST /device', { cookie: ada.cookie, form: { code: user_code } }),
    await decide(t, ada, user_code, 'allow'),
  ]
  for (const { headers, text, status } of pages) {
    expect(status).toBe(200)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("form-action 'self'")
    expect(policy).not.toContain('script-src')
    expect(text).not.toContain('<script')
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

test.each([
  ['lower case', (code: string) => code.toLowerCase()],
  ['no hyphen', (code: string) => code.replace('-', '')],
  ['blanks and dots', (code: string) => [...code].join(' . ')],
  [
    'full width',
    (code: string) =>
      [...code.replace('-', '')].map((letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)).join(''),
  ],
])('a code is read with %s', async (_, typed) => {
  const { user_code } = await started(t, client)
  const card = await page(t, 'POST /device', { cookie: ada.cookie, form: { code: typed(user_code) } })
  expect(card.text).toContain('>Allow<')
})

describe('nothing is decided', () => {
  const crossSite: [string, Record<string, string>][] = [
    ['by a form of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['by a form of a subdomain', { origin: 'https://evil.api.test', 'sec-fetch-site': 'same-site' }],
    ['by a form without an origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ]
  test.each(crossSite)('%s (CSRF)', async (_, headers) => {
    const { user_code } = await started(t, client)
    const answer = await page(t, 'POST /device', {
      cookie: ada.cookie,
      form: { code: user_code, decision: 'allow' },
      headers,
    })
    expect(answer.status).toBe(403)
    expect(await stateOf()).toEqual(['pending'])
  })

  test('by an access token', async () => {
    const { user_code } = await started(t, client)
    const answer = await page(t, 'POST /device', {
      form: { code: user_code, decision: 'allow' },
      headers: { authorization: `Bearer ${ada.accessToken}` },
    })
    expect(answer.status).toBe(303)
    expect(await stateOf()).toEqual(['pending'])
  })

  test('by another decision than allow or deny, nor by a parameter that comes twice', async () => {
    const { user_code } = await started(t, client)
    const shown = await page(t, 'POST /device', { cookie: ada.cookie, form: { code: user_code, decision: 'ALLOW' } })
    expect(shown.text).toContain('>Allow<')
    const twice = await t.app.handle(
      new Request(`${ORIGIN}/device`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: `__Host-session=${ada.cookie}`,
          origin: ORIGIN,
        },
        body: `code=${user_code}&decision=deny&decision=allow`,
      }),
    )
    expect(twice.status).toBe(400)
    expect(await stateOf()).toEqual(['pending'])
  })

  test('in a session in which an administrator acts for the person', async () => {
    await sql(`UPDATE sessions SET impersonator_id = '${(await makePerson(t)).userId}' WHERE id = '${ada.sessionId}'`)
    t.deps.principals.forgetAll()
    const { user_code } = await started(t, client)
    expect((await decide(t, ada, user_code, 'allow')).status).not.toBe(200)
    expect(await stateOf()).toEqual(['pending'])
  })

  test('for an anonymous account', async () => {
    await sql(`UPDATE users SET anonymous = 1 WHERE id = '${ada.userId}'`)
    t.deps.principals.forgetAll()
    const { user_code } = await started(t, client)
    expect((await decide(t, ada, user_code, 'allow')).status).toBe(403)
    expect(await stateOf()).toEqual(['pending'])
  })

  test('after the client was disabled', async () => {
    const { user_code } = await started(t, client)
    await sql("UPDATE oauth_clients SET status = 'disabled'")
    t.deps.principals.forgetAll()
    expect((await decide(t, ada, user_code, 'allow')).status).toBe(400)
  })
})

test('a form that is sent twice shows the same end', async () => {
  const { user_code, device_code } = await started(t, client)
  for (let times = 0; times < 2; times++)
    expect((await decide(t, ada, user_code, 'allow')).text).toContain('The device is connected')
  expect((await poll(t, client, device_code)).status).toBe(200)
  expect((await decide(t, ada, user_code, 'allow')).status).toBe(400) // the code is gone
})

describe('guesses', () => {
  let limited: TestApp
  beforeEach(async () => {
    limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  })
  afterEach(() => limited.close())

  test('of one account are 20 in ten minutes, right codes do not count, and 40 at once count as 40', async () => {
    const [asking, bob] = [await makeDeviceClient(limited), await makePerson(limited)]
    const { user_code } = await started(limited, asking)
    const guess = (code: string) => page(limited, 'POST /device', { cookie: bob.cookie, form: { code } })
    for (let times = 0; times < 5; times++) expect((await guess(user_code)).status).toBe(200)
    await limited.settle()
    const letters = 'BCDFGHJKLMNPQRSTVWXZ'
    const wrong = (index: number) => `BCDFGH${letters[index % 20] ?? ''}${letters[Math.floor(index / 20)] ?? ''}`
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => guess(wrong(index))))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 400).length).toBe(20)
    expect(statuses.filter((status) => status === 429).length).toBe(20)
    const refused = await guess(user_code)
    expect(refused.status).toBe(429)
    expect(refused.text).not.toContain('>Allow<')
    limited.clock.advance(600_000)
    expect((await guess((await started(limited, asking)).user_code)).status).toBe(200)
  })

  test('at one code by many accounts are 20 in ten minutes', async () => {
    const asking = await makeDeviceClient(limited)
    const { user_code } = await started(limited, asking)
    const [bob, eve] = [await makePerson(limited), await makePerson(limited)]
    const look = ({ cookie }: Person) => page(limited, 'POST /device', { cookie, form: { code: user_code } })
    for (let times = 0; times < 20; times++) expect((await look(times % 2 === 0 ? bob : eve)).status).toBe(200)
    expect((await look(bob)).status).toBe(429)
  })
})
