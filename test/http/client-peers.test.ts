/** An unconfigured proxy puts all clients into one bucket: the server notices it and logs it once. A stranger cannot cause this. */
import { afterEach, describe, expect, test } from 'bun:test'
import { parseConfig } from '../../src/config.ts'
import { call } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'

let t: TestApp
let peer: string | undefined
afterEach(() => t?.close())

async function open(env: Record<string, string> = {}): Promise<void> {
  peer = '203.0.113.7'
  t = await createTestApp({ env: { RATE_LIMIT: 'on', ...env }, deps: { peerAddress: () => peer } })
}

/** Something whose address matters. */
const ask = (headers: Record<string, string> = {}) =>
  call(t, 'POST /v1/auth/sign-in', { headers, body: { email: 'nobody@example.com', password: 'not the password' } })

const warned = async (): Promise<string[]> => {
  const { status, body } = await call<{ warnings: { code: string; message: string }[] }>(t, 'GET /readyz')
  expect(status).toBe(200)
  for (const { message } of body.warnings) expect(message).not.toMatch(/\d+\.\d+|::/)
  return body.warnings.map(({ code }) => code)
}
const logged = () => t.logged.filter(({ fields }) => typeof fields.code === 'string' && 'peer' in fields)

describe('a proxy that TRUSTED_PROXIES does not name', () => {
  test.each([
    ['127.0.0.1', { 'x-forwarded-for': '198.51.100.1' }],
    ['::1', { 'x-forwarded-for': '198.51.100.1' }],
    ['::ffff:10.1.2.3', { forwarded: 'for=198.51.100.1' }],
    ['172.17.0.1', { 'x-real-ip': '198.51.100.1' }],
    ['192.168.1.1', { 'x-forwarded-for': '' }],
    ['fd00::7', { 'x-forwarded-for': '198.51.100.1' }],
    ['100.64.0.9', { 'x-forwarded-for': '198.51.100.1' }],
  ])('at %s is noticed, logged once with its address, and shown by /readyz', async (address, headers) => {
    await open()
    expect(await warned()).toEqual([])
    peer = address
    for (let turn = 0; turn < 3; turn++) await ask(headers)
    expect(await warned()).toEqual(['proxy.not_trusted'])
    expect(logged()).toEqual([
      {
        level: 'warning',
        message: expect.stringContaining('TRUSTED_PROXIES'),
        fields: { code: 'proxy.not_trusted', peer: address },
      },
    ])
  })

  test('is trusted once it is named there', async () => {
    await open({ TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8' })
    for (const address of ['10.9.8.7', 'fd00::7', '::ffff:10.1.1.1']) {
      peer = address
      await ask({ 'x-forwarded-for': '198.51.100.1' })
    }
    expect(await warned()).toEqual([])
    expect(logged()).toEqual([])
  })

  test('is no stranger, with any headers they send', async () => {
    await open()
    for (const address of ['203.0.113.7', '2001:db8::1', '8.8.8.8', '192.169.0.1', '172.32.0.1']) {
      peer = address
      await ask({
        'x-forwarded-for': '127.0.0.1',
        forwarded: 'for=127.0.0.1',
        'x-real-ip': '127.0.0.1',
        host: 'api.test',
      })
    }
    expect(await warned()).toEqual([])
    expect(logged()).toEqual([])
  })

  test('is no neighbour who asks directly', async () => {
    await open()
    peer = '10.0.0.9'
    await ask({ host: 'threeger.internal:3000' })
    expect(await warned()).toEqual([])
  })
})

describe('TRUSTED_PROXIES', () => {
  const parse = (proxies: string) =>
    parseConfig({ APP_SECRET: 'a secret of more than thirty-two bytes', TRUSTED_PROXIES: proxies }).trustedProxies

  test.each(['0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '10.0.0.0/7', '2000::/3', '10.0.0.1, ::/0'])(
    'may not be %s: everybody would be a proxy and choose their address',
    (proxies) => {
      expect(() => parse(proxies)).toThrow(/^TRUSTED_PROXIES: has a range that is too wide/)
    },
  )

  test.each(['10.0.0.0/8', 'fc00::/7', '127.0.0.1', '173.245.48.0/20, 2400:cb00::/32'])('may be %s', (proxies) => {
    expect(parse(proxies).length).toBeGreaterThan(0)
  })
})

describe('a proxy that sends no X-Forwarded-For', () => {
  test('is noticed where it is trusted', async () => {
    await open({ TRUSTED_PROXIES: '10.0.0.0/8' })
    peer = '10.0.0.1'
    await ask()
    await ask()
    expect(await warned()).toEqual(['proxy.silent'])
    expect(logged().map(({ fields }) => fields)).toEqual([{ code: 'proxy.silent', peer: '10.0.0.1' }])
  })

  test('is noticed by the https origin that is asked of us in plain http', async () => {
    await open()
    peer = '172.17.0.1'
    await ask({ host: new URL(ORIGIN).host })
    expect(await warned()).toEqual(['proxy.silent'])
  })
})

test('a platform that does not know its peers says so', async () => {
  await open()
  peer = undefined
  await ask()
  expect(await warned()).toEqual(['peer.unknown'])
})

test('several are shown together, and each app has its own', async () => {
  await open({ TRUSTED_PROXIES: '10.0.0.0/8' })
  const other = await createTestApp()
  peer = '10.0.0.1'
  await ask()
  peer = '127.0.0.1'
  await ask({ 'x-forwarded-for': '198.51.100.1' })
  expect((await warned()).sort()).toEqual(['proxy.not_trusted', 'proxy.silent'])
  expect((await call<{ warnings: unknown[] }>(other, 'GET /readyz')).body.warnings).toEqual([])
  await other.close()
})

test('mails that wait for MAIL_URL are a warning in production, not in development', async () => {
  await open({ NODE_ENV: 'production' })
  expect(await warned()).toEqual(['mail.unset'])
  await t.close()
  await open({ NODE_ENV: 'production', MAIL_URL: 'smtp://mail.example.com' })
  expect(await warned()).toEqual([])
})
