/** CORS_ORIGINS and PASSKEY_ORIGINS: pages, and apps that have none, compared as text; anything else stops the start. */
import { describe, expect, test } from 'bun:test'
import { ConfigError, parseConfig } from '../../src/config.ts'
import { relatedOrigins } from '../../src/lib/relying-party.ts'
import { call } from '../support/client.ts'
import { createTestApp } from '../support/test-app.ts'

const SECRET = 'test secret of more than thirty-two bytes'
const parse = (env: Record<string, string>) => parseConfig({ APP_SECRET: SECRET, ...env })
const ANDROID = 'android:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfIoGLck'
const production = { NODE_ENV: 'production', APP_URL: 'https://id.example.com' }

const APPS = [
  'capacitor://localhost',
  'ionic://localhost',
  'tauri://localhost',
  'http://tauri.localhost',
  'https://tauri.localhost',
  'app://-',
  'app://obsidian.md',
  'app://.',
  'com.example.app://localhost:8080',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
]

describe('CORS_ORIGINS', () => {
  test('takes apps as they are sent, in production too', () => {
    expect(parse({ ...production, CORS_ORIGINS: APPS.join(', ') }).corsOrigins).toEqual(APPS)
  })

  test.each([
    'capacitor://localhost/',
    'capacitor://localhost/index.html',
    'capacitor://localhost?x',
    'capacitor://localhost#x',
    'capacitor://user@localhost',
    'Capacitor://localhost',
    'capacitor://',
    'capacitor:localhost',
    'capacitor',
    'capacitor://*',
    'capacitor://local host',
    'null',
    'file://',
    'file://localhost',
    'data:text/html,x',
    'javascript://localhost',
    'blob://localhost',
    'ws://localhost',
    'wss://app.example.com',
    ANDROID,
    'https://app.example.com/path',
    'https://app.example.com?',
    'https://app.example.com#',
    'https://@app.example.com',
    'https://user:pass@app.example.com',
    '://localhost',
  ])('refuses %s, and says what it takes', (origin) => {
    const start = () => parse({ CORS_ORIGINS: origin })
    expect(start).toThrow(ConfigError)
    expect(start).toThrow(/^CORS_ORIGINS: takes /)
  })

  test('of an app may read and change data with a cookie; an origin with one other letter may not', async () => {
    const t = await createTestApp({ env: { CORS_ORIGINS: 'capacitor://localhost,tauri://localhost' } })
    const body = { email: 'ada@example.com', password: 'correct horse battery staple', useCookie: true }
    for (const origin of ['capacitor://localhost', 'tauri://localhost']) {
      const read = await call(t, 'GET /v1/auth/providers', { headers: { origin } })
      expect(read.headers.get('access-control-allow-origin')).toBe(origin)
      expect(read.headers.get('access-control-allow-credentials')).toBe('true')
      const signUp = await call(t, 'POST /v1/auth/sign-up', {
        headers: { origin },
        body: { ...body, email: `${origin.length}@example.com` },
      })
      expect([signUp.status, signUp.headers.get('set-cookie') === null]).toEqual([201, false])
    }
    for (const origin of [
      'capacitor://localhost/',
      'capacitor://LOCALHOST',
      'ionic://localhost',
      'http://localhost',
      'null',
    ]) {
      const read = await call(t, 'GET /v1/auth/providers', { headers: { origin } })
      expect(read.headers.get('access-control-allow-origin'), origin).toBeNull()
      const refused = await call(t, 'POST /v1/auth/sign-up', { headers: { origin }, body })
      expect([refused.status, refused.body.code], origin).toEqual([403, 'request.origin_refused'])
    }
    await t.close()
  })
})

describe('PASSKEY_ORIGINS', () => {
  test('takes Android apps and pages, in production too, and tells browsers of the pages alone', () => {
    const party = parse({
      ...production,
      PASSKEY_ORIGINS: `${ANDROID},https://other.example,https://app.id.example.com`,
    })
    expect(party.passkeyOrigins).toEqual([
      'https://id.example.com',
      ANDROID,
      'https://other.example',
      'https://app.id.example.com',
    ])
    expect(relatedOrigins(party)).toEqual(['https://other.example'])
  })

  test.each([
    'android:apk-key-hash:',
    `${ANDROID}=`,
    ANDROID.slice(0, -1),
    'android:apk-key-hash:A4:D8:8F:E6:22:B2:43',
    'android://apk-key-hash',
    'ANDROID:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfIoGLck',
    'https://app.example.com/path',
    'null',
  ])('refuses %s, and says what it takes', (origin) => {
    const start = () => parse({ PASSKEY_ORIGINS: origin })
    expect(start).toThrow(ConfigError)
    expect(start).toThrow(/^PASSKEY_ORIGINS: takes .*android:apk-key-hash:/)
  })
})
