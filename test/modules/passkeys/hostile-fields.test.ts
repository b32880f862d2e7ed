/** Truncated, huge and garbage fields: 4xx and a problem document, never a 5xx, and nothing changed. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { base64url, fromBase64url } from '../../../src/lib/encoding.ts'
import { type Authenticator, cborBytes, cborMap, cborText, createAuthenticator } from '../../support/authenticator.ts'
import { call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { signInOptions, signUpOptions, signUpWithPasskey } from './support/people.ts'

setDefaultTimeout(300_000)

let t: TestApp
let key: Authenticator
beforeAll(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  key = (await signUpWithPasskey(t, 'ada@example.com')).key
})
afterAll(() => t.close())

const SIGN_IN = 'POST /v1/auth/passkey'
const SIGN_UP = 'POST /v1/auth/passkey/sign-up'
const counts = async () =>
  (await t.deps.db.$client.execute('SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM sessions)')).rows[0]

async function signIn() {
  const { challenge, options } = await signInOptions(t)
  return { challenge, credential: await key.get(options) }
}
async function signUp() {
  const { challenge, options } = await signUpOptions(t, 'new@example.com')
  return { challenge, credential: await (await createAuthenticator()).create(options) }
}

/** The body with one field of it, named by its path, replaced. */
function withField(body: object, path: readonly string[], value: unknown): object {
  const [name = '', ...rest] = path
  const inner = (body as Record<string, unknown>)[name] // the paths below name what is there
  return { ...body, [name]: rest.length === 0 ? value : withField(inner as object, rest, value) }
}
const SIGN_IN_FIELDS = [
  ['challenge'],
  ['credential'],
  ['credential', 'id'],
  ['credential', 'rawId'],
  ['credential', 'type'],
  ['credential', 'response'],
  ['credential', 'response', 'clientDataJSON'],
  ['credential', 'response', 'authenticatorData'],
  ['credential', 'response', 'signature'],
  ['credential', 'response', 'userHandle'],
] as const
const SIGN_UP_FIELDS = [
  ['challenge'],
  ['credential', 'id'],
  ['credential', 'response', 'clientDataJSON'],
  ['credential', 'response', 'attestationObject'],
] as const

async function expectRefused(route: string, body: unknown, note = '') {
  const answer = await call(t, route, { body })
  expect(answer.status, `${note} ${answer.text}`).toBeGreaterThanOrEqual(400)
  expect(answer.status, `${note} ${answer.text}`).toBeLessThan(500)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
}

test('every field, gone or of another kind', async () => {
  const before = await counts()
  const wrong = [undefined, null, '', 0, true, [], {}, 'a'.repeat(100_000), 'not base64url!', 'AA', '\0', '🦋']
  for (const [route, fields, make] of [
    [SIGN_IN, SIGN_IN_FIELDS, signIn],
    [SIGN_UP, SIGN_UP_FIELDS, signUp],
  ] as const) {
    const body = await make()
    for (const field of fields)
      for (const value of wrong) {
        const changed = withField(body, field, value)
        await expectRefused(route, changed, `${field.join('.')} ${JSON.stringify(value)?.slice(0, 20)}`)
      }
  }
  expect(await counts()).toEqual(before as NonNullable<typeof before>)
})

test('what a browser says besides does no harm', async () => {
  const body = await signIn()
  const more = { authenticatorAttachment: 'platform', clientExtensionResults: { x: 1 }, future: [1, 2] }
  const answer = await call(t, SIGN_IN, { body: { ...body, credential: { ...body.credential, ...more } } })
  expect(answer.status, answer.text).toBe(200)
  expect((await call(t, SIGN_IN, { body: { ...(await signIn()), future: 1 } })).status).toBe(422)
})

test('data cut off at any byte, and with any byte changed', async () => {
  const before = await counts()
  const body = await signUp()
  const whole = fromBase64url(body.credential.response.attestationObject) ?? new Uint8Array()
  for (let at = 1; at < whole.length; at += 7)
    await expectRefused(
      SIGN_UP,
      withField(body, ['credential', 'response', 'attestationObject'], base64url(whole.slice(0, at))),
    )
  const answer = await signIn()
  for (const name of ['authenticatorData', 'signature', 'clientDataJSON'] as const) {
    const bytes = fromBase64url(answer.credential.response[name]) ?? new Uint8Array()
    for (let at = 0; at < bytes.length; at += 5) {
      const changed = bytes.with(at, (bytes[at] ?? 0) ^ 0x41)
      await expectRefused(
        SIGN_IN,
        withField(answer, ['credential', 'response', name], base64url(changed)),
        `${name} ${at}`,
      )
      await expectRefused(SIGN_IN, withField(answer, ['credential', 'response', name], base64url(bytes.slice(0, at))))
    }
  }
  expect(await counts()).toEqual(before as NonNullable<typeof before>)
  expect((await call(t, SIGN_IN, { body: answer })).status).toBe(200) // the invalid answers did not use up the challenge
})

test('CBOR that nests, repeats or promises more than it has', async () => {
  const body = await signUp()
  const nested = Uint8Array.from({ length: 12_000 }, () => 0x81) // arrays of one array
  const huge = Uint8Array.of(0x5b, 255, 255, 255, 255, 255, 255, 255, 255) // a string of 2^64 bytes
  for (const bytes of [
    nested,
    huge,
    cborMap([[cborText('fmt'), cborText('none')]]),
    cborMap([
      [cborText('fmt'), cborText('packed')],
      [cborText('attStmt'), cborText('x')],
      [cborText('authData'), cborBytes(new Uint8Array(37))],
    ]),
    cborText('none'),
  ])
    await expectRefused(SIGN_UP, withField(body, ['credential', 'response', 'attestationObject'], base64url(bytes)))
})

test('5,000 generated bodies: no 5xx, no account and no session', async () => {
  const before = await counts()
  const bytes = fc.uint8Array({ maxLength: 300 }).map((value) => base64url(value))
  const clientData = fc.json().map((text) => base64url(new TextEncoder().encode(text)))
  const text = fc.oneof(bytes, clientData, fc.string())
  const id = fc.oneof(fc.constant(key.credentialId), text)
  const credential = fc.record({
    id,
    rawId: id,
    type: fc.constant('public-key'),
    response: fc.record({
      clientDataJSON: text,
      authenticatorData: text,
      signature: text,
      attestationObject: text,
      userHandle: text,
    }),
  })
  const challenges = [(await signInOptions(t)).challenge, (await signUpOptions(t, 'new@example.com')).challenge]
  const challenge = fc.oneof(...challenges.map((known) => fc.constant(known)), fc.string())
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(SIGN_IN, SIGN_UP), challenge, credential, async (route, token, made) =>
      expectRefused(route, { challenge: token, credential: made }),
    ),
    { numRuns: 5_000 },
  )
  expect(await counts()).toEqual(before as NonNullable<typeof before>)
})
