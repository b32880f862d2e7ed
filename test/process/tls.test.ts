/** TLS_CERT and TLS_KEY: the server speaks https by itself. */
import { afterAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseConfig } from '../../src/config.ts'
import { readEdgeConfig } from '../../src/platform/deps.edge.ts'
import { selfSigned } from '../support/certificate.ts'
import { freePort } from '../support/ports.ts'
import { cleanUp, environment, newFolder, run, start } from './support/server.ts'

afterAll(cleanUp)

const { cert, key } = selfSigned()

function files(content: { cert?: string; key?: string } = {}): { folder: string; TLS_CERT: string; TLS_KEY: string } {
  const folder = newFolder()
  const paths = { TLS_CERT: join(folder, 'cert.pem'), TLS_KEY: join(folder, 'key.pem') }
  writeFileSync(paths.TLS_CERT, content.cert ?? cert)
  writeFileSync(paths.TLS_KEY, content.key ?? key)
  return { folder, ...paths }
}

test('the server speaks https on its port, is the issuer under that URL, and its cookies are those of https', async () => {
  const { folder, ...tls } = files()
  const port = freePort()
  const env = environment(folder, { PORT: String(port), ...tls })
  const server = start(['src/entries/bun.ts'], env)
  const [, url] = await server.output(/Threeger ID: +(\S+)/)
  expect(url).toBe(`https://127.0.0.1:${port}`)
  const ask = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, { ...init, tls: { ca: cert } })
  const metadata = (await (await ask('/.well-known/openid-configuration')).json()) as { issuer: string }
  expect(metadata.issuer).toBe(url as string)
  const signedUp = await ask('/v1/auth/sign-up', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url ?? '' },
    body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery staple', useCookie: true }),
  })
  expect(signedUp.status).toBe(201)
  expect(signedUp.headers.get('set-cookie')).toMatch(/^__Host-session=.*; Secure/)
  expect(signedUp.headers.get('strict-transport-security')).toContain('max-age')

  expect(
    await fetch(`http://127.0.0.1:${port}/livez`).then(
      () => 'answered',
      () => 'refused',
    ),
  ).toBe('refused')
  expect(
    await fetch(`${url}/livez`).then(
      () => 'trusted',
      () => 'refused',
    ),
  ).toBe('refused') // without the certificate
  const healthy = await run(['src/entries/cli.ts', 'healthcheck'], env)
  if (healthy.code !== 2) expect(healthy.code, healthy.stderr).toBe(0)
  server.kill('SIGTERM')
  expect(await server.exited).toBe(0)
}, 300_000)

describe('a start ends with the name of the variable', () => {
  const other = selfSigned()
  const wrong: [string, Record<string, string>, RegExp][] = [
    [
      'of a certificate that is not there',
      { TLS_CERT: '/nowhere/cert.pem', TLS_KEY: files().TLS_KEY },
      /TLS_CERT: cannot be read \(ENOENT\)/,
    ],
    [
      'of a key that is not there',
      { TLS_CERT: files().TLS_CERT, TLS_KEY: '/nowhere/key.pem' },
      /TLS_KEY: cannot be read \(ENOENT\)/,
    ],
    ['of a folder', { TLS_CERT: newFolder(), TLS_KEY: files().TLS_KEY }, /TLS_CERT: cannot be read/],
    ['of a certificate that is none', pair({ cert: 'nonsense' }), /TLS_CERT: is no certificate/],
    ['of an empty certificate', pair({ cert: '' }), /TLS_CERT: is no certificate/],
    ['of a key that is none', pair({ key: cert }), /TLS_KEY: is no private key/],
    ['of the key of another certificate', pair({ key: other.key }), /TLS_KEY: is not the key of the certificate/],
    ['of the missing key', { TLS_CERT: files().TLS_CERT }, /TLS_KEY: is missing/],
    ['of the missing certificate', { TLS_KEY: files().TLS_KEY }, /TLS_CERT: is missing/],
  ]
  test.each(wrong)(
    '%s',
    async (_, variables, message) => {
      const { code, stderr } = await run(['src/entries/bun.ts'], environment(newFolder(), variables))
      expect(code).toBe(1)
      expect(stderr).toMatch(message)
      expect(stderr).not.toContain('PRIVATE KEY')
    },
    300_000,
  )
})

function pair(content: { cert?: string; key?: string }): Record<string, string> {
  const { TLS_CERT, TLS_KEY } = files(content)
  return { TLS_CERT, TLS_KEY }
}

test('APP_URL stays what it was set to, and other runtimes refuse the variables', () => {
  const { TLS_CERT, TLS_KEY } = files()
  const given = { APP_SECRET: 'x'.repeat(32), TLS_CERT, TLS_KEY }
  expect(parseConfig({ ...given, APP_URL: 'https://id.example.com' }).appUrl).toBe('https://id.example.com')
  expect(parseConfig({ ...given, PORT: '8443', HOST: '::1' }).appUrl).toBe('https://[::1]:8443')
  expect(() => readEdgeConfig({ ...given, DATABASE_URL: 'http://127.0.0.1:1' })).toThrow('TLS_CERT')
})
