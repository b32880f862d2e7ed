/** RS256, ES256, PS256 and EdDSA of `#primitives`: keys of ours, and keys of clients and of DPoP proofs. */
import { describe, expect, test } from 'bun:test'
import { constants, generateKeyPairSync, sign } from 'node:crypto'
import { compactVerify, importJWK, SignJWT } from 'jose'
import { signJwt } from '../../src/lib/jwt.ts'
import { primitives as node } from '../../src/lib/primitives/node.ts'
import type { Bytes, PrivateJwk, SigningAlg, VerifyAlg } from '../../src/lib/primitives/primitives.ts'
import { primitives as web } from '../../src/lib/primitives/web.ts'

const data = new TextEncoder().encode('header.claims')
const sides = { node, web }
const ALGS: SigningAlg[] = ['RS256', 'ES256', 'EdDSA']
const VERIFIED: VerifyAlg[] = [...ALGS, 'PS256']

const makers = (at: typeof node): Record<SigningAlg, () => PrivateJwk | Promise<PrivateJwk>> => ({
  EdDSA: () => at.generateEd25519(),
  ES256: () => at.generateP256(),
  RS256: () => at.generateRsa(),
})
const made = new Map<string, PrivateJwk>()
for (const [name, at] of Object.entries(sides))
  for (const alg of ALGS) made.set(`${alg} ${name}`, await makers(at)[alg]())
const keyOf = (alg: VerifyAlg): PrivateJwk =>
  made.get(`${alg === 'PS256' ? 'RS256' : alg} node`) ?? expect.unreachable(alg)

const publicHalf = (jwk: PrivateJwk): Record<string, unknown> => {
  const { kty, crv, x, y, n, e } = { crv: undefined, x: undefined, y: undefined, n: undefined, e: undefined, ...jwk }
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })) as Record<string, unknown> // without what is undefined
}

describe.each([...made])('a key of %s', (name, jwk) => {
  const alg = ALGS.find((each) => name.startsWith(each)) ?? expect.unreachable(name)

  test('signs and verifies in both, and what was changed verifies in neither', async () => {
    for (const from of [node, web]) {
      const signature = await (await from.jwkSigner(jwk, alg))(data)
      for (const to of [node, web]) {
        const verify = await to.jwkVerifier(publicHalf(jwk), alg)
        expect(await verify(data, signature)).toBeTrue()
        const changed = signature.map((byte, index) => (index === 7 ? byte ^ 1 : byte))
        const longer = Uint8Array.of(...signature, 0)
        for (const wrong of [
          changed,
          longer,
          signature.subarray(1),
          new Uint8Array(signature.length),
          new Uint8Array(),
        ])
          expect(await verify(data, wrong as Bytes)).toBeFalse()
        expect(await verify(new TextEncoder().encode('other'), signature)).toBeFalse()
      }
    }
  })

  test('makes tokens that jose verifies, and verifies those of jose', async () => {
    const token = await signJwt({ alg, typ: 'JWT' }, { sub: 'a' }, await node.jwkSigner(jwk, alg))
    await compactVerify(token, await importJWK(publicHalf(jwk), alg), { algorithms: [alg] })
    const theirs = await new SignJWT({ sub: 'a' }).setProtectedHeader({ alg }).sign(await importJWK({ ...jwk }, alg))
    const [head = '', body = '', signature = ''] = theirs.split('.')
    for (const at of [node, web]) {
      const verify = await at.jwkVerifier(publicHalf(jwk), alg)
      const bytes = new Uint8Array(Buffer.from(signature, 'base64url'))
      expect(await verify(new TextEncoder().encode(`${head}.${body}`), bytes)).toBeTrue()
    }
  })
})

test('RS256 gives the same bytes in both; ES256 signs r and s, 32 bytes each, never DER', async () => {
  const rsa = keyOf('RS256')
  expect(await (await node.jwkSigner(rsa, 'RS256'))(data)).toEqual(await (await web.jwkSigner(rsa, 'RS256'))(data))
  for (const at of [node, web]) {
    const signing = await at.jwkSigner(keyOf('ES256'), 'ES256')
    for (let round = 0; round < 20; round++) expect((await signing(data)).length).toBe(64)
  }
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = new Uint8Array(sign('sha256', data, pair.privateKey))
  for (const at of [node, web]) {
    const verify = await at.jwkVerifier({ ...pair.publicKey.export({ format: 'jwk' }) }, 'ES256')
    expect(await verify(data, der)).toBeFalse()
  }
})

test('PS256 takes a salt of the length of the hash alone, and no algorithm of RSA takes a signature of the other', async () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }) }
  const pss = (saltLength: number) =>
    new Uint8Array(sign('sha256', data, { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }))
  for (const at of [node, web]) {
    const [ps256, rs256] = [await at.jwkVerifier(jwk, 'PS256'), await at.jwkVerifier(jwk, 'RS256')]
    expect(await ps256(data, pss(32))).toBeTrue()
    expect(await ps256(data, pss(20))).toBeFalse()
    expect(await rs256(data, pss(32))).toBeFalse()
    expect(await ps256(data, new Uint8Array(sign('sha256', data, pair.privateKey)))).toBeFalse()
  }
})

describe('a key of somebody else is refused', () => {
  const rsa = (bits: number) => ({
    ...generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' }),
  })
  const good = (alg: VerifyAlg) => publicHalf(keyOf(alg))
  const zeros = Buffer.alloc(32).toString('base64url')
  const refused: [string, VerifyAlg, Record<string, unknown>][] = [
    ...VERIFIED.map((alg): [string, VerifyAlg, Record<string, unknown>] => [
      'with its private half',
      alg,
      { ...keyOf(alg) },
    ]),
    ...VERIFIED.map((alg): [string, VerifyAlg, Record<string, unknown>] => ['without members', alg, {}]),
    ...VERIFIED.map((alg): [string, VerifyAlg, Record<string, unknown>] => [
      'for encryption',
      alg,
      { ...good(alg), use: 'enc' },
    ]),
    ...VERIFIED.map((alg): [string, VerifyAlg, Record<string, unknown>] => [
      'that may only sign',
      alg,
      { ...good(alg), key_ops: ['sign'] },
    ]),
    ...VERIFIED.map((alg): [string, VerifyAlg, Record<string, unknown>] => [
      'of another algorithm',
      alg,
      { ...good(alg), alg: 'HS256' },
    ]),
    ['that is symmetric', 'RS256', { kty: 'oct', k: 'c2VjcmV0' }],
    ['of RSA for EdDSA', 'EdDSA', good('RS256')],
    ['of P-256 for RS256', 'RS256', good('ES256')],
    ['of Ed25519 for ES256', 'ES256', good('EdDSA')],
    ['with 1024 bits', 'RS256', rsa(1024)],
    ['with 2047 bits in 256 bytes', 'RS256', { ...good('RS256'), n: lowered(String(good('RS256').n)) }],
    ['with leading zeros before 1024 bits', 'PS256', { ...rsa(1024), n: padded(String(rsa(1024).n)) }],
    ['with exponent 1', 'RS256', { ...good('RS256'), e: 'AQ' }],
    ['with an even exponent', 'RS256', { ...good('RS256'), e: 'AQAA' }],
    ['with a huge exponent', 'RS256', { ...good('RS256'), e: Buffer.alloc(64, 255).toString('base64url') }],
    ['with an even modulus', 'RS256', { ...good('RS256'), n: Buffer.alloc(256, 254).toString('base64url') }],
    ['with a modulus of 64 KiB', 'RS256', { ...good('RS256'), n: Buffer.alloc(65_536, 255).toString('base64url') }],
    ['of the zero point', 'ES256', { ...good('ES256'), x: zeros, y: zeros }],
    ['off its curve', 'ES256', { ...good('ES256'), y: good('ES256').x }],
    ['with a short coordinate', 'ES256', { ...good('ES256'), x: 'AAAA' }],
    [
      'on another curve',
      'ES256',
      { ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }) },
    ],
    ['with numbers for text', 'ES256', { ...good('ES256'), x: 5 }],
    ['with padding', 'EdDSA', { ...good('EdDSA'), x: `${String(good('EdDSA').x)}=` }],
    ['of Ed448', 'EdDSA', { kty: 'OKP', crv: 'Ed448', x: good('EdDSA').x }],
  ]
  test.each(refused)('%s, %s', async (_, alg, jwk) => {
    for (const at of [node, web]) expect(async () => await at.jwkVerifier(jwk, alg)).toThrow()
  })

  test.each(VERIFIED)('not when it is %s with what RFC 7517 allows beside it', async (alg) => {
    const jwk = { ...good(alg), alg, use: 'sig', key_ops: ['verify'], kid: 'a', x5t: 'b', unknown: {} }
    for (const at of [node, web]) expect(await at.jwkVerifier(jwk, alg)).toBeFunction()
  })
})

test('while an RSA key is made, other work goes on', async () => {
  let turns = 0
  let done = false
  const spin = async () => {
    while (!done) {
      turns++
      await new Promise((next) => setImmediate(next))
    }
  }
  const spinning = spin()
  await node.generateRsa()
  done = true
  await spinning
  expect(turns).toBeGreaterThan(1)
})

/** The same number without its highest bit. */
function lowered(text: string): string {
  const bytes = Buffer.from(text, 'base64url')
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return bytes.toString('base64url')
}
const padded = (text: string): string =>
  Buffer.concat([Buffer.alloc(128), Buffer.from(text, 'base64url')]).toString('base64url')
