/** Whose passkeys are, and where they may be used: RP_ID, PASSKEY_ORIGINS, `/.well-known/webauthn`. */
import { afterEach, describe, expect, test } from 'bun:test'
import { parseConfig } from '../../../src/config.ts'
import { runJobs } from '../../../src/jobs.ts'
import { call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { signInWithPasskey, signUpWithPasskey } from './support/people.ts'

const env = { APP_SECRET: 'a secret of more than thirty-two bytes', APP_URL: 'https://id.shop.example' }
const party = (more: Record<string, string>) => {
  const { rpId, passkeyOrigins } = parseConfig({ ...env, ...more })
  return [rpId, ...passkeyOrigins]
}

describe('RP_ID', () => {
  test('is the host of APP_URL, or a domain above it', () => {
    expect(party({})).toEqual(['id.shop.example', 'https://id.shop.example'])
    expect(party({ RP_ID: 'shop.example' })[0]).toBe('shop.example')
  })

  test('is nothing else', () => {
    for (const RP_ID of [
      'example',
      'op.example',
      'evil.example',
      'a.id.shop.example',
      '.shop.example',
      'https://shop.example',
    ])
      expect(() => party({ RP_ID }), RP_ID).toThrow('RP_ID')
  })

  test('is localhost for a development server on this machine, which browsers take no address for', () => {
    const local = { NODE_ENV: 'development', APP_URL: 'http://127.0.0.1:3000' }
    expect(party(local)).toEqual(['localhost', 'http://127.0.0.1:3000', 'http://localhost:3000'])
    expect(party({ NODE_ENV: 'production' })[0]).toBe('id.shop.example')
  })
})

describe('PASSKEY_ORIGINS', () => {
  test('are origins, and https in production', () => {
    for (const PASSKEY_ORIGINS of ['*', 'https://*.shop.example', 'https://shop.example/path', 'shop.example'])
      expect(() => party({ PASSKEY_ORIGINS }), PASSKEY_ORIGINS).toThrow('PASSKEY_ORIGINS')
    const plain = { PASSKEY_ORIGINS: 'http://shop.test' }
    expect(party(plain)).toContain('http://shop.test')
    expect(() => party({ ...plain, NODE_ENV: 'production' })).toThrow('PASSKEY_ORIGINS')
  })
})

describe('a running server', () => {
  let t: TestApp
  afterEach(() => t.close())

  const ANDROID = 'android:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfIoGLck'
  test('takes passkeys of PASSKEY_ORIGINS, and tells browsers of those outside the domain', async () => {
    t = await createTestApp({
      env: {
        EMAIL_VERIFICATION: 'optional',
        PASSKEY_ORIGINS: `https://shop.example, https://app.api.test, ${ANDROID}`,
      },
    })
    const answer = await call(t, 'GET /.well-known/webauthn')
    expect([answer.status, answer.body]).toEqual([200, { origins: ['https://shop.example'] }])
    expect(answer.headers.get('content-type')).toStartWith('application/json')
    const { key } = await signUpWithPasskey(t, 'ada@example.com', { origin: 'https://app.api.test' })
    for (const [origin, status] of [
      ['https://shop.example', 200],
      ['https://app.api.test', 200],
      ['https://api.test', 200],
      [ANDROID, 200],
      ['https://other.api.test', 401],
      [ANDROID.toLowerCase(), 401],
      [`${ANDROID}=`, 401],
    ] as const)
      expect((await signInWithPasskey(t, key, { origin })).status, origin).toBe(status)
  })

  test('forgets answered challenges a day after they expired', async () => {
    t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
    await signUpWithPasskey(t, 'ada@example.com')
    const left = async () => (await t.deps.db.$client.execute('SELECT hash FROM used_challenges')).rows.length
    t.clock.advance(86_400_000 + 299_000)
    await runJobs(t.deps, 'sweep-proofs')
    expect(await left()).toBe(1)
    t.clock.advance(2_000)
    expect((await runJobs(t.deps, 'sweep-proofs')).jobs[0]?.counts.passkeyChallenges).toBe(1)
    expect(await left()).toBe(0)
  })
})
