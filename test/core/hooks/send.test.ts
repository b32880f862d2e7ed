/** Webhooks and actions are signed, and reach only what the operator allows, whatever the target does. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { newHookSecret, openHookSecret, sealHookSecret } from '../../../src/core/hooks/secrets.ts'
import { retryAfterMs, sendHook, signatureHeaders } from '../../../src/core/hooks/send.ts'
import { hookUrlFault } from '../../../src/core/hooks/targets.ts'
import { isPrivateTarget, isPublicAddress } from '../../../src/lib/public-addresses.ts'
import { createPublicFetch } from '../../../src/platform/public-fetch.node.ts'
import { createPublicFetch as createWebFetch } from '../../../src/platform/public-fetch.ts'
import { createTestApp } from '../../support/test-app.ts'

const app = await createTestApp()
const { deps } = app
/** With the real sender. In production strangers reach no private target, so `reach` alone allows them. */
function sender(variables: Record<string, string> = {}, address = '127.0.0.1') {
  const config = { ...deps.config, variables: { ...deps.config.variables, ...variables } }
  const resolve = async () => [{ address, family: address.includes(':') ? 6 : 4 }]
  return { ...deps, config, fetchPublic: createPublicFetch({ privateTargets: false, resolve }) }
}
const ALLOWED = { WEBHOOK_PRIVATE_TARGETS: 'allow' }

let server: Server
let port: number
let answer: (request: IncomingMessage, response: ServerResponse) => void
const heard: { url: string | undefined; headers: IncomingMessage['headers']; body: string }[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      heard.push({ url: request.url, headers: request.headers, body })
      answer(request, response)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  port = (server.address() as AddressInfo).port // it listens on a port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const secret = newHookSecret(deps)
const hook = (over: object = {}) => ({
  url: `http://hooks.example:${port}/x?y=1`,
  secrets: [secret] as const,
  id: 'evt_1',
  body: '{"ü":1}',
  timeoutMs: 240_000, // only there to end a hang
  maxAnswerBytes: 1000,
  ...over,
})

describe('a request', () => {
  test('is signed by every secret, and any receiver that knows one accepts it', async () => {
    answer = (_, response) => response.writeHead(200).end('thanks')
    const next = newHookSecret(deps)
    const body = '{"at":"2026","ü":["\\n"]}'
    const at = Date.now()
    const outcome = await sendHook(
      { ...sender(ALLOWED), clock: { now: () => at } },
      hook({ secrets: [next, secret], body }),
    )
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 })
    const got = heard.at(-1)
    expect(got?.headers).toMatchObject({ 'webhook-id': 'evt_1', 'content-type': 'application/json' })
    const headers = Object.fromEntries(Object.entries(got?.headers ?? {}).map(([name, value]) => [name, String(value)]))
    for (const known of [next, secret])
      expect(new Webhook(known).verify(got?.body ?? '', headers)).toEqual(JSON.parse(body))
    expect(() => new Webhook(newHookSecret(deps)).verify(got?.body ?? '', headers)).toThrow('No matching signature')
    expect(() => new Webhook(secret).verify(`${got?.body} `, headers)).toThrow('No matching signature')
    expect(() => new Webhook(secret).verify(got?.body ?? '', { ...headers, 'webhook-id': 'evt_2' })).toThrow()
  })

  test('cannot have its signature replaced by the headers of its caller', async () => {
    answer = (_, response) => response.writeHead(200).end()
    await sendHook(sender(ALLOWED), hook({ headers: { 'webhook-id': 'evt_other', 'x-mine': 'yes' } }))
    expect(heard.at(-1)?.headers).toMatchObject({ 'webhook-id': 'evt_1', 'x-mine': 'yes' })
  })

  test('has the signature of the published vector', () => {
    // Standard Webhooks: the example of the specification.
    const { 'webhook-signature': signature } = signatureHeaders(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      at: 1_614_265_330_000,
      body: '{"test": 2432232314}',
    })
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })
})

describe('a target that', () => {
  test('answers too much is read to the limit, and no further', async () => {
    let sent = 0
    let closed = false
    answer = (_, response) => {
      response.on('close', () => {
        closed = true
      })
      const more = () => {
        sent += 65_536
        if (closed || sent > 100_000_000) response.end()
        else response.write('x'.repeat(65_536), () => setImmediate(more))
      }
      response.writeHead(200, { 'content-length': '100000000' })
      more()
    }
    const outcome = await sendHook(sender(ALLOWED), hook())
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 })
    expect(outcome.kind === 'answered' && outcome.body.byteLength).toBe(1000)
    expect(sent).toBeLessThan(50_000_000)
  })

  test('redirects, or refuses, is an answer with its status', async () => {
    const before = heard.length
    for (const status of [301, 307, 410, 429, 500]) {
      answer = (_, response) => response.writeHead(status, { location: '/private', 'retry-after': '7' }).end()
      const outcome = await sendHook(sender(ALLOWED), hook())
      expect(outcome).toMatchObject({ kind: 'answered', status })
      expect(outcome.kind === 'answered' && retryAfterMs(outcome.headers, 0)).toBe(7000)
    }
    expect(heard.length - before).toBe(5)
  })

  test('hangs before or inside its answer is late; one that resets, at any point, does not answer', async () => {
    answer = () => {}
    expect(await sendHook(sender(ALLOWED), hook({ timeoutMs: 100 }))).toMatchObject({ kind: 'failed', reason: 'late' })
    answer = (_, response) => void response.writeHead(200, { 'content-length': '10' }).write('x')
    expect(await sendHook(sender(ALLOWED), hook({ timeoutMs: 200 }))).toMatchObject({ kind: 'failed', reason: 'late' })
    answer = (request) => void request.socket.destroy()
    const reset = { kind: 'failed', reason: 'unreachable' }
    expect(await sendHook(sender(ALLOWED), hook())).toMatchObject(reset)
    answer = (request, response) => {
      response
        .writeHead(200, { 'content-length': '10' })
        .write('x', () => setTimeout(() => request.socket.destroy(), 20))
    }
    expect(await sendHook(sender(ALLOWED), hook())).toMatchObject(reset)
    expect(await sendHook(sender(ALLOWED), hook({ url: 'http://hooks.example:1/' }))).toMatchObject(reset)
  })

  test('leads to a private or link-local address is refused before a byte is sent', async () => {
    const before = heard.length
    const refused = { kind: 'failed', reason: 'refused' }
    expect(await sendHook(sender(), hook())).toMatchObject(refused) // http
    expect(await sendHook(sender(), hook({ url: `https://hooks.example:${port}/` }))).toMatchObject(refused)
    const carriers = [
      '64:ff9b::a9fe:a9fe',
      '64:ff9b:1::a9fe:a9fe',
      '2002:a9fe:a9fe::1',
      '::ffff:0:a9fe:a9fe',
      '2001:0:1::1',
    ]
    const ofMachines = [
      'fd00:ec2::254',
      'fd20:ce::254',
      '168.63.129.16',
      '100.100.100.200',
      '192.0.0.192',
      '64:ff9b::a83f:8110',
    ]
    for (const address of [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      'fe80::1',
      '224.0.0.1',
      ...carriers,
      ...ofMachines,
    ])
      expect(await sendHook(sender(ALLOWED, address), hook()), address).toMatchObject(refused)
    for (const url of [
      `http://user:pw@hooks.example:${port}/`,
      'file:///etc/passwd',
      'data:,x',
      'no url',
      'http://169.254.169.254/',
      'http://[fd00:ec2::254]/',
    ])
      expect(await sendHook(sender(ALLOWED), hook({ url })), url).toMatchObject(refused)
    expect(heard.length).toBe(before)
  })

  test('has the public address that leads to the host of an Azure machine is refused, and NAT64 to others is not', () => {
    expect(isPublicAddress('168.63.129.16')).toBe(false)
    expect(isPublicAddress('168.63.129.17')).toBe(true)
    expect(isPrivateTarget('64:ff9b::a00:1')).toBe(true) // 10.0.0.1
  })

  test('sends interim answers without end costs no time until the limit', async () => {
    const endless = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000)))
    })
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve))
    const { port: at } = endless.address() as AddressInfo // it listens on a port
    const outcome = await sendHook(sender(ALLOWED), hook({ url: `http://hooks.example:${at}/`, timeoutMs: 60_000 }))
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'too-long' })
    endless.close()
  })

  test('is not among the allowed hosts is refused, even where the address would do', async () => {
    const listed = sender({ ...ALLOWED, WEBHOOK_HOSTS: 'hooks.example, *.example.org' })
    answer = (_, response) => response.writeHead(200).end()
    for (const host of ['hooks.example', 'hooks.example.', 'a.example.org', 'HOOKS.example'])
      expect(await sendHook(listed, hook({ url: `http://${host}:${port}/` })), host).toMatchObject({ kind: 'answered' })
    for (const host of ['example.org', 'aexample.org', 'a.hooks.example', 'hooks.example.evil.com'])
      expect(await sendHook(listed, hook({ url: `http://${host}:${port}/` })), host).toMatchObject({
        reason: 'refused',
      })
  })
})

describe('where addresses cannot be checked', () => {
  const fetchPublic = createWebFetch({ privateTargets: false })
  const withHosts = (hosts: string | undefined) => ({
    ...sender({ ...ALLOWED, ...(hosts && { WEBHOOK_HOSTS: hosts }) }),
    fetchPublic,
  })

  test('a target needs to be in the list of allowed hosts', async () => {
    answer = (_, response) => response.writeHead(200).end('x'.repeat(5000))
    const url = `http://localhost:${port}/`
    expect(hookUrlFault(withHosts(undefined), url)).toBe('this platform needs a list of allowed hosts')
    expect(await sendHook(withHosts(undefined), hook({ url }))).toMatchObject({ kind: 'failed', reason: 'refused' })
    expect(hookUrlFault(withHosts('localhost'), url)).toBeUndefined()
    const outcome = await sendHook(withHosts('localhost'), hook({ url }))
    expect(outcome.kind === 'answered' && outcome.body.byteLength).toBe(1000)
    answer = () => {}
    expect(await sendHook(withHosts('localhost'), hook({ url, timeoutMs: 100 }))).toMatchObject({ reason: 'late' })
  })
})

test('a secret is opened for its own row, and under the previous APP_SECRET', async () => {
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  const sealed = await sealHookSecret(deps, secret, 'whk_1')
  expect(sealed).not.toContain(secret.slice(6, 20))
  expect(await openHookSecret(deps, sealed, 'whk_1')).toBe(secret)
  expect(await openHookSecret(deps, sealed, 'whk_2')).toBeUndefined()
  const changed = { ...deps.config, appSecret: 'x'.repeat(40) }
  expect(await openHookSecret({ config: changed }, sealed, 'whk_1')).toBeUndefined()
  const config = { ...changed, appSecretPrevious: deps.config.appSecret }
  expect(await openHookSecret({ config }, sealed, 'whk_1')).toBe(secret)
})

test.each([
  ['120', 120_000],
  ['0', 0],
  ['999999999', 86_400_000],
  ['99999999999999999999', 86_400_000],
  ['9'.repeat(400), 86_400_000],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
  ['Thu, 01 Jan 1960 00:01:00 GMT', 0],
  ['-5', undefined],
  ['soon', undefined],
  ['1e3', undefined],
] as const)('Retry-After: %s', (value, expected) => {
  const ms = retryAfterMs(new Headers({ 'retry-after': value }), 0)
  expect(ms).toBe(expected)
})
