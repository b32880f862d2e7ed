/** DPoP at the token endpoint: RFC 9449 §4, §5, §8, §10, §11. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type JWK, SignJWT } from 'jose'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { type DpopKey, makeDpopKey, nonceOf, type ProofParts, proofFor } from './support/dpop.ts'
import {
  type ClientRow,
  makeClient,
  makeCode,
  makeGrant,
  makePerson,
  payloadOf,
  type Person,
  postForm,
  redeem,
  type Tokens,
} from './support/oauth.ts'
import { forged } from '../../support/forged.ts'

let t: TestApp
let key: DpopKey
let client: ClientRow
let person: Person
let grantId: string
let nonce: string
beforeAll(async () => {
  t = await createTestApp()
  key = await makeDpopKey()
})
afterAll(() => t.close())
beforeEach(async () => {
  client = await makeClient(t)
  person = await makePerson(t)
  grantId = await makeGrant(t, person, client)
  nonce = await nonceOf(t, key)
})

const code = (parts = {}) => makeCode(t, person, client, grantId, parts)
const proof = (parts: ProofParts = {}, by = key) => proofFor(t, by, 'POST /oauth/token', { nonce, ...parts })
const redeemWith = async (dpop: string, text?: string) => redeem(t, client, text ?? (await code()), {}, { dpop })
const refreshWith = async (token: string, dpop?: string) =>
  postForm<Tokens>(
    t,
    '/oauth/token',
    { grant_type: 'refresh_token', refresh_token: token },
    { client, headers: dpop === undefined ? {} : { dpop } },
  )
const errorOf = ({ status, body }: { status: number; body: unknown }) => [status, (body as { error?: string }).error]

describe('a proof', () => {
  for (const alg of ['ES256', 'EdDSA', 'RS256'] as const)
    test(`with ${alg} binds the access token to its key`, async () => {
      const own = await makeDpopKey(alg)
      const answer = await redeemWith(await proof({}, own))
      expect(answer.status, answer.text).toBe(200)
      expect(answer.body.token_type).toBe('DPoP')
      expect(payloadOf(answer.body.access_token).cnf).toEqual({ jkt: own.jkt })
    })

  test('is refused in every way in which it is not for this request, and uses no code up', async () => {
    const text = await code()
    const seconds = Math.floor(t.clock.now() / 1000)
    const stranger = await makeDpopKey()
    const cases: [string, ProofParts][] = [
      ['htm of another method', { claims: { htm: 'GET' } }],
      ['htm in small letters', { claims: { htm: 'post' } }],
      ['no htm', { claims: { htm: undefined } }],
      ['htu of another path', { claims: { htu: `${ORIGIN}/oauth/revoke` } }],
      ['htu of another origin', { claims: { htu: 'https://evil.example/oauth/token' } }],
      ['htu over http', { claims: { htu: `${ORIGIN.replace('https', 'http')}/oauth/token` } }],
      ['htu with a password', { claims: { htu: 'https://a:b@api.test/oauth/token' } }],
      ['htu that is no URL', { claims: { htu: '/oauth/token' } }],
      ['no htu', { claims: { htu: undefined } }],
      ['iat too old', { claims: { iat: seconds - 61 } }],
      ['iat ahead', { claims: { iat: seconds + 61 } }],
      ['iat as a text', { claims: { iat: String(seconds) } }],
      ['no iat', { claims: { iat: undefined } }],
      ['no jti', { claims: { jti: undefined } }],
      ['an empty jti', { claims: { jti: '' } }],
      ['a jti without end', { claims: { jti: 'x'.repeat(257) } }],
      ['another typ', { header: { typ: 'JWT' } }],
      ['no jwk', { header: { jwk: undefined } }],
      ['the jwk of somebody else', { header: { jwk: stranger.jwk } }],
      ['a private jwk', { header: { jwk: { ...key.jwk, d: 'AAAA' } } }],
      ['a jwk of another curve', { header: { jwk: { ...key.jwk, crv: 'P-384' } } }],
    ]
    for (const [name, parts] of cases)
      expect(errorOf(await redeemWith(await proof(parts), text)), name).toEqual([400, 'invalid_dpop_proof'])
    const good = await proof()
    const [head = '', body = '', signature = ''] = good.split('.')
    const none = `${Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg: 'none', jwk: key.jwk })).toString('base64url')}.${body}.`
    const symmetric = await new SignJWT(payloadOf(good))
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } as JWK })
      .sign(new TextEncoder().encode('a secret of thirty-two bytes at least'))
    for (const [name, text2] of [
      ['alg none', none],
      ['alg HS256', symmetric],
      ['two proofs', `${good}, ${good}`],
      ['a changed signature', `${head}.${body}.${forged(signature)}`],
      ['no JWT', 'nonsense'],
    ] as const)
      expect(errorOf(await redeemWith(text2, text)), name).toEqual([400, 'invalid_dpop_proof'])
    expect(errorOf(await redeemWith(good, text))).toEqual([200, undefined])
  })

  test('works with another spelling of the same URL (RFC 9449 §4.3, RFC 3986 §6.2)', async () => {
    for (const htu of ['HTTPS://API.TEST:443/oauth/token', `${ORIGIN}/oauth/%74oken`, `${ORIGIN}/oauth/token?a=b#c`])
      expect(errorOf(await redeemWith(await proof({ claims: { htu } }))), htu).toEqual([200, undefined])
  })

  test('needs a nonce of this server, which the refusal names (§8)', async () => {
    const text = await code()
    for (const claims of [{ nonce: undefined }, { nonce: 'guessed' }, { nonce: 1 }]) {
      const answer = await redeemWith(await proof({ claims }), text)
      expect(errorOf(answer)).toEqual([400, 'use_dpop_nonce'])
      expect(answer.headers.get('dpop-nonce')).toBe(nonce)
    }
    const answer = await redeemWith(await proof(), text)
    expect([answer.status, answer.headers.get('dpop-nonce')]).toEqual([200, null])
    t.clock.advance(120_000)
    const late = await redeemWith(await proof())
    expect(late.status).toBe(200)
    expect(late.headers.get('dpop-nonce')).toBe(await nonceOf(t, key))
    t.clock.advance(120_000)
    expect(errorOf(await redeemWith(await proof()))).toEqual([400, 'use_dpop_nonce'])
  })

  test('works once: in this process, in parallel, and in every other process', async () => {
    const again = await proof()
    expect((await redeemWith(again)).status).toBe(200)
    expect(errorOf(await redeemWith(again))).toEqual([400, 'invalid_dpop_proof'])
    const parallel = await proof()
    const answers = await Promise.all(Array.from({ length: 10 }, async () => redeemWith(parallel)))
    expect(answers.filter(({ status }) => status === 200).length).toBe(1)
    // Another process has another memory, and the same database.
    const elsewhere = await proof()
    const { createApp } = await import('../../../src/app.ts')
    const other: TestApp = { ...t, app: createApp({ ...t.deps }) }
    expect((await redeem(other, client, await code(), {}, { dpop: elsewhere })).status).toBe(200)
    const text = await code()
    expect(errorOf(await redeemWith(elsewhere, text))).toEqual([400, 'invalid_dpop_proof'])
    expect((await redeemWith(await proof(), text)).status).toBe(200)
  })
})

describe('tokens', () => {
  test('of a code with dpop_jkt need that key (§10)', async () => {
    const text = await code({ jkt: key.jkt })
    expect(errorOf(await redeem(t, client, text))).toEqual([400, 'invalid_grant'])
    expect(errorOf(await redeemWith(await proof({}, await makeDpopKey()), text))).toEqual([400, 'invalid_grant'])
    expect((await redeemWith(await proof(), text)).status).toBe(200)
  })

  test('of a public client are refreshed with its key alone (§5)', async () => {
    const { refresh_token } = (await redeemWith(await proof())).body
    expect(errorOf(await refreshWith(refresh_token))).toEqual([400, 'invalid_grant'])
    expect(errorOf(await refreshWith(refresh_token, await proof({}, await makeDpopKey())))).toEqual([
      400,
      'invalid_grant',
    ])
    const next = await refreshWith(refresh_token, await proof())
    expect(payloadOf(next.body.access_token).cnf).toEqual({ jkt: key.jkt })
    await refreshWith(next.body.refresh_token, await proof())
    t.clock.advance(400_000)
    nonce = await nonceOf(t, key)
    // A thief without the key does not end the family, and gets nothing.
    expect(errorOf(await refreshWith(refresh_token))).toEqual([400, 'invalid_grant'])
    const { rows } = await t.deps.db.$client.execute({
      sql: 'SELECT ended_at FROM token_families WHERE user_id = ?',
      args: [person.userId],
    })
    expect(rows[0]?.ended_at).toBeNull()
  })

  test('of a client that requires DPoP are never bearer tokens (§5.2)', async () => {
    client = await makeClient(t, { requires_dpop: 1 })
    grantId = await makeGrant(t, person, client)
    const text = await code()
    expect(errorOf(await redeem(t, client, text))).toEqual([400, 'invalid_dpop_proof'])
    expect((await redeemWith(await proof(), text)).body.token_type).toBe('DPoP')
  })
})
