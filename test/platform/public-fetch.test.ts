/** Requests to URLs that strangers choose: security notes, line 37 (SSRF), for the URLs of clients. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isPublicAddress, publicUrlFault } from '../../src/lib/public-addresses.ts'
import { createPublicFetch as createWebFetch } from '../../src/platform/public-fetch.ts'
import { createPublicFetch } from '../../src/platform/public-fetch.node.ts'
import { testWith } from '../support/real-parts.ts'

const OPTIONS = { maxBytes: 1000, timeoutMs: 240_000 } // only there to end a hang

/** Addresses of this machine, of private networks, and of none. */
const PRIVATE = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::7f00:1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  '3fff::1',
  '5f00::1',
  '4000::1',
]

describe('an address', () => {
  test.each(PRIVATE)('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false))
  test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )
  test('is no text', () => {
    for (const text of ['', 'localhost', '127.1', '0x7f000001', '2130706433', '8.8.8.8:80', '[::1]', '8.8.8.8\n'])
      expect(isPublicAddress(text)).toBe(false)
  })
})

describe('a URL is refused', () => {
  test.each([
    'http://app.example/',
    'ftp://app.example/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'javascript:1',
    'https://127.0.0.1/',
    'https://8.8.8.8/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://127.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://localhost/',
    'https://localhost./',
    'https://app.localhost/',
    'https://metadata/',
    'https://metadata.google.internal/',
    'https://printer.local/',
    'https://user:password@app.example/',
    'https://user@app.example/',
    '//app.example/',
    'app.example',
    '',
  ])('%s', async (url) => {
    expect(publicUrlFault(url)).toBeString()
    let asked = false
    const resolve = async () => {
      asked = true
      return [{ address: '8.8.8.8', family: 4 }]
    }
    const attempts = [createPublicFetch({ privateTargets: false, resolve }), createWebFetch({ privateTargets: false })]
    for (const attempt of attempts) await expect(attempt(url, OPTIONS)).rejects.toThrow(/^the URL is refused: /)
    expect(asked).toBe(false)
  })

  test('no URL of a public host is', () => {
    for (const url of ['https://app.example/', 'https://app.example:8443/x?y', 'https://xn--tst-qla.example/'])
      expect(publicUrlFault(url)).toBeUndefined()
  })
})

describe('a name', () => {
  const fetchOf = (...addresses: string[]) =>
    createPublicFetch({
      privateTargets: false,
      resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    })

  test.each(PRIVATE)('that leads to %s is not asked', async (address) => {
    await expect(fetchOf(address)('https://app.example/', OPTIONS)).rejects.toThrow(/not public/)
  })

  test('with one private address among public ones is not asked', async () => {
    await expect(fetchOf('8.8.8.8', '127.0.0.1')('https://app.example/', OPTIONS)).rejects.toThrow(/not public/)
  })

  test('without an address, or that no resolver answers, fails', async () => {
    await expect(fetchOf()('https://app.example/', OPTIONS)).rejects.toThrow(/no address/)
    const failing = createPublicFetch({ privateTargets: false, resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    await expect(failing('https://app.example/', OPTIONS)).rejects.toThrow('the host does not answer')
    const silent = createPublicFetch({ privateTargets: false, resolve: () => new Promise(() => {}) })
    await expect(silent('https://app.example/', { ...OPTIONS, timeoutMs: 50 })).rejects.toThrow('too long')
  })
})

describe('over a connection', () => {
  let server: Server
  let port: number
  let answer: (request: IncomingMessage, response: ServerResponse) => void
  const heard: {
    host: string | undefined
    method: string | undefined
    body: string
    headers: IncomingMessage['headers']
  }[] = []
  let asked: string[] = []

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        heard.push({ host: request.headers.host, method: request.method, body, headers: request.headers })
        answer(request, response)
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    port = (server.address() as AddressInfo).port // it listens on a port
  })
  afterAll(() => void server.close())

  /** Development, where a name leads to this machine: what is tested is the transport. */
  const local = () =>
    createPublicFetch({
      privateTargets: true,
      resolve: async (host) => {
        asked.push(host)
        return [{ address: '127.0.0.1', family: 4 }]
      },
    })
  const ask = (options: object = {}, path = '/') =>
    local()(`http://app.example:${port}${path}`, { ...OPTIONS, ...options })

  test('the name is resolved once and the connection goes there (DNS rebinding), and the host is told its name', async () => {
    asked = []
    answer = (_, response) =>
      response.writeHead(200, { 'cache-control': 'max-age=60', 'x-a': ['1', '2'] }).end('{"a":1}')
    const { status, headers, body } = await ask({ headers: { accept: 'application/json' } }, '/x?y=1')
    expect([status, headers.get('cache-control'), headers.get('x-a')]).toEqual([200, 'max-age=60', '1, 2'])
    expect(new TextDecoder().decode(body)).toBe('{"a":1}')
    expect(asked).toEqual(['app.example'])
    expect(heard.at(-1)).toMatchObject({ host: `app.example:${port}`, method: 'GET', body: '' })
    expect(heard.at(-1)?.headers).not.toHaveProperty('cookie')
  })

  test('a body is posted', async () => {
    answer = (_, response) => response.writeHead(204).end()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await ask({ method: 'POST', body: 'logout_token=ü', headers })).status).toBe(204)
    expect(heard.at(-1)).toMatchObject({ method: 'POST', body: 'logout_token=ü' })
  })

  test('a redirect is an answer, and is not followed', async () => {
    const before = heard.length
    answer = (_, response) => response.writeHead(302, { location: `http://127.0.0.1:${port}/private` }).end('moved')
    expect((await ask()).status).toBe(302)
    expect(heard.length - before).toBe(1)
  })

  test('an answer that is too long ends as soon as it is, with and without its length', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-length': '100000' }).end('x'.repeat(100_000))
    await expect(ask()).rejects.toThrow('the answer is too long')
    let sent = 0
    let closed = false
    answer = (_, response) => {
      response.on('close', () => {
        closed = true
      })
      const more = () => {
        sent += 500
        if (closed || sent > 10_000_000) response.end()
        else response.write('x'.repeat(500), () => setImmediate(more))
      }
      more()
    }
    await expect(ask()).rejects.toThrow('the answer is too long')
    expect(sent).toBeLessThan(10_000_000)
    answer = (_, response) => response.end('x'.repeat(1000))
    expect((await ask()).body).toHaveLength(1000)
  })

  test('a host that answers byte by byte, or never, is left after the time', async () => {
    answer = (_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    }
    await expect(ask({ timeoutMs: 200 })).rejects.toThrow('the host took too long')
    const silent = createSocketServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((done) => silent.once('listening', done))
    const address = silent.address() as AddressInfo // it listens on a port
    await expect(local()(`http://app.example:${address.port}/`, { ...OPTIONS, timeoutMs: 100 })).rejects.toThrow(
      'too long',
    )
    silent.close()
  })

  test('a connection that is refused or cut fails', async () => {
    answer = (request) => void request.socket.destroy()
    await expect(ask()).rejects.toThrow('the host does not answer')
    await expect(local()('http://app.example:1/', OPTIONS)).rejects.toThrow('the host does not answer')
  })
})

testWith(Bun.which('openssl') !== null, 'openssl')(
  'over TLS, the certificate must be of the name, and the connection goes to the address',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'threeger-test-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = Bun.spawnSync(
      [
        'openssl',
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '1',
      ].concat(['-subj', '/CN=app.example', '-addext', 'subjectAltName=DNS:app.example', '-keyout', key, '-out', cert]),
      { stderr: 'ignore' },
    )
    expect(made.exitCode).toBe(0)
    const names: (string | null)[] = []
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      tls: { key: Bun.file(key), cert: Bun.file(cert) },
      fetch(request) {
        names.push(request.headers.get('host'))
        return new Response('hello')
      },
    })
    const script = `
      const { createPublicFetch } = await import('./src/platform/public-fetch.node.ts')
      const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
      const ask = createPublicFetch({ privateTargets: true, resolve })
      const told = async (host) => {
        try {
          const { body } = await ask('https://' + host + ':${server.port}/', { maxBytes: 100, timeoutMs: 240_000 })
          return new TextDecoder().decode(body)
        } catch (error) { return error.message }
      }
      console.log(JSON.stringify([await told('app.example'), await told('other.example')]))`
    const run = async (trusted: object) => {
      const child = Bun.spawn(['bun', '-e', script], {
        cwd: join(import.meta.dir, '../..'),
        env: { ...process.env, ...trusted },
        stdout: 'pipe',
      })
      return JSON.parse(await new Response(child.stdout).text()) as string[]
    }
    expect(await run({ NODE_EXTRA_CA_CERTS: cert })).toEqual(['hello', 'the host does not answer'])
    expect(await run({})).toEqual(['the host does not answer', 'the host does not answer'])
    expect(names).toEqual([`app.example:${server.port}`])
    await server.stop(true)
    rmSync(folder, { recursive: true, force: true })
  },
)
