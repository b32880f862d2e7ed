/** How clients prove who they are: RFC 6749 §2.3, RFC 7523, OAuth 2.1 §2.4. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { Problem } from '../../../src/errors.ts'
import { readParameters } from '../../../src/lib/form-parameters.ts'
import { OAuthError } from '../../../src/lib/oauth-error.ts'
import { authenticateClient, whereAssertionUsed } from '../../../src/modules/oauth-clients/authenticate-client.ts'
import { sealSecret } from '../../../src/modules/oauth-clients/client-secrets.ts'
import { consumeChallengeOrFail } from '../../../src/modules/passkeys/queries.ts'
import { commit } from '../../../src/core/events/commit.ts'
import { call, type Session, setUpAdmin } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeClient } from './support/clients.ts'
import { forged } from '../../support/forged.ts'

let t: TestApp
let admin: Session
beforeEach(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  admin = await setUpAdmin(t)
  t.asked.length = 0
})
afterEach(() => t.close())

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const basic = (id: string, secret: string) =>
  `Basic ${btoa(`${encodeURIComponent(id).replaceAll('%20', '+')}:${encodeURIComponent(secret).replaceAll('%20', '+')}`)}`

interface Sent {
  authorization?: string
  address?: string | null
  form?: Record<string, string>
}

/** `client: the id`, or `invalid_client: why`. */
async function ask({ authorization, address = '198.51.100.7', form = {} }: Sent): Promise<string> {
  const request = new Request(`${ORIGIN}/oauth/token`, {
    method: 'POST',
    headers: authorization === undefined ? {} : { authorization },
  })
  try {
    const caller = { address }
    const { client, oneUse } = await authenticateClient(t.deps, caller, request, readParameters(form), 'token')
    if (oneUse) await commit(t.deps, { used: consumeChallengeOrFail(t.deps.db, oneUse) }).catch(whereAssertionUsed)
    return client.id
  } catch (error) {
    if (error instanceof Problem) return error.code
    if (!(error instanceof OAuthError)) throw error
    if (error.error === 'invalid_client') {
      expect(error.status).toBe(401)
      expect(error.message).toBe('The client could not be authenticated.')
      expect(error.options.headers?.['www-authenticate']?.startsWith('Basic ') === true).toBe(
        authorization !== undefined,
      )
    }
    return `${error.error}: ${error.options.cause ?? error.message}`
  }
}

describe('a secret', () => {
  test('in the header or in the body, whichever the client is registered with', async () => {
    const { clientId, clientSecret = '' } = await makeClient(t, admin.accessToken)
    expect(await ask({ authorization: basic(clientId, clientSecret) })).toBe(clientId)
    expect(await ask({ authorization: basic(clientId, clientSecret), form: { client_id: clientId } })).toBe(clientId)
    const form = { client_id: clientId, client_secret: clientSecret }
    expect(await ask({ form })).toBe(clientId)
    const other = await makeClient(t, admin.accessToken, { tokenEndpointAuthMethod: 'client_secret_post' })
    const secret = other.clientSecret ?? ''
    expect(await ask({ form: { client_id: other.clientId, client_secret: secret } })).toBe(other.clientId)
    expect(await ask({ authorization: basic(other.clientId, secret) })).toBe(other.clientId)
    expect(await ask({ form: { client_id: other.clientId } })).toContain('registered with client_secret_post')
  })

  test('of any characters: both parts are form-encoded (RFC 6749 §2.3.1)', async () => {
    const { clientId } = await makeClient(t, admin.accessToken)
    const secret = 'a b+c%d:e&f=ü"\\'
    const { mac, keyId } = await sealSecret(t.deps, clientId, secret)
    await t.deps.db.$client.execute({ sql: 'UPDATE client_secrets SET mac = ?, key_id = ?', args: [mac, keyId] })
    expect(await ask({ authorization: basic(clientId, secret) })).toBe(clientId)
    expect(await ask({ authorization: `Basic ${btoa(`${clientId}:a b+c%d:e`)}` })).toContain('not Basic') // a broken percent sign
  })

  test('that is wrong, of another client, empty or in another form is refused, and the log says why', async () => {
    const one = await makeClient(t, admin.accessToken)
    const other = await makeClient(t, admin.accessToken)
    for (const secret of [
      '',
      'wrong',
      other.clientSecret ?? '',
      `${one.clientSecret}x`,
      one.clientSecret?.toUpperCase() ?? '',
    ])
      expect(await ask({ authorization: basic(one.clientId, secret) })).toBe(
        `invalid_client: token: ${one.clientId}: the secret is wrong or has expired`,
      )
    for (const header of [
      '',
      'Basic',
      'Basic !',
      `Basic ${btoa('no colon')}`,
      `Basic ${btoa(':x')}`,
      'Bearer x',
      'Digest x',
    ])
      expect(await ask({ authorization: header || 'Basic ' })).toContain(
        'invalid_client: token: the Authorization header',
      )
    expect(await ask({ authorization: basic('cli_unknown', 'x') })).toContain('unknown, disabled or expired')
    expect(await ask({})).toContain('names no client')
  })

  test('stops when it expires, when it is removed, and when the client is disabled', async () => {
    const { clientId, clientSecret = '', secrets } = await makeClient(t, admin.accessToken)
    const overlapUntil = new Date(t.clock.now() + 60_000).toISOString()
    const path = `/v1/oauth-clients/${clientId}`
    const token = admin.accessToken
    const added = await call<{ clientSecret: string }>(t, `POST ${path}/secrets`, { token, body: { overlapUntil } })
    const works = async (secret: string) => (await ask({ authorization: basic(clientId, secret) })) === clientId
    expect([await works(clientSecret), await works(added.body.clientSecret)]).toEqual([true, true])
    t.clock.advance(60_000)
    expect([await works(clientSecret), await works(added.body.clientSecret)]).toEqual([false, true])
    await call(t, `DELETE ${path}/secrets/${secrets[0]?.id}`, { token })
    expect(await works(added.body.clientSecret)).toBe(true)
    await call(t, `PATCH ${path}`, { token, body: { status: 'disabled' } })
    expect(await works(added.body.clientSecret)).toBe(false)
  })

  test('survives a change of APP_SECRET while the earlier one is known', async () => {
    const { clientId, clientSecret = '' } = await makeClient(t, admin.accessToken)
    const { config } = t.deps
    const authorization = basic(clientId, clientSecret)
    const changed = { ...config, appSecret: 'another secret of more than 32 bytes!' }
    Object.assign(t.deps, { config: { ...changed, appSecretPrevious: config.appSecret } })
    expect(await ask({ authorization })).toBe(clientId)
    await t.settle()
    Object.assign(t.deps, { config: changed })
    expect(await ask({ authorization })).toBe(clientId) // its first use stored it under the new secret
  })
})

describe('guesses', () => {
  test('ten a minute of one client from one address, also at the same time; others are not stopped', async () => {
    const { clientId, clientSecret = '' } = await makeClient(t, admin.accessToken)
    const wrong = () => ask({ authorization: basic(clientId, 'wrong'), address: '192.0.2.1' })
    const answers = await Promise.all(Array.from({ length: 30 }, wrong))
    expect(answers.filter((answer) => answer.startsWith('invalid_client'))).toHaveLength(10)
    expect(answers.filter((answer) => answer === 'request.rate_limited')).toHaveLength(20)
    const right = (address: string) => ask({ authorization: basic(clientId, clientSecret), address })
    expect(await right('192.0.2.1')).toBe('request.rate_limited') // it would tell the right one
    expect(await right('192.0.2.2')).toBe(clientId) // its neighbour
    expect(await right('203.0.113.9')).toBe(clientId)
    t.clock.advance(60_000)
    expect(await right('192.0.2.1')).toBe(clientId)
  })

  test('1000 right ones at the same time are all accepted', async () => {
    const { clientId, clientSecret = '' } = await makeClient(t, admin.accessToken)
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => ask({ authorization: basic(clientId, clientSecret) })),
    )
    expect(new Set(answers)).toEqual(new Set([clientId]))
  })

  test('a network has 100 failures a minute', async () => {
    const answers: string[] = []
    for (let at = 0; at < 102; at++)
      answers.push(await ask({ authorization: basic(`cli_${at}`, 'x'), address: `192.0.2.${at % 250}` }))
    expect(answers.slice(100)).toEqual(['request.rate_limited', 'request.rate_limited'])
    expect(answers.slice(0, 100).every((answer) => answer.startsWith('invalid_client'))).toBe(true)
  })
})

test('one method a request: two are invalid_request, and so are two ids', async () => {
  const { clientId, clientSecret = '' } = await makeClient(t, admin.accessToken)
  const authorization = basic(clientId, clientSecret)
  for (const form of [
    { client_secret: clientSecret },
    { client_secret: 'wrong', client_id: clientId },
    { client_assertion: 'x.y.z', client_assertion_type: TYPE },
    { client_assertion_type: TYPE },
    { client_id: 'cli_other' },
  ])
    expect(await ask({ authorization, form })).toStartWith('invalid_request')
  const both = { client_id: clientId, client_secret: 'x', client_assertion: 'x.y.z', client_assertion_type: TYPE }
  expect(await ask({ form: both })).toStartWith('invalid_request')
})

test('an id that no client can have is unknown, also one that no database takes', async () => {
  for (const id of ['cli_x\0', 'cli_%00', 'cli_\n', 'é', '%ED%A0%80', '__proto__'])
    expect(await ask({ authorization: basic(id, 'x') }), id).toStartWith('invalid_client')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  for (const iss of ['cli_x\0', '\ud800', '']) {
    const client_assertion = `${part({ alg: 'EdDSA' })}.${part({ iss, sub: iss })}.${'A'.repeat(86)}`
    const form = { client_assertion, client_assertion_type: TYPE }
    expect(await ask({ form }), JSON.stringify(iss)).toStartWith('invalid_client')
  }
})

test('a public client names itself, and a confidential one does not get away with that', async () => {
  const open = await makeClient(t, admin.accessToken, { tokenEndpointAuthMethod: 'none' })
  expect(await ask({ form: { client_id: open.clientId } })).toBe(open.clientId)
  expect(await ask({ authorization: basic(open.clientId, '') })).toContain('registered with none')
  expect(await ask({ form: { client_id: open.clientId, client_secret: 'x' } })).toContain('registered with none')
  const { clientId } = await makeClient(t, admin.accessToken)
  expect(await ask({ form: { client_id: clientId } })).toContain('the request uses none')
})

describe('private_key_jwt', () => {
  const ALGS = ['EdDSA', 'ES256', 'RS256', 'PS256'] as const
  type Keys = Awaited<ReturnType<typeof generateKeyPair>>
  const pairs = new Map<string, Keys>()
  const pairFor = async (alg: string): Promise<Keys> => {
    const made = pairs.get(alg) ?? (await generateKeyPair(alg, { extractable: true }))
    pairs.set(alg, made)
    return made
  }
  const publicKey = async (alg: string, kid = alg) => ({
    ...(await exportJWK((await pairFor(alg)).publicKey)),
    kid,
    alg,
  })
  let jti = 0

  async function assertion(
    clientId: string,
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key?: CryptoKey | Uint8Array,
  ): Promise<string> {
    const seconds = Math.floor(t.clock.now() / 1000)
    const alg = String(header.alg ?? 'EdDSA')
    return new SignJWT({
      iss: clientId,
      sub: clientId,
      aud: ORIGIN,
      exp: seconds + 60,
      iat: seconds,
      jti: `j${jti++}`,
      ...claims,
    })
      .setProtectedHeader({ alg, kid: alg, ...header })
      .sign(key ?? (await pairFor(alg)).privateKey)
  }
  const send = (client_assertion: string, more: Record<string, string> = {}) =>
    ask({ form: { client_assertion, client_assertion_type: TYPE, ...more } })
  const make = async (more: object = {}) =>
    (
      await makeClient(t, admin.accessToken, {
        tokenEndpointAuthMethod: 'private_key_jwt',
        jwks: { keys: await Promise.all(ALGS.map((alg) => publicKey(alg))) },
        ...more,
      })
    ).clientId

  test('ten wrong ones of a client from one address end there: no more signatures are checked for it', async () => {
    const id = await make()
    const wrong = await assertion(id, {}, {}, (await generateKeyPair('EdDSA')).privateKey)
    const form = { client_assertion: wrong, client_assertion_type: TYPE }
    const answers: string[] = []
    for (let at = 0; at < 20; at++) answers.push(await ask({ form, address: '192.0.2.1' }))
    expect(answers.slice(0, 10).every((answer) => answer.includes('no key of the client made'))).toBe(true)
    expect(new Set(answers.slice(10))).toEqual(new Set(['request.rate_limited']))
    expect(await ask({ form: { ...form, client_assertion: await assertion(id) }, address: '192.0.2.2' })).toBe(id)
    t.clock.advance(60_000)
    expect(await ask({ form: { ...form, client_assertion: await assertion(id) }, address: '192.0.2.1' })).toBe(id)
  })

  test('without a kid, four keys are tried: a stranger chose how many there are', async () => {
    const others = async (count: number) =>
      Promise.all(
        Array.from({ length: count }, async () =>
          exportJWK((await generateKeyPair('EdDSA', { extractable: true })).publicKey),
        ),
      )
    const own = await publicKey('EdDSA')
    const three = await make({ jwks: { keys: [await publicKey('ES256'), ...(await others(3)), own] } })
    const four = await make({ jwks: { keys: [...(await others(4)), own] } })
    expect(await send(await assertion(three, {}, { kid: undefined }))).toBe(three)
    expect(await send(await assertion(four, {}, { kid: undefined }))).toContain('no key of the client made')
    expect(await send(await assertion(four))).toBe(four)
  })

  test('with EdDSA, ES256, RS256 and PS256, with and without client_id', async () => {
    const id = await make()
    for (const alg of ALGS) expect(await send(await assertion(id, {}, { alg }))).toBe(id)
    expect(await send(await assertion(id), { client_id: id })).toBe(id)
    expect(await send(await assertion(id, { aud: [ORIGIN] }))).toBe(id)
    for (const typ of ['JWT', 'jwt', 'client-authentication+jwt', 'application/client-authentication+jwt'])
      expect(await send(await assertion(id, {}, { typ }))).toBe(id)
    expect(await send(await assertion(id, {}, { kid: undefined }))).toBe(id)
  })

  test('once: a replay is refused, also 20 at the same time', async () => {
    const id = await make()
    const replayed = await assertion(id)
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(replayed)))
    expect(answers.filter((answer) => answer === id)).toHaveLength(1)
    expect(answers.filter((answer) => answer === 'invalid_client: the assertion was used before')).toHaveLength(19)
    // The same jti of another client is another one.
    const other = await make()
    const claims = { jti: 'mine' }
    expect(await send(await assertion(id, claims))).toBe(id)
    expect(await send(await assertion(other, claims))).toBe(other)
  })

  test('for the issuer alone, now, and by the client', async () => {
    const id = await make()
    const seconds = Math.floor(t.clock.now() / 1000)
    const wrong: Record<string, unknown>[] = [
      { aud: `${ORIGIN}/` },
      { aud: `${ORIGIN}/oauth/token` },
      { aud: [ORIGIN, 'https://other.example'] },
      { aud: [] },
      { aud: undefined },
      { aud: 'https://other.example' },
      { sub: 'cli_other' },
      { sub: undefined },
      { exp: undefined },
      { exp: seconds },
      { exp: seconds - 1 },
      { exp: seconds + 400 },
      { exp: `${seconds + 60}` },
      { nbf: seconds + 60 },
      { iat: seconds + 60 },
      { iat: 'now' },
      { jti: undefined },
      { jti: '' },
      { jti: 7 },
      { jti: 'x'.repeat(600) },
    ]
    for (const [at, claims] of wrong.entries()) {
      const form = { client_assertion: await assertion(id, claims), client_assertion_type: TYPE }
      expect(await ask({ form, address: `192.0.2.${at}` }), JSON.stringify(claims)).toStartWith('invalid_client')
    }
    expect(await send(await assertion('cli_other', {}))).toContain('unknown')
    expect(await send(await assertion(id), { client_id: 'cli_other' })).toStartWith('invalid_request')
    for (const text of ['', 'x', 'a.b.c', 'x'.repeat(10_000)]) expect(await send(text)).toStartWith('invalid_client')
    const form = {
      client_assertion: await assertion(id),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
    }
    expect(await ask({ form })).toContain('the type of the assertion')
    expect(await ask({ form: { client_assertion: form.client_assertion } })).toContain('the type of the assertion')
  })

  test('not with none, HS256, a key of its own header, or the key of somebody else', async () => {
    const id = await make()
    const seconds = Math.floor(t.clock.now() / 1000)
    const encoded = (value: object) =>
      btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
    const claims = { iss: id, sub: id, aud: ORIGIN, exp: seconds + 60, jti: 'n' }
    expect(await send(`${encoded({ alg: 'none' })}.${encoded(claims)}.`)).toContain('algorithm')
    const hmac = new TextEncoder().encode(JSON.stringify(await publicKey('RS256')))
    expect(await send(await assertion(id, {}, { alg: 'HS256' }, hmac))).toContain('algorithm')
    const { privateKey, publicKey: strange } = await generateKeyPair('EdDSA', { extractable: true })
    expect(await send(await assertion(id, {}, { jwk: await exportJWK(strange) }, privateKey))).toContain('signature')
    expect(
      await send(await assertion(id, {}, { jku: 'https://evil.example/jwks', kid: 'EdDSA' }, privateKey)),
    ).toContain('signature')
    expect(t.asked).toEqual([])
    expect(await send(await assertion(id, {}, { kid: 'unknown' }))).toContain('no key')
    expect(await send(await assertion(id, {}, { crit: ['b64'], b64: true }))).toStartWith('invalid_client')
    const valid = await assertion(id)
    expect(await send(forged(valid))).toStartWith('invalid_client')
    expect(await send(await assertion(id, {}, { typ: 'at+jwt' }))).toContain('header')
    // A key of the right id and another algorithm.
    expect(await send(await assertion(id, {}, { alg: 'PS256', kid: 'RS256' }))).toContain('cannot verify')
  })

  test('with the keys at its jwks_uri: asked once, again for an unknown key, and seldom', async () => {
    const id = await make({ jwks: undefined, jwksUri: 'https://notes.example/jwks.json' })
    let keys = [await publicKey('ES256')]
    t.foreign.answer = async () => Response.json({ keys })
    const es = () => assertion(id, {}, { alg: 'ES256' })
    const both = [await es(), await es()]
    expect(await Promise.all(both.map((one) => send(one)))).toEqual([id, id])
    expect(t.asked).toEqual(['https://notes.example/jwks.json'])
    expect(await send(await assertion(id))).toContain('no key')
    expect(t.asked).toHaveLength(1)
    keys = [await publicKey('ES256'), await publicKey('EdDSA')]
    t.clock.advance(61_000)
    expect(await send(await assertion(id))).toBe(id)
    expect(t.asked).toHaveLength(2)
    // A key that the client withdrew is refused after ten minutes.
    keys = []
    expect(await send(await es())).toBe(id)
    t.clock.advance(600_000)
    expect(await send(await es())).toContain('no key')
    expect(t.asked).toHaveLength(3)
  })

  test('is refused while its jwks_uri fails, which is not asked again at once', async () => {
    const id = await make({ jwks: undefined, jwksUri: 'https://notes.example/jwks.json' })
    const answers = [
      new Response('no', { status: 500 }),
      new Response('{'),
      Response.json({ keys: 'x' }),
      Response.json([]),
      Response.json({ keys: Array.from({ length: 21 }, () => ({})) }),
      new Response('x'.repeat(70_000)),
      new Response(null, { status: 302, headers: { location: 'http://127.0.0.1/' } }),
    ]
    for (const answer of answers) {
      t.asked.length = 0
      t.foreign.answer = async () => answer
      expect(await send(await assertion(id))).toStartWith('invalid_client')
      expect(await send(await assertion(id))).toStartWith('invalid_client')
      expect(t.asked).toHaveLength(1)
      t.clock.advance(61_000)
    }
  })
})
