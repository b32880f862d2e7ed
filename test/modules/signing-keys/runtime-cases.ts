import { expect } from 'bun:test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL } from '../../runtime/tools.ts'

const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export const keyCases = [
  guarantee(
    'an access token verifies by the published keys (RFC 9068)',
    ['GET /.well-known/jwks.json', 'GET /.well-known/openid-configuration'],
    async (tools) => {
      const { accessToken, user } = await tools.signUp()
      await tools.call('GET /.well-known/openid-configuration') // makes the first key of each algorithm
      const published = await tools.call<JSONWebKeySet>('GET /.well-known/jwks.json')
      expect(published.status).toBe(200)
      expect(published.headers.get('cache-control')).toBe('public, max-age=300, s-maxage=60, stale-while-revalidate=60')
      expect(published.text).not.toContain('"d"')
      const { payload } = await jwtVerify(accessToken, createLocalJWKSet(published.body), {
        issuer: APP_URL,
        audience: APP_URL,
        typ: 'at+jwt',
        algorithms: ['EdDSA'],
        requiredClaims: ['sub', 'exp', 'iat', 'jti'],
      })
      expect(payload.sub).toBe(user.id)
      expect(Number(payload.exp) - Number(payload.iat)).toBe(300)
    },
  ),

  guarantee(
    'an administrator lists the signing keys, publishes a new one, and ends one that others may know',
    ['GET /v1/signing-keys', 'POST /v1/signing-keys/rotate', 'POST /v1/signing-keys/:id/revoke'],
    async ({ admin, signUp, call, refused }) => {
      const { accessToken: theirs } = await signUp()
      const { accessToken: token } = await admin()
      const list = async () =>
        (await call<{ items: { id: string; alg: string; state: string }[] }>('GET /v1/signing-keys', { token })).body
          .items
      expect((await list()).some(({ alg, state }) => alg === 'EdDSA' && state === 'signs')).toBe(true)
      // No session depends on a key of this algorithm, and other cases run meanwhile.
      const rotate = () => call<{ id: string }>('POST /v1/signing-keys/rotate', { token, body: { alg: 'ES256' } })
      const { id } = (await rotate()).body
      expect((await list()).find((key) => key.id === id)?.alg).toBe('ES256')
      for (const route of ['POST /v1/signing-keys/rotate', `POST /v1/signing-keys/${id}/revoke`])
        await refused(route, 'auth.forbidden', { token: theirs, body: {} })
      await refused('GET /v1/signing-keys', 'auth.forbidden', { token: theirs })
      const revoked = await call<{ successor: string }>(`POST /v1/signing-keys/${id}/revoke`, { token })
      expect(revoked.body).toMatchObject({ id, alg: 'ES256' })
      expect(revoked.body.successor).not.toBe(id)
      expect((await list()).find((key) => key.id === id)?.state).toBe('revoked')
      await refused(`POST /v1/signing-keys/${id}/revoke`, 'key.not_found', { token })
    },
  ),

  guarantee('a token that was changed, or has no signature, is refused', ['GET /v1/me'], async (tools) => {
    const { accessToken } = await tools.signUp()
    const [head = '', claims = '', signature = ''] = accessToken.split('.')
    const other = b64({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: `usr_${'0'.repeat(32)}` })
    const forged = [
      `${head}.${other}.${signature}`,
      `${b64({ alg: 'none', typ: 'at+jwt' })}.${claims}.`,
      `${b64({ alg: 'EdDSA', typ: 'at+jwt', kid: 'key_unknown' })}.${claims}.${signature}`,
      'nonsense',
    ]
    for (const token of forged) await tools.refused('GET /v1/me', 'session.expired', { token })
    const { headers } = await tools.refused('GET /v1/me', 'auth.required')
    expect(headers.get('www-authenticate')).toMatch(/^Bearer resource_metadata="/)
  }),
]
