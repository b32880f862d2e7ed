/** oidc-provider on a free port of this machine, with the same clients as ours. Its person signs in and allows all by itself. */
import { createServer } from 'node:http'
import { generateKeyPair, exportJWK } from 'jose'
import Provider, { type Adapter, type AdapterPayload, type ClientMetadata, errors } from 'oidc-provider'
import { openBrowser } from './browser.ts'
import { API, API_SCOPES, type Asked, type NewClient, type TestProvider } from './provider.ts'

const PERSON = { sub: 'person-1', email: 'ada@example.com', email_verified: true, name: 'Ada Lovelace' }

export async function startPeer(): Promise<TestProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  const issuer = `http://127.0.0.1:${address.port}`
  const clients = new Map<string, ClientMetadata>()
  const keys = await Promise.all(
    ['RS256', 'ES256', 'Ed25519'].map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true })
      return { ...(await exportJWK(privateKey)), alg: alg === 'Ed25519' ? 'EdDSA' : alg, use: 'sig', kid: alg }
    }),
  )
  const provider = new Provider(issuer, {
    adapter: (model: string) => (model === 'Client' ? storing(clients) : storing(new Map())),
    jwks: { keys },
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    cookies: { keys: ['a key of the test'] },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: (_, accountId, client) => `pairwise-${accountId}-${client.sectorIdentifier}`,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
    rotateRefreshToken: true,
    issueRefreshToken: (_, client, code) =>
      client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      registration: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => [],
        useGrantedResource: () => true,
        getResourceServerInfo(_, resource) {
          if (resource !== API) throw new errors.InvalidTarget()
          return { scope: API_SCOPES.join(' '), accessTokenFormat: 'jwt', jwt: { sign: { alg: 'EdDSA' } } }
        },
      },
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...PERSON, sub }) }),
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      })
      grant.addOIDCScope('openid email profile offline_access')
      grant.addResourceScope(API, API_SCOPES.join(' '))
      await grant.save()
      return grant
    },
  })
  const answer = provider.callback()
  server.on('request', async (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return answer(request, response)
    await provider.interactionFinished(request, response, {
      login: { accountId: PERSON.sub, amr: ['pwd'] },
      consent: {},
    })
  })

  return {
    name: 'oidc-provider',
    issuer,
    async client(asked: NewClient) {
      const id = `client-${clients.size}`
      const secret = `secret-${'x'.repeat(32)}-${clients.size}`
      clients.set(id, {
        client_id: id,
        ...(asked.auth.startsWith('client_secret') ? { client_secret: secret } : {}),
        token_endpoint_auth_method: asked.auth,
        redirect_uris: asked.redirectUris,
        post_logout_redirect_uris: asked.postLogoutRedirectUris ?? [],
        grant_types: asked.grantTypes,
        response_types: asked.redirectUris.length > 0 ? ['code'] : [],
        subject_type: asked.subjectType ?? 'public',
        id_token_signed_response_alg: asked.idTokenAlg ?? 'RS256',
        ...(asked.jwks === undefined ? {} : { jwks: asked.jwks }),
        ...(asked.dpop ? { dpop_bound_access_tokens: true } : {}),
        application_type: 'web',
      })
      return { id, secret }
    },
    async allow(url: URL, { browser = openBrowser(issuer) }: Asked = {}) {
      const page = await browser.go(url)
      if (page.status !== 0) throw new Error(`oidc-provider: ${page.status} ${page.text}`)
      return page.url
    },
    async allowDevice(url: URL) {
      const browser = openBrowser(issuer)
      const asked = await browser.go(url)
      // The page confirms by a script; without one by its button.
      const confirm = await browser.click(asked, 'Continue').catch(() => asked)
      await browser.click(confirm, 'Continue').catch(() => confirm)
    },
    browser: async () => openBrowser(issuer),
    async signOut(browser, url) {
      const page = await browser.go(url)
      return page.status === 0 ? page.url : (await browser.click(page, 'Yes, sign me out')).url
    },
    pass() {},
    backToNow() {},
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What it stores, in memory. */
function storing(rows: Map<string, AdapterPayload>): Adapter {
  const found = (matches: (row: AdapterPayload) => boolean) => [...rows.values()].find(matches)
  return {
    find: async (id) => rows.get(id),
    findByUid: async (uid) => found((row) => row.uid === uid),
    findByUserCode: async (userCode) => found((row) => row.userCode === userCode),
    upsert: async (id, row) => void rows.set(id, row),
    async consume(id) {
      const row = rows.get(id)
      if (row) row.consumed = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => void rows.delete(id),
    async revokeByGrantId(grantId) {
      for (const [id, row] of rows) if (row.grantId === grantId) rows.delete(id)
    },
  }
}
