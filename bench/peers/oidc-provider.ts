/**
 * oidc-provider on node:http with its store in memory. Prints its origin; `GET /bench` describes its clients. Its person is
 * signed in and has allowed everything.
 */
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { errors } from 'oidc-provider'

const API = 'https://api.example.com'
const REDIRECT_URI = 'https://client.example.com/callback'
const SECRET = 'a secret of the benchmark that is long enough'
const SCOPE = 'openid offline_access'

const server = createServer()
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = server.address()
const origin = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''

const keys = await Promise.all(
  ['RS256', 'Ed25519'].map(async (alg) => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true })
    return { ...(await exportJWK(privateKey)), alg: alg === 'Ed25519' ? 'EdDSA' : alg, use: 'sig', kid: alg }
  }),
)
const client = (client_id: string, id_token_signed_response_alg: 'RS256' | 'EdDSA') => ({
  client_id,
  client_secret: SECRET,
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  token_endpoint_auth_method: 'client_secret_post' as const,
  id_token_signed_response_alg,
})
const provider = new Provider(origin, {
  clients: [client('bench', 'EdDSA'), client('bench-rs256', 'RS256')],
  jwks: { keys },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'EdDSA'] },
  pkce: { required: () => true },
  cookies: { keys: ['a key of the benchmark'] },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 300,
    AuthorizationCode: 60,
    ClientCredentials: 300,
    IdToken: 300,
    RefreshToken: 86_400,
    Grant: 86_400,
    Interaction: 600,
    Session: 86_400,
  },
  issueRefreshToken: () => true,
  expiresWithSession: () => false, // as with `offline_access`, for which it asks for consent each time
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => [],
      useGrantedResource: () => true,
      getResourceServerInfo(_, resource) {
        if (resource !== API) throw new errors.InvalidTarget()
        return { scope: 'read', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'EdDSA' } } }
      },
    },
  },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  async loadExistingGrant({ oidc }) {
    const grantId = oidc.session?.grantIdFor(oidc.client?.clientId ?? '')
    if (grantId !== undefined) return oidc.provider.Grant.find(grantId)
    const grant = new oidc.provider.Grant({
      clientId: oidc.client?.clientId ?? '',
      accountId: oidc.session?.accountId ?? '',
    })
    grant.addOIDCScope(SCOPE)
    grant.addResourceScope(API, 'read')
    await grant.save()
    return grant
  },
})
const answer = provider.callback()
server.on('request', async (request, response) => {
  if (request.url === '/bench') {
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        authorize: '/auth',
        token: '/token',
        introspect: '/token/introspection',
        clientId: 'bench',
        clientIdRs256: 'bench-rs256',
        clientSecret: SECRET,
        redirectUri: REDIRECT_URI,
        resource: API,
      }),
    )
  } else if (request.url?.startsWith('/interaction/')) {
    await provider.interactionFinished(request, response, { login: { accountId: 'ada' }, consent: {} })
  } else answer(request, response)
})
console.log(origin)
