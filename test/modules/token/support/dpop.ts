/** A client with a DPoP key, as `jose` makes its proofs. */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { ORIGIN, type TestApp } from '../../../support/test-app.ts'

export interface DpopKey {
  alg: string
  jkt: string
  jwk: JWK
  privateKey: CryptoKey
}

export async function makeDpopKey(alg: 'ES256' | 'EdDSA' | 'RS256' = 'ES256'): Promise<DpopKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return { alg, jwk, jkt: await calculateJwkThumbprint(jwk), privateKey }
}

let count = 0

export interface ProofParts {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  accessToken?: string
  nonce?: string | undefined
}

/** A proof for a path of the test app. `claims` and `header` replace what is right; undefined leaves it out. */
export async function proofFor(
  t: Pick<TestApp, 'clock'>,
  key: DpopKey,
  methodAndPath: string,
  { claims = {}, header = {}, accessToken, nonce }: ProofParts = {},
): Promise<string> {
  const [htm, path] = methodAndPath.split(' ')
  const payload = {
    jti: `proof ${++count}`,
    htm,
    htu: `${ORIGIN}${path}`,
    iat: Math.floor(t.clock.now() / 1000),
    ...(accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
    ...(nonce === undefined ? {} : { nonce }),
    ...claims,
  }
  return new SignJWT(payload)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: key.alg, jwk: key.jwk, ...header } as { alg: string })
    .sign(key.privateKey)
}

/** The nonce of the server, from its refusal of a proof without one. */
export async function nonceOf(t: TestApp, key: DpopKey): Promise<string> {
  const { dpopVerifier } = await import('../../../../src/modules/token/dpop.ts')
  const proof = await proofFor(t, key, 'POST /oauth/token')
  const request = new Request(`${ORIGIN}/oauth/token`, { method: 'POST', headers: { dpop: proof } })
  const refusal: unknown = await dpopVerifier(t.deps)
    .proofOf(request)
    .catch((error: unknown) => error)
  const { options } = refusal as { options: { headers: Record<string, string> } } // an OAuthError
  return options.headers['dpop-nonce'] ?? ''
}
