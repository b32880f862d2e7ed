import { beforeEach, describe, expect, test } from 'bun:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createVerifier, type Revocations, VerificationError, type VerifierOptions } from '../src/index.ts'

const ISSUER = 'https://id.test'
const START = Date.UTC(2026, 6, 9, 12)

let now = START
let asked = 0
let answer: () => Promise<Response>
let published: Record<string, unknown>[]
beforeEach(() => {
  now = START
  asked = 0
  published = []
  answer = async () => Response.json({ keys: published })
})

const verifierWith = (options: Partial<VerifierOptions> = {}) =>
  createVerifier({
    issuer: ISSUER,
    now: () => now,
    fetch: () => {
      asked++
      return answer()
    },
    ...options,
  })

/** A new signing key. `publish` puts it into the JWKS. */
async function newKey(kid: string, publish: object | false = {}) {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  if (publish !== false) published.push({ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'EdDSA', ...publish })
  return { kid, privateKey, publicKey }
}
type Key = Awaited<ReturnType<typeof newKey>>

const signed = (
  { kid, privateKey }: Pick<Key, 'kid' | 'privateKey'>,
  { header = {}, ...claims }: Record<string, unknown> & { header?: object } = {},
  type = 'api-key+jwt',
) =>
  new SignJWT({
    iss: ISSUER,
    aud: ISSUER,
    sub: 'usr_1',
    jti: type === 'at+jwt' ? 'tok_1' : 'apk_1',
    iat: START / 1000,
    exp: START / 1000 + 300,
    ...(type === 'at+jwt' ? { sid: 'ses_1' } : { scope: 'invoices:read invoices:approve' }),
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: type, kid, ...header })
    .sign(privateKey)
const keyOf = async (key: Key, claims: Record<string, unknown> = {}) => `tid_${await signed(key, claims)}`
const codeOf = async (asking: Promise<unknown>): Promise<string> => {
  try {
    await asking
  } catch (error) {
    if (error instanceof VerificationError) return error.code
    throw error
  }
  return 'accepted'
}

test('the roles in an organisation are separated by blanks, as the server writes them', async () => {
  const key = await newKey('key_1')
  const token = await signed(key, { org_role: 'admin billing' }, 'at+jwt')
  expect((await verifierWith().bearer(token)).orgRoles).toEqual(['admin', 'billing'])
})

test('a token of an administrator in the place of a user ends with the administrator', async () => {
  const key = await newKey('key_1')
  const revocations: Revocations = { isRevoked: (id) => id === 'usr_admin', freshAt: () => now }
  const token = (sub: unknown) => signed(key, { act: { sub } }, 'at+jwt')
  const verifier = verifierWith({ revocations })
  expect(await codeOf(verifier.bearer(await token('usr_admin')))).toBe('credential.revoked')
  expect(await codeOf(verifier.bearer(await token('usr_other')))).toBe('accepted')
})

describe('a credential', () => {
  test('that the server signed is a caller with subject, organisation, scopes and roles', async () => {
    const key = await newKey('key_1')
    const verifier = verifierWith()
    expect(await verifier.apiKey(await keyOf(key, { org_id: 'org_1' }))).toMatchObject({
      kind: 'api-key',
      subject: 'usr_1',
      id: 'apk_1',
      sessionId: null,
      orgId: 'org_1',
      scopes: new Set(['invoices:read', 'invoices:approve']),
      expiresAt: START + 300_000,
    })
    const token = await signed(key, { roles: ['admin'], org_role: ['owner'] }, 'at+jwt')
    const headers = new Headers({ authorization: `Bearer ${token}` })
    expect(await verifier.request({ headers })).toMatchObject({
      kind: 'session',
      sessionId: 'ses_1',
      scopes: null,
      roles: ['admin'],
      orgRoles: ['owner'],
    })
    expect(asked).toBe(1)
  })

  test('of another type, issuer, audience, algorithm, time or key is refused', async () => {
    const key = await newKey('key_1')
    const stranger = { kid: 'key_1', privateKey: (await generateKeyPair('EdDSA')).privateKey }
    const verifier = verifierWith()
    const refused: [string, Promise<string>, string][] = [
      ['an access token as a key', signed(key, {}, 'at+jwt').then((jws) => `tid_${jws}`), 'credential.invalid'],
      ['a key as an access token', signed(key), 'credential.invalid'],
      ['another type', signed(key, {}, 'JWT'), 'credential.invalid'],
      ['another issuer', keyOf(key, { iss: 'https://evil.test' }), 'credential.invalid'],
      ['another audience', keyOf(key, { aud: 'https://other.test' }), 'credential.invalid'],
      ['expired', keyOf(key, { exp: START / 1000 }), 'credential.expired'],
      ['not valid yet', keyOf(key, { nbf: START / 1000 + 9 }), 'credential.invalid'],
      ['no expiry', keyOf(key, { exp: undefined }), 'credential.invalid'],
      ['no scopes', keyOf(key, { scope: undefined }), 'credential.invalid'],
      ['another signer', signed(stranger).then((jws) => `tid_${jws}`), 'credential.invalid'],
      ['an opaque key', Promise.resolve(`tid_${'a'.repeat(49)}`), 'credential.invalid'],
      ['too long', Promise.resolve(`tid_${'a'.repeat(9000)}`), 'credential.invalid'],
    ]
    for (const [name, text, code] of refused) expect(await codeOf(verifier.bearer(await text)), name).toBe(code)
    const [head = '', body = ''] = (await signed(key)).split('.')
    const none = btoa(JSON.stringify({ alg: 'none', typ: 'api-key+jwt', kid: 'key_1' })).replaceAll('=', '')
    const hs = btoa(JSON.stringify({ alg: 'HS256', typ: 'api-key+jwt', kid: 'key_1' })).replaceAll('=', '')
    for (const jws of [`${none}.${body}.`, `${hs}.${body}.AAAA`, `${head}.${body}.`, `${head}.${body}`])
      expect(await codeOf(verifier.apiKey(`tid_${jws}`)), jws).toBe('credential.invalid')
    for (const authorization of ['', 'Bearer', 'Basic abc', 'Bearer a b'])
      expect(await codeOf(verifier.request({ headers: new Headers({ authorization }) }))).toBe('credential.missing')
  })

  test('with any changed character is refused', async () => {
    const key = await keyOf(await newKey('key_1'))
    const verifier = verifierWith()
    for (let at = 0; at < key.length; at += Math.ceil(key.length / 20)) {
      const changed = key.slice(0, at) + (key[at] === 'Q' ? 'R' : 'Q') + key.slice(at + 1)
      expect(await codeOf(verifier.bearer(changed)), changed).toBe('credential.invalid')
    }
  })
})

describe('the keys', () => {
  test('are read once for many, again when a new one signs, and not more often than the cool-down', async () => {
    const first = await newKey('key_1')
    const verifier = verifierWith()
    const key = await keyOf(first)
    await Promise.all(Array.from({ length: 20 }, () => verifier.bearer(key)))
    expect(asked).toBe(1)
    const second = await newKey('key_2')
    now += 30_000
    await verifier.bearer(await keyOf(second))
    expect(asked).toBe(2)
    const invented = await newKey('key_3', false)
    const flood = Array.from({ length: 100 }, (_, at) => signed({ ...invented, kid: `key_${at + 3}` }))
    for (const jws of await Promise.all(flood))
      expect(await codeOf(verifier.bearer(`tid_${jws}`))).toBe('credential.invalid')
    expect(asked).toBe(2)
    now += 30_000
    expect(await codeOf(verifier.bearer(await keyOf(invented)))).toBe('credential.invalid')
    expect(asked).toBe(3)
  })

  test('that left the JWKS verify nothing after the next read', async () => {
    const old = await newKey('key_1')
    const verifier = verifierWith()
    const key = await keyOf(old, { exp: START / 1000 + 86_400 })
    await verifier.bearer(key)
    published = []
    await newKey('key_2')
    now += 300_000
    expect(await codeOf(verifier.bearer(key))).toBe('credential.invalid')
  })

  test('that are retired verify API keys alone', async () => {
    const key = await newKey('key_1', { only: 'api-key+jwt' })
    const verifier = verifierWith()
    expect(await codeOf(verifier.apiKey(await keyOf(key)))).toBe('accepted')
    expect(await codeOf(verifier.accessToken(await signed(key, {}, 'at+jwt')))).toBe('credential.invalid')
  })

  test('stay in use for an hour while the server does not answer; without any, it is no fault of the caller', async () => {
    const key = await newKey('key_1')
    const failing = verifierWith()
    answer = async () => new Response('', { status: 503 })
    const text = await keyOf(key, { exp: START / 1000 + 86_400 })
    expect(await codeOf(failing.bearer(text))).toBe('keys.unavailable')
    const before = asked
    for (let turn = 0; turn < 10; turn++) expect(await codeOf(failing.bearer(text))).toBe('keys.unavailable')
    expect(asked).toBe(before)
    answer = async () => Response.json({ keys: published })
    now += 30_000
    expect(await codeOf(failing.bearer(text))).toBe('accepted')
    answer = () => Promise.reject(new TypeError('no network'))
    now += 1_800_000
    expect(await codeOf(failing.bearer(text))).toBe('accepted')
    now += 1_900_000
    expect(await codeOf(failing.bearer(text))).toBe('keys.unavailable')
    expect(new VerificationError('keys.unavailable').status).toBe(503)
  })

  test('of other kinds in the JWKS are left out, and a JWKS that is none is a failure of the server', async () => {
    const key = await newKey('key_1')
    published.push(
      { kty: 'RSA', kid: 'key_2', n: 'x', e: 'AQAB' },
      { kty: 'OKP', crv: 'Ed25519', kid: 'key_4', x: '!' },
    )
    expect(await codeOf(verifierWith().bearer(await keyOf(key)))).toBe('accepted')
    for (const body of ['{}', '[]', 'null', 'x', '{"keys":{}}']) {
      answer = async () => new Response(body)
      expect(await codeOf(verifierWith().bearer(await keyOf(key))), body).toBe('keys.unavailable')
    }
  })

  test('come from https, or from this machine', () => {
    expect(() => createVerifier({ issuer: 'http://id.test' })).toThrow('must be https')
    expect(() => createVerifier({ issuer: 'http://127.0.0.1:3000' })).not.toThrow()
  })
})

describe('revocations', () => {
  const feed = (revoked: readonly string[], freshAt = () => now): Revocations => ({
    isRevoked: (id) => revoked.includes(id),
    freshAt,
  })

  test('of the key, the session, the subject or the organisation refuse it', async () => {
    const key = await newKey('key_1')
    const text = await keyOf(key, { org_id: 'org_1' })
    for (const id of ['apk_1', 'usr_1', 'org_1'])
      expect(await codeOf(verifierWith({ revocations: feed([id]) }).bearer(text)), id).toBe('credential.revoked')
    const token = await signed(key, {}, 'at+jwt')
    for (const id of ['tok_1', 'ses_1', 'usr_1'])
      expect(await codeOf(verifierWith({ revocations: feed([id]) }).bearer(token)), id).toBe('credential.revoked')
    expect(await codeOf(verifierWith({ revocations: feed(['apk_2']) }).bearer(text))).toBe('accepted')
  })

  test('that are not known up to now refuse every credential', async () => {
    const text = await keyOf(await newKey('key_1'))
    const stale = verifierWith({ revocations: feed([], () => now - 60_001) })
    expect(await codeOf(stale.bearer(text))).toBe('revocations.stale')
    const unknown = verifierWith({ revocations: feed([], () => Number.NaN) })
    expect(await codeOf(unknown.bearer(text))).toBe('revocations.stale')
    expect(await codeOf(verifierWith({ revocations: feed([], () => now - 60_000) }).bearer(text))).toBe('accepted')
  })
})
