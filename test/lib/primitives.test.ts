/** `#primitives` of Bun and Node and `#primitives` of the edge give the same bytes, so each can read data of the other. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { compactVerify, importJWK, jwtVerify, SignJWT } from 'jose'
import { readJwt, signJwt, verifyJwt } from '../../src/lib/jwt.ts'
import { primitives as node } from '../../src/lib/primitives/node.ts'
import type { Bytes } from '../../src/lib/primitives/primitives.ts'
import { primitives as web } from '../../src/lib/primitives/web.ts'

const some = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => new Uint8Array(array))
const sealing = fc.record({ key: some(32), nonce: some(12), context: some(0, 40) })

const agree = async (bytes: fc.Arbitrary<Bytes>[], work: (at: typeof node, ...given: Bytes[]) => unknown) =>
  fc.assert(
    fc.asyncProperty(fc.tuple(...bytes), async (given) => {
      expect(await work(node, ...given)).toEqual(await work(web, ...given))
    }),
    { numRuns: 50 },
  )
const empty = new Uint8Array()

describe('both give the same', () => {
  test.each(['SHA-1', 'SHA-256'] as const)('%s and HMAC', async (hash) => {
    await agree([some(0, 200)], (at, data = empty) => at.digest(hash, data))
    await agree([some(1, 100), some(0, 200)], (at, key = empty, data = empty) => at.hmac(hash, key, data))
  })

  test('HKDF', async () => {
    await agree([some(1, 100), some(0, 40), some(0, 40)], (at, secret = empty, salt = empty, info = empty) =>
      at.hkdf(secret, salt, info),
    )
  })

  test('AES-CTR', async () => {
    await agree([some(32), some(0, 100)], (at, key = empty, data = empty) => at.aesCtr(key, data))
  })

  test('AES-GCM, and each decrypts the text of the other, unless one bit was changed', async () => {
    await fc.assert(
      fc.asyncProperty(sealing, some(0, 200), fc.nat(), async (parameters, data, flip) => {
        const sealed = await node.aesGcmEncrypt(parameters, data)
        expect(await web.aesGcmEncrypt(parameters, data)).toEqual(sealed)
        for (const at of [node, web]) {
          expect(await at.aesGcmDecrypt(parameters, sealed)).toEqual(data)
          const changed = (bytes: Bytes) =>
            bytes.map((byte, index) => (index === flip % bytes.length ? byte ^ (1 << (flip % 8)) : byte))
          expect(await at.aesGcmDecrypt(parameters, changed(sealed))).toBeUndefined()
          for (const part of ['key', 'nonce'] as const)
            expect(await at.aesGcmDecrypt({ ...parameters, [part]: changed(parameters[part]) }, sealed)).toBeUndefined()
          expect(
            await at.aesGcmDecrypt({ ...parameters, context: Uint8Array.of(...parameters.context, 0) }, sealed),
          ).toBeUndefined()
          expect(await at.aesGcmDecrypt(parameters, sealed.subarray(0, flip % 16))).toBeUndefined()
        }
      }),
      { numRuns: 50 },
    )
  })

  test('Ed25519 keys, of chance and of seeds: each verifies what the other signed, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(some(32), some(0, 100), fc.nat(), async (seed, data, flip) => {
        const pairs = await Promise.all([node, web].map((at) => at.ed25519FromSeed(seed)))
        expect(pairs[0]?.publicJwk).toEqual(pairs[1]?.publicJwk as never)
        const jwks = await Promise.all([node.generateEd25519(), web.generateEd25519()])
        for (const from of [node, web]) {
          const signers = [
            ...pairs.map(({ publicJwk, sign }) => ({ publicJwk, sign })),
            ...(await Promise.all(jwks.map(async (jwk) => ({ publicJwk: jwk, sign: await from.ed25519Signer(jwk) })))),
          ]
          for (const { publicJwk, sign } of signers) {
            const signature = await sign(data)
            const changed = signature.map((byte, index) => (index === flip % 64 ? byte ^ 1 : byte))
            for (const to of [node, web]) {
              const verify = await to.ed25519Verifier(publicJwk)
              expect(await verify(data, signature)).toBeTrue()
              for (const wrong of [changed, signature.subarray(1), new Uint8Array(64), empty])
                expect(await verify(data, wrong)).toBeFalse()
              expect(await verify(Uint8Array.of(...data, 0), signature)).toBeFalse()
            }
          }
        }
      }),
      { numRuns: 8 },
    )
  })

  test('refusal of what is no key', async () => {
    for (const at of [node, web])
      for (const x of ['', 'AAAA', '!'.repeat(43)]) {
        const jwk = { kty: 'OKP', crv: 'Ed25519', x } as const
        expect(async () => await at.ed25519Verifier(jwk)).toThrow()
        expect(async () => await at.ed25519Signer({ ...jwk, d: x })).toThrow()
      }
  })

  test('bytes of their own: none is a window into a pool of buffers that others share', async () => {
    for (const at of [node, web]) {
      const digest = await at.digest('SHA-256', empty)
      expect([digest.constructor, digest.buffer.byteLength]).toEqual([Uint8Array, 32])
    }
  })
})

describe('our tokens and those of jose are the same', () => {
  const claims = { iss: 'https://id.test', aud: 'https://id.test', sub: 'usr_1', exp: 2_000, iat: 1_000 }
  const expected = {
    alg: 'EdDSA',
    typ: 'at+jwt',
    issuer: 'https://id.test',
    audience: 'https://id.test',
    required: ['exp', 'sub'],
    now: 1_500_000,
  } as const
  const given = { issuer: expected.issuer, audience: expected.audience, typ: 'at+jwt', requiredClaims: ['exp', 'sub'] }

  const verdicts = async (token: string, jwk: Awaited<ReturnType<typeof node.generateEd25519>>) => {
    const read = readJwt(token)
    const ours = read && (await verifyJwt(read, await node.ed25519Verifier(jwk), expected))
    const options = { ...given, algorithms: ['EdDSA'], currentDate: new Date(expected.now) }
    const { kty, crv, x } = jwk
    const theirs = await jwtVerify(token, await importJWK({ kty, crv, x }, 'EdDSA'), options).catch(() => undefined)
    return [ours, theirs?.payload]
  }

  test('byte for byte', async () => {
    const jwk = await node.generateEd25519()
    const header = { alg: 'EdDSA', typ: 'at+jwt', kid: 'key_1' } as const
    const ours = await signJwt(header, claims, await node.ed25519Signer(jwk))
    const theirs = await new SignJWT(claims).setProtectedHeader(header).sign(await importJWK({ ...jwk }, 'EdDSA'))
    expect(ours).toBe(theirs)
    const { payload } = await compactVerify(ours, await importJWK({ kty: 'OKP', crv: 'Ed25519', x: jwk.x }, 'EdDSA'))
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(claims)
  })

  /** Valid three times of four, so a token has few faults or none. */
  const mostly = (good: unknown, ...odd: unknown[]) =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...odd) })
  const times = [undefined, 1_499, 1_500, 1_501, 9_999, -1, 'soon', null, 1.5]
  const oddClaims = fc.record({
    iss: mostly(claims.iss, 'https://evil.test', '', 5, null, [claims.iss], undefined),
    aud: mostly(claims.aud, 'x', [claims.aud], ['x', claims.aud], [], null, 5, undefined),
    sub: mostly(claims.sub, '', 5, undefined),
    exp: mostly(claims.exp, ...times),
    nbf: mostly(undefined, ...times),
    iat: mostly(claims.iat, ...times),
  })
  const oddHeader = fc.record({
    alg: mostly('EdDSA', 'HS256', 'none', 'eddsa', undefined),
    typ: mostly('at+jwt', 'AT+JWT', 'application/at+jwt', 'JWT', undefined, 5),
    kid: mostly('key_1', undefined),
    crit: mostly(undefined, ['exp'], []),
  })

  test('verdict for verdict, on any token that our key may have signed', async () => {
    const jwk = await node.generateEd25519()
    const sign = await node.ed25519Signer(jwk)
    let good = 0
    await fc.assert(
      fc.asyncProperty(oddHeader, oddClaims, async (header, odd) => {
        const token = await signJwt(
          header as never, // headers that no client should make
          odd,
          sign,
        )
        const [ours, theirs] = await verdicts(token, jwk)
        if (ours !== undefined) good++
        expect(ours).toEqual(theirs as never)
      }),
      { numRuns: 600 },
    )
    expect(good).toBeGreaterThan(50)
  })
})
