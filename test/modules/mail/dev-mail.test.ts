/** /dev/mail: in development it shows every mail safely; in other modes the route does not exist. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createOpenApiDocument } from '../../../src/http/openapi/document.ts'
import { routesOf } from '../../http/support/routes.ts'
import { call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

const DEVELOPMENT = { env: { NODE_ENV: 'development', APP_URL: 'https://api.test' } }
const HOSTILE = '<script>alert(1)</script>"\'&<img src=x onerror=alert(2)>'
const MAIL = {
  id: 'job_1',
  to: 'ada@example.com',
  subject: 'Confirm',
  text: 'Your code is 123456\n\nhttps://api.test/verify?token=abc&x=1\n',
  html: '<!doctype html><html><head><title>x</title></head><body><a href="https://api.test/verify">go</a></body></html>',
}

describe('in development', () => {
  let t: TestApp
  beforeEach(async () => {
    t = await createTestApp(DEVELOPMENT)
  })
  afterEach(() => t.close())
  const get = (path: string, headers: Record<string, string> = {}) =>
    t.app.handle(new Request(`https://api.test${path}`, { headers }))
  const page = (path: string) => get(path, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })

  test('programs get the mails as JSON, newest first, and those of one address in any spelling', async () => {
    expect(await (await get('/dev/mail')).json()).toEqual({ items: [] })
    await t.deps.mailer.send(MAIL)
    await t.deps.mailer.send({ ...MAIL, id: 'job_2', to: 'Eve@Example.com' })
    const list = await get('/dev/mail')
    expect(list.headers.get('content-type')).toContain('application/json')
    const { items } = (await list.json()) as { items: { id: string }[] } // asserted on the next line
    expect(items.map(({ id }) => id)).toEqual(['job_2', 'job_1'])
    expect(items[1]).toEqual({
      id: 'job_1',
      to: MAIL.to,
      subject: MAIL.subject,
      text: MAIL.text,
      sentAt: '2026-07-09T12:00:00.000Z',
    } as never)
    const hers = (await (await get('/dev/mail?to=eve@example.COM')).json()) as typeof list & { items: { id: string }[] }
    expect(hers.items.map(({ id }) => id)).toEqual(['job_2'])
    expect(await (await get('/dev/mail?to=nobody@example.com')).json()).toEqual({ items: [] })
    expect(await (await get('/dev/mail/job_1')).json()).toMatchObject({ text: MAIL.text, html: MAIL.html })
    expect((await get('/dev/mail/job_3')).status).toBe(404)
    expect((await get('/dev/mail/job_3/html')).status).toBe(404)
    expect((await get('/dev/mail?from=x')).status).toBe(422)
  })

  test('queued mails are sent before the answer', async () => {
    let idle = 0
    t.deps.queue.idle = async () => {
      idle += 1
      await t.deps.mailer.send(MAIL)
    }
    expect(await (await get('/dev/mail')).json()).toMatchObject({ items: [{ id: 'job_1' }] })
    expect(idle).toBe(1)
  })

  test('a mail sent twice is shown twice', async () => {
    await t.deps.mailer.send(MAIL)
    await t.deps.mailer.send(MAIL)
    expect(await (await get('/dev/mail')).json()).toMatchObject({ items: [{ id: 'job_1' }, { id: 'job_1' }] })
  })

  test('browsers get pages without scripts, in which hostile mails are text', async () => {
    const id = 'job_"><script>'
    await t.deps.mailer.send({
      ...MAIL,
      id,
      to: `${HOSTILE}@example.com`,
      subject: HOSTILE,
      text: `${HOSTILE}\nhttps://x.test/"onclick=alert(1)\njavascript:alert(1)\n`,
    })
    for (const path of ['/dev/mail', `/dev/mail/${encodeURIComponent(id)}`]) {
      const answer = await page(path)
      const text = await answer.text()
      const policy = answer.headers.get('content-security-policy') ?? ''
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(policy).toMatch(
        /^default-src 'none'; style-src 'nonce-[\w-]{22}'; frame-src 'self'; frame-ancestors 'none'/,
      )
      expect(policy).not.toMatch(/unsafe|script-src|\*/)
      const nonce = /'nonce-([\w-]+)'/.exec(policy)?.[1] ?? ''
      expect(text).toContain(`<style nonce="${nonce}">`)
      // The names of all tags: no tag comes from the mail.
      const tags = new Set([...text.matchAll(/<\/?([a-z!][a-z0-9]*)/gi)].map(([, tag]) => tag))
      for (const tag of ['script', 'img']) expect(tags).not.toContain(tag)
      expect(text).not.toMatch(/<[^>]*\son\w+=/)
      expect(text).not.toContain('href="javascript:')
      expect(text).toContain('&lt;script')
    }
    const [one, other] = [await page('/dev/mail'), await page('/dev/mail')]
    expect(one.headers.get('content-security-policy')).not.toBe(other.headers.get('content-security-policy'))
  })

  test('the HTML part is sandboxed by its own policy, wherever it is opened', async () => {
    await t.deps.mailer.send(MAIL)
    expect(await (await page('/dev/mail/job_1')).text()).toContain('src="/dev/mail/job_1/html" sandbox="allow-popups')
    const answer = await get('/dev/mail/job_1/html')
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain('sandbox allow-popups allow-popups-to-escape-sandbox')
    expect(policy).not.toMatch(/allow-scripts|allow-same-origin|script-src|https?:/)
    expect(await answer.text()).toBe(MAIL.html.replace('<head>', '<head><base target="_blank">'))
  })

  test('a page with DNS rebinding gets no data', async () => {
    await t.deps.mailer.send(MAIL)
    const status = async (host: string, path = '/dev/mail') =>
      (await t.app.handle(new Request(`http://${host}${path}`))).status
    for (const host of ['evil.example', 'evil.example:3000', 'localhost.evil.example', '127.0.0.1.evil.example'])
      for (const path of ['/dev/mail', '/dev/mail/job_1', '/dev/mail/job_1/html'])
        expect(`${host}${path} ${await status(host, path)}`).toBe(`${host}${path} 404`)
    for (const host of [
      'api.test',
      'localhost:3000',
      '127.0.0.1:3000',
      '[::1]:3000',
      '192.168.1.5:3000',
      'app.localhost',
    ])
      expect(`${host} ${await status(host)}`).toBe(`${host} 200`)
  })
})

describe('outside development', () => {
  const apps: Record<string, TestApp> = {}
  beforeAll(async () => {
    apps.production = await createTestApp({ env: { NODE_ENV: 'production' } })
    apps.test = await createTestApp({ env: { NODE_ENV: 'test' } })
  })
  afterAll(() => Promise.all(Object.values(apps).map((app) => app.close())))

  for (const name of ['production', 'test'])
    test(`there is no such route: ${name}`, async () => {
      const app = apps[name]
      if (!app) throw new Error('the app was not made')
      await app.deps.mailer.send(MAIL)
      const known = await call(app, 'GET /dev/nothing')
      for (const path of [
        '/dev/mail',
        '/dev/mail/',
        '/dev/mail/job_1',
        '/dev/mail/job_1/html',
        '/dev/mail?to=ada@example.com',
      ]) {
        const { status, body } = await call(app, `GET ${path}`)
        expect(`${path} ${status} ${body.code}`).toBe(`${path} 404 ${known.body.code}`)
      }
      expect((await routesOf(app.app)).filter(({ path }) => path.startsWith('/dev/'))).toEqual([])
      expect(JSON.stringify(createOpenApiDocument(await app.app.allRoutes(), app.deps.config))).not.toContain(
        'dev/mail',
      )
      expect(app.deps.mailer.sent()).toEqual([])
    })
})

test('the API document of a development server does not name it', async () => {
  const t = await createTestApp(DEVELOPMENT)
  const document = createOpenApiDocument(await t.app.allRoutes(), t.deps.config)
  expect(Object.keys(document.paths ?? {}).filter((path) => path.startsWith('/dev'))).toEqual([])
  await t.close()
})
