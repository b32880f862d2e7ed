/** X-Forwarded-For is believed from a trusted proxy only (security.md 39, ASVS 4.1.3). Seen in the audit log. */
import { afterAll, describe, expect, test } from 'bun:test'
import { call, PASSWORD, setUpAdmin } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { startServer } from './support/server.ts'

const apps = new Map<string, Promise<{ t: TestApp; token: string }>>()
let peer: string | undefined = '203.0.113.7'

function appTrusting(proxies: string) {
  const known = apps.get(proxies)
  if (known) return known
  const made = createTestApp({ env: { TRUSTED_PROXIES: proxies }, deps: { peerAddress: () => peer } }).then(
    async (t) => ({ t, token: (await setUpAdmin(t)).accessToken }),
  )
  apps.set(proxies, made)
  return made
}
afterAll(async () => {
  for (const made of apps.values()) await (await made).t.close()
})

/** The address in the event of a request from `from` with this X-Forwarded-For. */
async function recorded(proxies: string, from: string | undefined, forwardedFor?: string) {
  const { t, token } = await appTrusting(proxies)
  peer = from
  const renamed = await call(t, 'PATCH /v1/me', {
    token,
    headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
    body: { name: 'A' },
  })
  expect(renamed.status).toBe(200)
  const { body } = await call<{ items: { type: string; address: string | null }[] }>(
    t,
    'GET /v1/audit-events?limit=1&type=user.updated',
    { token },
  )
  return body.items[0]?.address
}

describe('with no trusted proxy', () => {
  test.each(['198.51.100.1', '127.0.0.1', 'garbage', '198.51.100.1, 203.0.113.7'])(
    'X-Forwarded-For: %s is ignored',
    async (header) => {
      expect(await recorded('', '203.0.113.7', header)).toBe('203.0.113.7')
    },
  )

  test('other headers of the kind are ignored too', async () => {
    const { t, token } = await appTrusting('')
    peer = '203.0.113.7'
    const headers = { 'x-real-ip': '198.51.100.1', forwarded: 'for=198.51.100.1', 'cf-connecting-ip': '198.51.100.1' }
    await call(t, 'PATCH /v1/me', { token, headers, body: { name: 'B' } })
    const { body } = await call<{ items: { address: string }[] }>(t, 'GET /v1/audit-events?limit=1', { token })
    expect(body.items[0]?.address).toBe('203.0.113.7')
  })

  test('an unknown peer is null, not what the header says', async () => {
    expect(await recorded('', undefined, '198.51.100.1')).toBeNull()
  })
})

describe('with trusted proxies', () => {
  const PROXIES = '10.0.0.0/8, 2001:db8:ffff::/48, 192.0.2.10'
  const cases: [why: string, from: string, header: string | undefined, expected: string][] = [
    ['a proxy names the client', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['a stranger is not a proxy', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['a neighbour of a single proxy is a stranger', '192.0.2.11', '198.51.100.1', '192.0.2.11'],
    ['a single proxy', '192.0.2.10', '198.51.100.1', '198.51.100.1'],
    ['what the client made up stands further left', '10.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['a chain of proxies', '10.0.0.1', '198.51.100.1, 10.2.3.4, 192.0.2.10', '198.51.100.1'],
    ['a made-up proxy before the client', '10.0.0.1', '10.9.9.9, 198.51.100.1, 10.2.3.4', '198.51.100.1'],
    ['no header', '10.0.0.1', undefined, '10.0.0.1'],
    ['an empty header', '10.0.0.1', '', '10.0.0.1'],
    ['garbage', '10.0.0.1', 'not an address', '10.0.0.1'],
    ['garbage nearest to us', '10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
    ['a port', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['brackets and a port', '10.0.0.1', '[2001:db8::7]:443', '2001:db8::7'],
    ['an empty item at the end', '10.0.0.1', '203.0.113.7,10.1.2.3,', '203.0.113.7'],
    ['empty items everywhere', '10.0.0.1', ', ,203.0.113.7, ,10.1.2.3,, ', '203.0.113.7'],
    ['ports all the way', '10.0.0.1', '203.0.113.7:1, 10.1.2.3:65535', '203.0.113.7'],
    ['nothing left of what cannot be read', '10.0.0.1', '203.0.113.7, _hidden, 10.1.2.3:80', '10.1.2.3'],
    ['a number is no address', '10.0.0.1', '3325256705', '10.0.0.1'],
    ['octal and hex are no addresses', '10.0.0.1', '0306.063.0144.01', '10.0.0.1'],
    ['only proxies', '10.0.0.1', '10.0.0.2, 10.0.0.3', '10.0.0.2'],
    ['IPv6 proxies and clients', '2001:db8:ffff::1', '2001:DB8:0:0::5', '2001:db8::5'],
    ['IPv4 in IPv6, from the proxy', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['IPv4 in IPv6, as the client', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['a range of IPv4 does not match IPv6', '::a00:1', '198.51.100.1', '::a00:1'],
    ['white space and empty hops', '10.0.0.1', ' 198.51.100.1 ,', '198.51.100.1'],
    ['a thousand hops', '10.0.0.1', `198.51.100.1${', 10.0.0.9'.repeat(1000)}`, '198.51.100.1'],
  ]
  test.each(cases)('%s', async (_, from, header, expected) => {
    expect(await recorded(PROXIES, from, header)).toBe(expected)
  })
})

describe('over TCP', () => {
  test.each([
    ['127.0.0.0/8', '198.51.100.1'],
    ['', '127.0.0.1'],
  ])('with TRUSTED_PROXIES=%s the address is %s', async (proxies, expected) => {
    const server = await startServer({ TRUSTED_PROXIES: proxies })
    try {
      const token = await server.printed(/Set-up token: +(\S+)\n/)
      const made = await fetch(`${server.origin}/v1/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.1, 198.51.100.1' },
        body: JSON.stringify({ token, email: 'admin@example.com', password: PASSWORD, name: '' }),
      })
      expect(made.status).toBe(201)
      const { accessToken } = (await made.json()) as { accessToken: string }
      const log = await fetch(`${server.origin}/v1/audit-events`, {
        headers: { authorization: `Bearer ${accessToken}` },
      })
      const { items } = (await log.json()) as { items: { address: string }[] }
      expect(items.map(({ address }) => address)).toEqual(items.map(() => expected))
      expect(items.length).toBeGreaterThan(0)
    } finally {
      await server.stop()
    }
  })
})
